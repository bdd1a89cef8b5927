"""How the items of lists and profiles spread over the values of an attribute, such as genres."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.audit.popularity_lists import AuditedUsers
from cofactor.errors import BadOption
from cofactor.evaluation.statistic import divided
from cofactor.filtering.columns import item_column
from cofactor.memory import refuse_beyond
from cofactor.reranking.calibration import miscalibration

__all__ = ["AttributeShares", "Calibration"]

N_TASTE_DRAWS = 10  # lists drawn from each user's own taste
N_COPIES = 8  # of a distribution over the values for every user, held at once


@dataclass(frozen=True, eq=False)
class AttributeShares:
    """Distributions of an attribute over items; an item of two genres is half in each, one without any in none.

    words: (n_items, w) the numbers of each item's values, -1 behind the last
    """

    words: IntArray
    n_values: int

    @classmethod
    def of(cls, users: AuditedUsers, attribute: str) -> "AttributeShares":
        """The values that items have of an attribute.

        Raises `BadOption` where items have no such attribute, no value of it, or more different values than there is
        memory for.
        """
        column = item_column(users.train, attribute, "attribute")
        n_users, n_values = users.held.n_users, len(column.codes_of_words)
        if not n_values:
            raise BadOption(f"No item has a value of {attribute!r}, so profiles and lists cannot be compared by it.")
        what = f"A distribution over {n_values:,} values of {attribute!r} for each of {n_users:,} users"
        refuse_beyond(8 * N_COPIES * n_users * n_values / 1e9, None, what, "Name an attribute with fewer values.")
        return cls(column.words, n_values)

    def of_profiles(self, users: AuditedUsers) -> FloatArray:
        """(n_users, n_values) the distribution in each user's training ratings, all weighing the same; items without a
        value are left out, and a user without any other has nan [steck2018calibrated]."""
        return self._distribution(users.profile_owner, users.profiles.indices, users.held.n_users)

    def of_lists(self, items: IntArray) -> FloatArray:
        """(n_users, n_values) the distribution in each list, as in `of_profiles`. items: (n_users, k)"""
        row, rank = np.nonzero(items >= 0)
        return self._distribution(row, items[row, rank], len(items))

    def of_taste_draws(self, users: AuditedUsers, k: int, seed: int) -> list[FloatArray]:
        """The distributions in several lists of k items, each item drawn from the user's profile with repetition.

        They differ from the profile by chance alone, as any list of k items would.
        """
        rng, counts = np.random.default_rng(seed), users.profiles.counts[:, None]
        starts = users.profiles.indptr[:-1, None]
        places = (starts + (rng.random((len(counts), k)) * counts).astype(np.int64) for _ in range(N_TASTE_DRAWS))
        return [self.of_lists(users.profiles.indices[place]) for place in places]

    def _distribution(self, row: IntArray, item: IntArray, n_rows: int) -> FloatArray:
        total = np.zeros(n_rows * self.n_values)
        share = 1 / np.maximum(np.count_nonzero(self.words >= 0, axis=1), 1)
        for word in self.words.T:  # one value of every item at a time, for the memory's sake
            there = word[item] >= 0
            cell = row[there] * self.n_values + word[item[there]]
            total += np.bincount(cell, share[item[there]], minlength=len(total))
        total = total.reshape(n_rows, self.n_values)
        return divided(total, np.broadcast_to(total.sum(axis=1, keepdims=True), total.shape))


class Calibration(NamedTuple):
    """The distribution of an attribute in each profile, and how far from it lists of k are by chance alone.

    taste: (n_users, n_values) nan for a user none of whose items has a value
    floor: (n_users,) mean miscalibration of lists that are drawn from the user's own taste
    """

    shares: AttributeShares
    taste: FloatArray
    floor: FloatArray

    @classmethod
    def of(cls, shares: AttributeShares, users: AuditedUsers, k: int, seed: int) -> "Calibration":
        """The taste of these users, and its floor by lists of k drawn by the seed."""
        taste = shares.of_profiles(users)
        draws = [miscalibration(taste, one) for one in shares.of_taste_draws(users, k, seed)]
        return cls(shares, taste, np.mean(draws, axis=0))

    def of_lists(self, items: IntArray) -> FloatArray:
        """(n_users,) miscalibration of each list, nan where profile or list has no value. items: (n_users, k)"""
        return miscalibration(self.taste, self.shares.of_lists(items))
