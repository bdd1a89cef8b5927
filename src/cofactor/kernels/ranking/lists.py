"""The items that may not be on users' lists, and empty lists."""

from collections.abc import Sequence
from typing import NamedTuple, Self

import numpy as np

from cofactor.arrays import FloatArray, IntArray

__all__ = ["SeenItems", "empty_lists"]


class SeenItems(NamedTuple):
    """The items that the user of each row of a block has seen, which may not be on the list: CSR, ascending."""

    users: IntArray  # (b,) int64 rows of the CSR; -1: nothing is seen
    indptr: IntArray  # int64
    indices: IntArray  # int32

    @classmethod
    def none(cls, n_rows: int) -> Self:
        """n_rows users who have seen nothing."""
        return cls(np.full(n_rows, -1, np.int64), np.zeros(1, np.int64), np.zeros(0, np.int32))

    @classmethod
    def of_rows(cls, items: Sequence[IntArray]) -> Self:
        """The users who have seen these items, in any order, one a row."""
        if len(items) == 1:  # a newcomer waits for it
            return cls(np.zeros(1, np.int64), np.array([0, len(items[0])]), np.sort(items[0]))
        ends = np.cumsum([0, *map(len, items)], dtype=np.int64)
        return cls(np.arange(len(items)), ends, np.concatenate([*map(np.sort, items), np.zeros(0, np.int32)]))

    def rows(self, which: slice | IntArray) -> Self:
        """The seen items of some rows of the block."""
        return self._replace(users=self.users[which])

    def of_row(self, row: int) -> IntArray:
        """The items that the user of a row has seen."""
        user = self.users[row]
        return self.indices[self.indptr[user] : self.indptr[user + 1]] if user >= 0 else self.indices[:0]


def empty_lists(n_rows: int, n: int, dtype: "np.dtype[np.floating] | type[np.floating]") -> tuple[IntArray, FloatArray]:
    """Lists without entries, (n_rows, n) each: indices -1, scores -inf."""
    return np.full((n_rows, n), -1, np.int64), np.full((n_rows, n), -np.inf, dtype)
