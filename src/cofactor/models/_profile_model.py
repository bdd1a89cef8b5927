"""Models whose users are their profiles: what somebody has, mapped to the scores of all items.

Who has what, or by how much, is made here; dislikes are nobody's having.
"""

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cofactor.arrays import BoolArray, FloatArray, IntArray
from cofactor.data.kinds import Kind, linear_values
from cofactor.models._average_user import AverageUserMixin

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    from cofactor.data.ratings import Ratings

__all__ = ["ProfileModel", "profile_row", "profiles"]


@dataclass(kw_only=True)
class ProfileModel(AverageUserMixin):
    """Somebody nothing is known about, or nothing but dislikes, has the mean profile of all other users: each item
    counts by the share of them who have it, or where profiles hold values by their sum over as many users."""

    def _profiles(self, ratings: "Ratings", user_idx: IntArray | None = None) -> "csr_array":
        """(b, n_items) the profiles of some users, or of all; they hold values where the model has an option
        `use_values` that says so."""
        return profiles(ratings, getattr(self, "use_values", False), user_idx)

    @abstractmethod
    def _mapped(self, rows: "csr_array") -> FloatArray:
        """(b, n_items) profiles -> (b, n_items) scores."""

    def score_users(self, user_idx: IntArray) -> FloatArray:
        rows = self._profiles(self.ratings, np.maximum(user_idx, 0))
        scores, unknown = self._mapped(rows), (user_idx < 0) | ~_are_known(rows)
        if unknown.any():
            scores[unknown] = self._average
        return scores

    def _average_user(self) -> FloatArray:
        """(n_items,) the scores of the mean profile."""
        from scipy.sparse import csr_array

        rows = self._profiles(self.ratings)
        total = np.bincount(rows.indices, rows.data, minlength=self.ratings.n_items)
        mean = total / max(1, np.count_nonzero(_are_known(rows)))
        return self._mapped(csr_array(mean[None].astype(np.float32)))[0]


def profiles(ratings: "Ratings", use_values: bool = False, user_idx: IntArray | None = None) -> "csr_array":
    """(b, n_items) float32 of some users, or of all: 1 for each pair but dislikes; or with `use_values` the values, of
    counts log(1 + value)."""
    from scipy.sparse import csr_array

    rows = (ratings if use_values else ratings.positives).by_user
    if user_idx is not None:
        rows = rows.take(user_idx)
    values = linear_values(rows.values, ratings.kind) if use_values else np.ones(len(rows.indices), np.float32)
    return csr_array((values, rows.indices, rows.indptr), shape=(len(rows.counts), ratings.n_items))


def profile_row(values: FloatArray, kind: Kind, use_values: bool) -> FloatArray:
    """(m,) the entries of `profiles` for one person's values, in place of dislikes 0."""
    return linear_values(values, kind) if use_values else (values > 0).astype(np.float32)


def _are_known(rows: "csr_array") -> BoolArray:
    """(b,) True for profiles that say something: with an entry other than 0."""
    return np.asarray(abs(rows).sum(axis=1)) > 0
