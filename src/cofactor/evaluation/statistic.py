"""Two kinds of numbers with an uncertainty: what can be resampled over users, and what cannot."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from cofactor.arrays import FloatArray

__all__ = ["BootstrapStatistic", "JackknifeStatistic", "Statistic", "divided", "mean_over_users", "mean_term"]


@dataclass(frozen=True, eq=False)
class BootstrapStatistic:
    """A function of sums over users: another sample of users is another weighting of the same rows.

    sums: (n_users, c) float64, of each user; the first column counts what the statistic is a mean of
    of_totals: (..., c) sums over the users -> (...) values
    """

    sums: FloatArray
    of_totals: Callable[[FloatArray], FloatArray]

    @property
    def value(self) -> float:
        """The statistic of all users."""
        return float(self.of_totals(self.sums.sum(axis=0)))

    @property
    def n_users(self) -> int:
        """The number of users with anything to count."""
        return int(np.count_nonzero(self.sums[:, 0]))


@dataclass(frozen=True)
class JackknifeStatistic:
    """A function of all lists at once, with its standard error by the jackknife over users [heltshe1983species].

    Drawing users with repetition would lose items, and be biased.
    """

    value: float
    standard_error: float

    @classmethod
    def of(cls, value: float, without_each: FloatArray) -> "JackknifeStatistic":
        """without_each: (n_users,) the value that each user's absence leaves."""
        n, deviations = len(without_each), without_each - without_each.mean()
        error = float(np.sqrt((n - 1) / n * np.sum(np.square(deviations)))) if n > 1 else float("nan")
        return cls(value, error)


Statistic: TypeAlias = BootstrapStatistic | JackknifeStatistic


def mean_over_users(values: FloatArray) -> BootstrapStatistic:
    """The mean of one value a user, (n_users,); nan is left out."""
    counted = ~np.isnan(values)
    return BootstrapStatistic(np.column_stack([counted, np.where(counted, values, 0)]).astype(np.float64), mean_term)


def mean_term(totals: FloatArray) -> FloatArray:
    """(...) Σx / n, of totals n and Σx in the last dimension; nan where n is 0."""
    return divided(totals[..., 1], totals[..., 0])


def divided(part: FloatArray, whole: FloatArray) -> FloatArray:
    """part / whole, nan where `whole` is not above 0."""
    return np.divide(part, whole, out=np.full(np.shape(part), np.nan), where=whole > 0)
