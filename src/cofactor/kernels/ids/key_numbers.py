"""Users numbered from 0 in the order of their coming, told apart by key and text; loops in `key_numbers_loops.py`."""

from typing import NamedTuple

import numpy as np

from cofactor.arrays import IntArray
from cofactor.kernels.compiling.native import Native
from cofactor.kernels.ids.key_ranges import KeyedRows
from cofactor.kernels.twins import with_numpy_twin

__all__ = ["DistinctUsers", "KeyNumbers", "number_users"]

FIRST_SIZE = 1 << 12  # users that there is room for at first

_fill_slots, _number_rows = (
    Native("cofactor.kernels.ids.key_numbers_loops", name) for name in ("fill_slots", "number_rows")
)


class DistinctUsers(NamedTuple):
    """Users by their numbers."""

    keys: IntArray  # (n_users,) uint64
    text_ends: IntArray  # (n_users + 1,) int64: the text of user u is text[text_ends[u]:text_ends[u + 1]]
    text: IntArray  # uint8


class KeyNumbers:
    """The users that were numbered so far, and the hash table in which they are found."""

    def __init__(self) -> None:
        self.n = 0
        self.users = DistinctUsers(
            np.empty(FIRST_SIZE, np.uint64), np.zeros(FIRST_SIZE + 1, np.int64), np.empty(8 * FIRST_SIZE, np.uint8)
        )
        self.slots = np.full(2 * FIRST_SIZE, -1, np.int32)

    @property
    def found(self) -> DistinctUsers:
        """The users, without the room for more."""
        keys, ends, text = self.users
        return DistinctUsers(keys[: self.n], ends[: self.n + 1], text[: int(ends[self.n])])


@with_numpy_twin
def number_users(known: KeyNumbers, rows: KeyedRows) -> IntArray:
    """(n,) int32, the number of each row's user; users that are new are added to `known`.

    Rows either all have a text or none has: two users have equal keys, and equal texts, only if they are one.
    """
    numbers, done = np.empty(len(rows.keys), np.int32), np.zeros(3, np.int64)
    done[1] = known.n
    while True:
        _number_rows(numbers, done, known.slots, known.users, rows)
        known.n = int(done[1])
        if done[0] == len(numbers):
            return numbers
        _grow(known, int(rows.lengths[done[0]]) if rows.lengths.size else 0)


def _grow(known: KeyNumbers, n_bytes: int) -> None:
    """Make room for twice as many users, and twice as much text, and for so many bytes at least."""
    keys, ends, text = (np.concatenate([one, np.empty_like(one)]) for one in known.users)
    if int(ends[known.n]) + n_bytes > len(text):
        text = np.concatenate([text, np.empty(n_bytes, np.uint8)])
    known.users = DistinctUsers(keys, ends, text)
    known.slots = np.full(2 * len(keys), -1, np.int32)
    _fill_slots(known.slots, keys, known.n)
