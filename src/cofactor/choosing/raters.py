"""A sampler of as many draws as there is time for."""

from cofactor.choosing.contenders import fits_in_memory
from cofactor.choosing.contest import FINAL_FIT, Contest, working_seconds
from cofactor.models.bayesian_mf import BayesianMF
from cofactor.run.run import Run

__all__ = ["bayesian_within"]

TIME_SHARE = 0.6  # of the time that is left, for the trial and the fit on all ratings
BURN_IN_SHARE = 0.25  # of the sweeps
MIN_SWEEPS = 20  # with fewer, least squares predict as well


def bayesian_within(contest: Contest) -> BayesianMF | None:
    """A `BayesianMF` whose trial and last fit take a good half of the time left; None where that is too few draws."""
    whole = BayesianMF()
    if not fits_in_memory(whole, contest.train):
        return None
    began, probe = working_seconds(), BayesianMF(n_burn_in=1, n_draws=3, thin=1)
    probe.learn(contest.part, run := Run(progress=False))
    if run.stopped:
        raise KeyboardInterrupt
    sweep = (working_seconds() - began) / (probe.n_burn_in + probe.n_draws)
    sweeps = int(TIME_SHARE * contest.seconds_left / (1 + FINAL_FIT) / sweep)
    if sweeps >= whole.n_burn_in + whole.thin * whole.n_draws:
        return whole
    n_burn_in = int(BURN_IN_SHARE * sweeps)
    return BayesianMF(n_burn_in=n_burn_in, n_draws=sweeps - n_burn_in, thin=1) if sweeps >= MIN_SWEEPS else None
