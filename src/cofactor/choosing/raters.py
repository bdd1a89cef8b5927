"""A sampler of as many draws as there is time for."""

import time

from cofactor.choosing.contest import FINAL_FIT, Contest
from cofactor.memory import free_gb
from cofactor.models.bayesian_mf import BayesianMF
from cofactor.run.run import Run

__all__ = ["bayesian_within"]

MEMORY_SHARE = 0.5  # of what is free
TIME_SHARE = 0.6  # of the time that is left, for the trial and the fit on all ratings
BURN_IN_SHARE = 0.25  # of the sweeps
MIN_SWEEPS = 20  # with fewer, least squares predict as well
PROBE = BayesianMF(n_burn_in=1, n_draws=3, thin=1)


def bayesian_within(contest: Contest) -> BayesianMF | None:
    """A `BayesianMF` whose trial and last fit take a good half of the time left; None where that is too few draws."""
    whole = BayesianMF()
    if whole.needed_gb(contest.train) > MEMORY_SHARE * free_gb():
        return None
    began = time.monotonic()
    BayesianMF(**PROBE.options()).learn(contest.part, run := Run(progress=False))
    if run.stopped:
        raise KeyboardInterrupt
    sweep = (time.monotonic() - began) / (PROBE.n_burn_in + PROBE.n_draws)
    sweeps = int(TIME_SHARE * contest.seconds_left / (1 + FINAL_FIT) / sweep)
    if sweeps >= whole.n_burn_in + whole.thin * whole.n_draws:
        return whole
    n_burn_in = int(BURN_IN_SHARE * sweeps)
    return BayesianMF(n_burn_in=n_burn_in, n_draws=sweeps - n_burn_in, thin=1) if sweeps >= MIN_SWEEPS else None
