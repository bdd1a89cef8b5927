"""A hash table with open addressing: keys are hashes already, so their last bits say where to look first."""

import numpy as np
from numba import njit

from cofactor.kernels.compiling.jit import JIT
from cofactor.kernels.ids.key_numbers import DistinctIds

__all__ = ["DistinctIds", "fill_slots", "number_keys"]


@njit(**JIT)
def first_slot(slots, key):
    """The slot where a key is looked for first: the last bits of the key."""
    return np.int64(key & np.uint64(slots.size - 1))


@njit(**JIT)
def fill_slots(slots, keys, n):
    """Put the ids 0 … n - 1 into empty slots, a power of two of them."""
    for one in range(n):
        at = first_slot(slots, keys[one])
        while slots[at] >= 0:
            at = (at + 1) & (slots.size - 1)
        slots[at] = one


@njit(**JIT)
def is_id(ids, one, key, text, start, n):
    """Return whether this one of the ids has this key, and the n bytes of the text from `start` on."""
    begin = ids.text_ends[one]
    if ids.keys[one] != key or ids.text_ends[one + 1] - begin != n:
        return False
    same = 0
    while same < n and ids.text[begin + same] == text[start + same]:
        same += 1
    return same == n


@njit(**JIT)
def number_keys(numbers, done, slots, ids, keys, lengths, text):
    """numbers[i] ← the number of id i, for all from done[0] on; it ends early where there is no room for a new one.

    done: how many are numbered, how many different ones are known, bytes of text of those that are numbered
    """
    row, n_ids, start = done[0], done[1], done[2]
    while row < numbers.size:
        key, n = keys[row], 0
        if lengths.size:
            n = np.int64(lengths[row])
        at = first_slot(slots, key)
        while slots[at] >= 0 and not is_id(ids, slots[at], key, text, start, n):
            at = (at + 1) & (slots.size - 1)
        if slots[at] < 0:
            begin = ids.text_ends[n_ids]
            if n_ids == ids.keys.size or begin + n > ids.text.size:
                break
            ids.keys[n_ids], ids.text_ends[n_ids + 1] = key, begin + n
            for i in range(n):
                ids.text[begin + i] = text[start + i]
            slots[at] = n_ids
            n_ids += 1
        numbers[row] = slots[at]
        row, start = row + 1, start + n
    done[0], done[1], done[2] = row, n_ids, start
