"""One model fitted with several seeds: the time and memory of each fit, and the average of their evaluations.

First weights and the order of the ratings move a trained model's error by as much as many a published improvement. So
a comparison that is to hold for the next seed too needs several, and its intervals must know both: what users differ by
and what seeds do. A resampled value is therefore the mean over some of the fits, drawn anew for each sample of users:
of S fits S - 1 are drawn with repetition, which gives the mean's variance without bias (drawing S gives (S - 1)/S of
it; Rao & Wu 1988 [raowu1988resampling]).
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist, mean, stdev
from typing import TYPE_CHECKING

import numpy as np

from cofactor.data.ratings import Ratings
from cofactor.evaluation.bootstrap import Interval, percentiles
from cofactor.evaluation.evaluate import Evaluation
from cofactor.memory import PeakMemory
from cofactor.recommender import Recommender
from cofactor.run.run import Run

if TYPE_CHECKING:
    from cofactor.run.epoch import Epoch

__all__ = ["Fits", "averaged", "fit_each"]


@dataclass(frozen=True)
class Fits:
    """The fits of one model, with the seconds and megabytes of each; both are empty where the model came fitted."""

    models: list[Recommender]
    seconds: list[float]
    megabytes: list[float]  # beyond what was taken before; nan where the system does not tell

    @property
    def histories(self) -> list[list["Epoch"]]:
        """The losses of each fit by epoch; empty for a model that is not trained by epochs, and for an opened one."""
        histories = [getattr(model, "history_", []) for model in self.models]
        return [one for one in histories if one]


def fit_each(
    model: Recommender, train: Ratings, seeds: Sequence[int] | None, watched: Ratings | None, progress: bool | None
) -> Fits:
    """The model fitted once with each seed; once as it is, where it has no seed; not at all where it came fitted.

    watched: ratings whose loss is noted after every epoch; never learned from
    Raises `KeyboardInterrupt` on ctrl-C, also where the model ended its training in good order: one that is not trained
    to its end is not evaluated.
    """
    if hasattr(model, "ratings_"):
        return Fits([model], [], [])
    draws = seeds is not None and "seed" in model.options()
    models = [replace(model, seed=seed) for seed in seeds or ()] if draws else [model]
    seconds, megabytes = list[float](), list[float]()
    for one in models:
        started = time.perf_counter()
        with PeakMemory() as memory:
            one.learn(train, run := Run(validation=watched, progress=progress))
        if run.stopped:
            raise KeyboardInterrupt
        seconds.append(time.perf_counter() - started)
        megabytes.append(memory.megabytes)
    return Fits(models, seconds, megabytes)


def averaged(runs: Sequence[Evaluation], seed: int) -> Evaluation:
    """The evaluation of one model, averaged over its fits; that of a single fit as it is.

    seed: of the draws of fits, another one for each model of a comparison
    """
    first, n = runs[0], len(runs)
    if n == 1:
        return first
    rng = np.random.default_rng(seed)
    drawn = {size: rng.integers(0, n, (size, n - 1)) for size in {len(one) for one in first.samples.values()}}
    samples = {
        name: np.take_along_axis(np.stack([run.samples[name] for run in runs], axis=1), drawn[len(its)], 1).mean(axis=1)
        for name, its in first.samples.items()
    }
    intervals: dict[str, Interval] = {}
    for name in first.intervals:
        its = [run.intervals[name] for run in runs]
        value = mean(one.value for one in its)
        ends = percentiles(samples[name], first.confidence) if name in samples else _ends(its, first.confidence)
        intervals[name] = Interval(value, *ends)
    return replace(first, intervals=intervals, samples=samples, seconds=sum(run.seconds for run in runs))


def _ends(its: Sequence[Interval], confidence: float) -> tuple[float, float]:
    """The ends of the interval of a jackknifed metric: the standard errors of users and of seeds, added in squares."""
    values = [one.value for one in its]
    of_seeds = NormalDist().inv_cdf((1 + confidence) / 2) * stdev(values) / len(values) ** 0.5
    half_width = (mean((one.high - one.low) / 2 for one in its) ** 2 + of_seeds**2) ** 0.5
    return mean(values) - half_width, mean(values) + half_width
