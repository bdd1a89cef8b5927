"""The loops of `planted_ratings.py`: what is drawn for a user hangs on keys and numbers alone, so on any thread."""

import numpy as np
from numba import njit
from numba.cpython.unsafe.numbers import trailing_zeros

from cofactor.kernels.arithmetic.normals import add_normals
from cofactor.kernels.arithmetic.splitmix import mix
from cofactor.kernels.compiling.jit import JIT

__all__ = ["draw_counts", "draw_ratings", "draw_rows"]

COUNT, ITEMS, ROW, NOISE = (np.uint64(number) for number in range(4))  # what is drawn for a user
HALF = np.uint64(32)


@njit(**JIT)
def _key(user, seed, what):
    return mix(mix(np.uint64(user)) ^ mix(np.uint64(seed) * np.uint64(8) + what))


@njit(**JIT, nogil=True)
def draw_counts(counts, users, seed, fewest, mean_more, most):
    """counts (n,) ← fewest + Exp(mean_more) of each user, at most `most`."""
    for at in range(users.size):
        uniform = np.float64(mix(_key(users[at], seed, COUNT)) >> np.uint64(11)) * (1.0 / 9007199254740992.0)
        counts[at] = min(fewest + np.int64(-mean_more * np.log(1.0 - uniform)), most)


@njit(**JIT)
def _draw_row(row, user, seed):
    for j in range(row.size):
        row[j] = 0
    add_normals(row, _key(user, seed, ROW), 0)


@njit(**JIT, nogil=True)
def draw_rows(rows, users, seed):
    """rows (n, an even number) ← standard normal numbers, each user's own."""
    for at in range(users.size):
        _draw_row(rows[at], users[at], seed)


@njit(**JIT)
def _draw_items(items, taken, accept, alias, key):
    """items (n,) ← different items, ascending; taken: a bit for each item, all 0 before and after.

    accept, alias: Walker's table [walker1977alias]; an item that was drawn before is drawn anew
    """
    n, number = 0, np.uint64(0)
    while n < items.size:
        bits = mix(key + number)
        number += np.uint64(1)
        column = ((bits >> HALF) * np.uint64(alias.size)) >> HALF
        item = np.uint64(column if (bits & np.uint64(0xFFFFFFFF)) < accept[column] else alias[column])
        word, bit = item >> np.uint64(6), np.uint64(1) << (item & np.uint64(63))
        n += 0 if taken[word] & bit else 1
        taken[word] |= bit
    at = 0
    for word in range(taken.size):
        bits = taken[word]
        taken[word] = 0
        while bits:
            items[at] = (word << 6) + np.int64(trailing_zeros(bits))  # pyright: ignore[reportCallIssue]  (an intrinsic)
            at += 1
            bits &= bits - np.uint64(1)


@njit(**JIT, nogil=True)
def draw_ratings(indices, codes, indptr, users, world, space, first, last):
    """indices and codes of the users first:last ← different items, and round(score + noise) from 1 to 5, less 1.

    world: (factors, bias, accept, alias, deviation, bias_deviation, mean, noise, seed)
    space: (taken, row, noise) of this thread
    """
    factors, bias, accept, alias, deviation, bias_deviation, mean, noise_deviation, seed = world
    taken, row, noise = space
    k = factors.shape[1]
    for at in range(first, last):
        user, begin, end = users[at], indptr[at], indptr[at + 1]
        items = indices[begin:end]
        _draw_items(items, taken, accept, alias, _key(user, seed, ITEMS))
        _draw_row(row, user, seed)
        drawn = noise[: items.size + items.size % 2]
        drawn[:] = 0
        add_normals(drawn, _key(user, seed, NOISE), 0)
        own = mean + bias_deviation * row[k]
        for t in range(items.size):
            q, score = factors[items[t]], np.float32(0)
            for j in range(k):
                score += row[j] * q[j]
            score = own + bias[items[t]] + deviation * score + noise_deviation * noise[t]
            codes[begin + t] = min(max(np.int64(np.rint(score)), 1), 5) - 1
