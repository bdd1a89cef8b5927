"""Ids numbered from 0 in the order of their coming, told apart by key and text; loops in `key_numbers_loops.py`."""

from typing import NamedTuple

import numpy as np

from cofactor.arrays import IntArray
from cofactor.kernels.compiling.native import Native
from cofactor.kernels.twins import with_numpy_twin

__all__ = ["DistinctIds", "KeyNumbers", "number_ids"]

FIRST_SIZE = 1 << 12  # ids that there is room for at first

_fill_slots, _number_keys = (
    Native("cofactor.kernels.ids.key_numbers_loops", name) for name in ("fill_slots", "number_keys")
)


class DistinctIds(NamedTuple):
    """The n ids by their numbers."""

    keys: IntArray  # (n,) uint64
    text_ends: IntArray  # (n + 1,) int64: the text of id i is text[text_ends[i]:text_ends[i + 1]]
    text: IntArray  # uint8


class KeyNumbers:
    """The ids that were numbered so far, and the hash table in which they are found."""

    def __init__(self) -> None:
        self.n = 0
        self.ids = DistinctIds(
            np.empty(FIRST_SIZE, np.uint64), np.zeros(FIRST_SIZE + 1, np.int64), np.empty(8 * FIRST_SIZE, np.uint8)
        )
        self.slots = np.full(2 * FIRST_SIZE, -1, np.int32)

    @property
    def found(self) -> DistinctIds:
        """The ids, without the room for more."""
        keys, ends, text = self.ids
        return DistinctIds(keys[: self.n], ends[: self.n + 1], text[: int(ends[self.n])])


@with_numpy_twin
def number_ids(known: KeyNumbers, keys: IntArray, lengths: IntArray, text: IntArray) -> IntArray:
    """(n,) int32, the number of each id; those that are new are added to `known`.

    Two ids are one where their keys are equal, and their texts.

    keys: (n,) uint64     lengths: (n,) int32, the bytes of each id's text, or (0,) for ids that are their keys alone
    text: (Σ lengths,) uint8
    """
    numbers, done = np.empty(len(keys), np.int32), np.zeros(3, np.int64)
    done[1] = known.n
    while True:
        _number_keys(numbers, done, known.slots, known.ids, keys, lengths, text)
        known.n = int(done[1])
        if done[0] == len(numbers):
            return numbers
        _grow(known, int(lengths[done[0]]) if lengths.size else 0)


def _grow(known: KeyNumbers, n_bytes: int) -> None:
    """Make room for twice as many ids, and twice as much text, and for so many bytes at least."""
    keys, ends, text = (np.concatenate([one, np.empty_like(one)]) for one in known.ids)
    if int(ends[known.n]) + n_bytes > len(text):
        text = np.concatenate([text, np.empty(n_bytes, np.uint8)])
    known.ids = DistinctIds(keys, ends, text)
    known.slots = np.full(2 * len(keys), -1, np.int32)
    _fill_slots(known.slots, keys, known.n)
