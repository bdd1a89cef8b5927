"""Somebody nothing is known about is the average user, in models whose scores without a user would all be 0.

Such a person has the index -1, or stands in the table without ratings, or with dislikes alone.
"""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from cofactor.arrays import FloatArray, IntArray, rows_or_zero
from cofactor.recommender import Recommender

if TYPE_CHECKING:
    from cofactor.data.ratings import Ratings

__all__ = ["AverageRowMixin", "AverageUserMixin", "mean_row"]


@dataclass(kw_only=True)
class AverageUserMixin(Recommender):
    """The average user, computed when first asked for, once for each state."""

    @abstractmethod
    def _average_user(self) -> FloatArray:
        """What takes the place of somebody nothing is known about."""

    @cached_property
    def _average(self) -> FloatArray:
        return self._average_user()

    def _drop_average(self) -> None:
        """Drop the average of an earlier state."""
        vars(self).pop("_average", None)

    def _be(self, ratings: "Ratings", changed: Mapping[str, Any]) -> None:
        self._drop_average()
        super()._be(ratings, changed)


@dataclass(kw_only=True)
class AverageRowMixin(AverageUserMixin):
    """Users are learned rows, 0 where nothing is known: the mean row of the users with clicks takes that place."""

    def _average_user(self) -> FloatArray:
        """(f,) the mean row."""
        return mean_row(self.row_vectors("user"), self.ratings)

    def _user_rows(self, user_idx: IntArray) -> FloatArray:
        """(b, f) the rows of users; the average one of index -1 and of users of whom nothing is known."""
        rows = rows_or_zero(self.row_vectors("user"), user_idx)
        if not rows[:, 0].all():  # hardly ever: few rows are looked at as a whole
            rows[~rows.any(axis=1)] = self._average
        return rows


def mean_row(rows: FloatArray, ratings: "Ratings") -> FloatArray:
    """(f,) the mean of the rows (n_users, f) of the users with clicks; 0 where nobody has any."""
    known = (ratings.positives.user_counts > 0) & rows.any(axis=1)
    total = rows.sum(axis=0, where=known[:, None], dtype=np.float64)
    return (total / max(1, np.count_nonzero(known))).astype(np.float32)
