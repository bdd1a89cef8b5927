"""A hash table with open addressing: keys are hashes already, so their last bits say where to look first."""

import numpy as np
from numba import njit

from cofactor.kernels.compiling.jit import JIT
from cofactor.kernels.ids.key_numbers import DistinctUsers
from cofactor.kernels.ids.key_ranges import KeyedRows

__all__ = ["DistinctUsers", "KeyedRows", "fill_slots", "number_rows"]


@njit(**JIT)
def first_slot(slots, key):
    """The slot where a key is looked for first: the last bits of the key."""
    return np.int64(key & np.uint64(slots.size - 1))


@njit(**JIT)
def fill_slots(slots, keys, n):
    """Put the users 0 … n - 1 into empty slots, a power of two of them."""
    for user in range(n):
        at = first_slot(slots, keys[user])
        while slots[at] >= 0:
            at = (at + 1) & (slots.size - 1)
        slots[at] = user


@njit(**JIT)
def is_user(users, user, key, text, start, n):
    """Return whether the user has this key, and the n bytes of the text from `start` on."""
    if users.keys[user] != key:
        return False
    begin = users.text_ends[user]
    if users.text_ends[user + 1] - begin != n:
        return False
    same = 0
    while same < n and users.text[begin + same] == text[start + same]:
        same += 1
    return same == n


@njit(**JIT)
def number_rows(numbers, done, slots, users, rows):
    """numbers[i] ← the user of row i, for all rows from done[0] on; it ends early where there is no room for a new one.

    done: rows that are numbered, users that are known, bytes of text of these rows
    """
    row, n_users, start = done[0], done[1], done[2]
    while row < numbers.size:
        key, n = rows.keys[row], 0
        if rows.lengths.size:
            n = np.int64(rows.lengths[row])
        at = first_slot(slots, key)
        while slots[at] >= 0 and not is_user(users, slots[at], key, rows.text, start, n):
            at = (at + 1) & (slots.size - 1)
        if slots[at] < 0:
            begin = users.text_ends[n_users]
            if n_users == users.keys.size or begin + n > users.text.size:
                break
            users.keys[n_users], users.text_ends[n_users + 1] = key, begin + n
            for i in range(n):
                users.text[begin + i] = rows.text[start + i]
            slots[at] = n_users
            n_users += 1
        numbers[row] = slots[at]
        row, start = row + 1, start + n
    done[0], done[1], done[2] = row, n_users, start
