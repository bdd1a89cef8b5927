"""A sampler of as many draws as there is time for: fewer in its trial, more in the fit on all ratings."""

from dataclasses import replace

from cofactor.choosing.contenders import fits_in_memory
from cofactor.choosing.contest import FINAL_FIT, Contest, Entry, working_seconds
from cofactor.models.bayesian_mf import BayesianMF
from cofactor.run.run import Run

__all__ = ["enter_sampler", "longest"]

TIME_SHARE = 0.6  # of the time that is left, for the trial and the fit on all ratings
LONGER = 4.0  # times as many sweeps in the latter, as far as the trial's are enough to tell something
BURN_IN_SHARE = 0.25  # of the sweeps
MIN_SWEEPS = 20  # with fewer, least squares predict as well
ROUNDING = 1e-9  # sweeps; without it one trial in ninety had 19.999… of 20, and was not made


def enter_sampler(contest: Contest) -> Entry | None:
    """The entry of a `BayesianMF` whose trial and last fit take a good half of the time left; None where that is too
    few draws. Ctrl-C raises `KeyboardInterrupt`."""
    whole = BayesianMF()
    if not fits_in_memory(whole, contest.train):
        return None
    began, probe = working_seconds(), BayesianMF(n_burn_in=1, n_draws=3, thin=1)
    probe.learn(contest.part, run := Run(progress=False))
    if run.stopped:
        raise KeyboardInterrupt
    sweeps = TIME_SHARE * contest.seconds_left * _sweeps(probe) / (working_seconds() - began)
    n, longer = _shared_out(sweeps)
    return contest.enter("BayesianMF", _of(whole, n), of_ratings=True, longer=longer) if n >= MIN_SWEEPS else None


def _shared_out(sweeps: float) -> tuple[int, float]:
    """Of so many sweeps those of the trial, and how many times as many the fit on all ratings may have."""
    longer = max(1.0, min(LONGER, (sweeps / MIN_SWEEPS - 1) / FINAL_FIT))
    return int(sweeps / (1 + longer * FINAL_FIT) + ROUNDING), longer


def longest(contest: Contest, model: BayesianMF) -> BayesianMF:
    """The same with as many sweeps as there is time for when it is fitted on all ratings, at the most the default."""
    entry = contest.named("BayesianMF")
    if entry is None or entry.model.options() != model.options():  # of a search
        return model
    seconds = contest.seconds_left + FINAL_FIT * entry.longer * entry.fit_seconds
    n = int(seconds / (FINAL_FIT * entry.fit_seconds / _sweeps(model)))
    return _of(BayesianMF(), max(n, _sweeps(model)))


def _of(whole: BayesianMF, n: int) -> BayesianMF:
    """A sampler of n sweeps, or the whole one where that has no more."""
    if n >= _sweeps(whole):
        return whole
    n_burn_in = int(BURN_IN_SHARE * n)
    return replace(whole, n_burn_in=n_burn_in, n_draws=n - n_burn_in, thin=1)


def _sweeps(model: BayesianMF) -> int:
    return model.n_burn_in + model.thin * model.n_draws
