"""Confidence intervals of metrics by resampling the users there are [efron1979bootstrap].

Whole users are drawn, with all their ratings: ratings of one user are not independent, so drawing single ratings
would give intervals that are too narrow. A sample is a weight for each user and a statistic is made of sums over users,
so that all samples of all metrics are one matrix product.
"""

from collections.abc import Hashable, Iterator, Mapping
from statistics import NormalDist
from typing import NamedTuple, TypeVar

import numpy as np

from cofactor.arrays import FloatArray
from cofactor.errors import BadOption
from cofactor.evaluation.statistic import BootstrapStatistic, JackknifeStatistic, Statistic
from cofactor.hyperparameters import conformed

__all__ = ["Interval", "check_level", "interval", "percentiles", "resample"]

MAX_SAMPLES = 1_000_000  # samples of users
WEIGHTS_AT_ONCE = 4_000_000  # weights at once, 32 MB
Name = TypeVar("Name", bound=Hashable)


class Interval(NamedTuple):
    """A value and the ends of its confidence interval, nan where it has none."""

    value: float
    low: float
    high: float


def resample(statistics: Mapping[Name, Statistic], n_bootstrap: int, seed: int) -> dict[Name, FloatArray]:
    """(n_bootstrap,) values of each `BootstrapStatistic` on other samples of its users.

    The same seed draws the same samples from the same number of users: the values of two models on one test are paired,
    and their difference can be taken sample by sample.
    """
    summed = {name: one for name, one in statistics.items() if isinstance(one, BootstrapStatistic)}
    if not summed:
        return {}
    columns = np.concatenate([one.sums for one in summed.values()], axis=1)
    totals = np.concatenate([weights @ columns for weights in _weights(len(columns), n_bootstrap, seed)])
    ends = np.cumsum([one.sums.shape[1] for one in summed.values()])
    parts = np.split(totals, ends[:-1], axis=1)
    return {name: one.of_totals(part) for (name, one), part in zip(summed.items(), parts, strict=True)}


def _weights(n_users: int, n_bootstrap: int, seed: int) -> Iterator[FloatArray]:
    """Blocks (b, n_users) of weights: how often each user occurs among n_users drawn with repetition."""
    rng, size = np.random.default_rng(seed), max(1, WEIGHTS_AT_ONCE // n_users)
    for first in range(0, n_bootstrap, size):
        n = min(size, n_bootstrap - first)
        drawn = rng.integers(0, n_users, (n, n_users)) + n_users * np.arange(n)[:, None]
        yield np.bincount(drawn.ravel(), minlength=n * n_users).reshape(n, n_users).astype(np.float64)


def interval(statistic: Statistic, values: FloatArray | None, confidence: float) -> Interval:
    """The statistic with its interval, from percentiles of its resampled values or from its standard error.

    values: (n_bootstrap,) of a `BootstrapStatistic`; None for others     confidence: such as 0.95
    """
    if isinstance(statistic, JackknifeStatistic):
        half_width = NormalDist().inv_cdf((1 + confidence) / 2) * statistic.standard_error
        return Interval(statistic.value, statistic.value - half_width, statistic.value + half_width)
    if values is None or statistic.n_users < 2:  # one user says nothing of how users differ
        return Interval(statistic.value, float("nan"), float("nan"))
    return Interval(statistic.value, *percentiles(values, confidence))


def percentiles(values: FloatArray, confidence: float) -> tuple[float, float]:
    """The two ends of the middle `confidence` of the values; nan is left out. Both are nan where there is no value."""
    defined = values[~np.isnan(values)]
    if not len(defined):
        return float("nan"), float("nan")
    low, high = np.quantile(defined, [(1 - confidence) / 2, (1 + confidence) / 2])
    return float(low), float(high)


def check_level(confidence: float, n_bootstrap: int) -> tuple[float, int]:
    """The two options in their own types.

    Raises `BadOption` for a level outside of 0 to 1 and for too few samples to find its ends.
    """
    confidence, n_bootstrap = conformed("confidence", float, confidence), conformed("n_bootstrap", int, n_bootstrap)
    if not 0 < confidence < 1:
        raise BadOption(f"confidence lies between 0 and 1, such as 0.95, but {confidence} came.")
    if n_bootstrap > MAX_SAMPLES:
        raise BadOption(
            f"n_bootstrap={n_bootstrap:,} samples would take for ever; {MAX_SAMPLES:,} are more than enough."
        )
    needed = int(np.ceil(2 / (1 - confidence)))
    if n_bootstrap < needed:
        raise BadOption(
            f"n_bootstrap={n_bootstrap} samples cannot tell the ends of a {confidence:.0%} interval: "
            f"at least {needed} are needed, 1000 are usual."
        )
    return confidence, n_bootstrap
