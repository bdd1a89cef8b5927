"""One person looked for in a table by some of their ratings: how many people have all of these."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from cofactor.arrays import Id, IntArray
from cofactor.audit.privacy.detail import Detail, checked_detail, each_pair_once, record_codes
from cofactor.audit.privacy.matching import RecordIndex
from cofactor.contract.indices import find
from cofactor.data.ratings import Ratings
from cofactor.errors import BadOption, shown

__all__ = ["PersonSearch"]

EXACT = Detail()  # items and their ratings, without dates


@dataclass(frozen=True, eq=False)
class PersonSearch:
    """The people of a table, by what is known of each of their ratings: `PersonSearch.of(ratings, Detail())`.

    table: each pair once, by user and item     records: (n,) of its ratings, equal where they cannot be told apart
    """

    table: Ratings
    records: IntArray
    index: RecordIndex

    @classmethod
    def of(cls, ratings: Ratings, detail: Detail = EXACT) -> Self:
        """The people of these ratings. Raises `BadOption` for a table without any, and a detail that it lacks."""
        table = each_pair_once(ratings)
        records = record_codes(table, checked_detail(detail, table))
        return cls(table, records, RecordIndex.of(table.user_idx, records, table.n_users))

    def n_matching(self, user: Id, items: Sequence[Id]) -> list[int]:
        """The number of people who have the user's ratings of the first 1, 2, …, m items, the user included.

        Raises `UnknownIds`, and `BadOption` for an item that the user has not rated.

        >>> table = Ratings.from_arrays(["ann", "ann", "bob", "eve"], [10, 20, 10, 10], [5, 3, 5, 4])
        >>> PersonSearch.of(table).n_matching("ann", [10, 20])  # ann and bob, then ann alone
        [2, 1]
        """
        rated, records = self._of(user)
        wanted = find(self.table, "item", list(items))
        at = np.minimum(np.searchsorted(rated, wanted), max(0, len(rated) - 1))
        if not len(rated) or (rated[at] != wanted).any():
            raise BadOption(f"{shown(user)} has not rated all of {shown(list(items))}. Name items that they rated.")
        return self.index.n_matching(records[at][None])[0].tolist() if len(at) else []

    def crowds(self, user: Id) -> dict[Id, int]:
        """The number of people who have each single rating of a user, the user included, by item.

        Raises `UnknownIds`.
        """
        rated, records = self._of(user)
        counts = self.index.n_matching(records[:, None])[:, 0] if len(rated) else records
        return dict(zip(self.table.items.gather(rated).tolist(), counts.tolist(), strict=True))

    def _of(self, user: Id) -> tuple[IntArray, IntArray]:
        """The items that a user has rated, ascending, and the records of these ratings."""
        (idx,) = find(self.table, "user", [user])
        first, last = np.searchsorted(self.table.user_idx, [idx, idx + 1])
        return self.table.item_idx[first:last], self.records[first:last]
