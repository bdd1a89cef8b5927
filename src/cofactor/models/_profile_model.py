"""Models whose users are their profiles: what somebody has, mapped to the scores of all items."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.models._average_user import AverageUserMixin

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    from cofactor.data.ratings import Ratings

__all__ = ["ProfileModel", "profiles"]


@dataclass(kw_only=True)
class ProfileModel(AverageUserMixin):
    """Somebody nothing is known about has the mean profile of all users with ratings: each item counts by the share of
    them who have it, or where profiles hold values by their sum over as many users."""

    @abstractmethod
    def _profiles(self) -> "csr_array":
        """(n_users, n_items) of all users."""

    @abstractmethod
    def _mapped(self, rows: "csr_array") -> FloatArray:
        """(b, n_items) profiles -> (b, n_items) scores."""

    def score_users(self, user_idx: IntArray) -> FloatArray:
        scores = self._mapped(self._profiles()[np.maximum(user_idx, 0)])
        unknown = (user_idx < 0) | (self.ratings.user_counts[user_idx] == 0)
        if unknown.any():
            scores[unknown] = self._average
        return scores

    def _average_user(self) -> FloatArray:
        """(n_items,) the scores of the mean profile."""
        from scipy.sparse import csr_array

        rows = self._profiles()
        total = np.bincount(rows.indices, rows.data, minlength=self.ratings.n_items)
        mean = total / np.count_nonzero(self.ratings.user_counts)
        return self._mapped(csr_array(mean[None].astype(np.float32)))[0]


def profiles(ratings: "Ratings", use_values: bool = False) -> "csr_array":
    """(n_users, n_items) float32: 1 for each pair of the table, or its value."""
    from scipy.sparse import csr_array

    rows = ratings.by_user
    values = rows.values if use_values else np.ones(len(rows.indices), np.float32)
    return csr_array((values, rows.indices, rows.indptr), shape=(ratings.n_users, ratings.n_items))
