"""Rows are counted by range first, so that each is moved once, and all of its columns together."""

import numpy as np
from numba import njit

from cofactor.kernels.arithmetic.splitmix import mix
from cofactor.kernels.compiling.jit import JIT
from cofactor.kernels.ids.key_ranges import KeyedRows

__all__ = ["KeyedRows", "count_ranges", "move_rows", "move_texts", "sum_pairs"]


@njit(**JIT)
def range_of(key, n_bits):
    """The first bits of a key; in two shifts, as one by 64 bits would leave it as it is."""
    return np.int64((key >> np.uint64(1)) >> np.uint64(63 - n_bits))


@njit(**JIT)
def count_ranges(counts, n_bytes, keys, lengths, n_bits):
    """counts[r] += rows of range r, and n_bytes[r] += the bytes of their texts, where there are any."""
    for i in range(keys.size):
        to = range_of(keys[i], n_bits)
        counts[to] += 1
        if lengths.size:
            n_bytes[to] += lengths[i]


@njit(**JIT)
def move_rows(moved, place, rows, n_bits):
    """Move the rows to their ranges, but for their texts; place[r] is where the next row of a range goes."""
    for i in range(rows.keys.size):
        key = rows.keys[i]
        here = range_of(key, n_bits)
        to = place[here]
        place[here] = to + 1
        moved.keys[to], moved.items[to] = key, rows.items[i]
        if rows.values.size:
            moved.values[to] = rows.values[i]
        if rows.times.size:
            moved.times[to] = rows.times[i]


@njit(**JIT)
def move_texts(moved, place, text_place, rows, n_bits):
    """Move the texts of the rows, and their lengths; text_place[r] is where the next text of a range goes."""
    start = 0
    for i in range(rows.keys.size):
        here, n = range_of(rows.keys[i], n_bits), rows.lengths[i]
        moved.lengths[place[here]] = n
        place[here] += 1
        to = text_place[here]
        for at in range(n):
            moved.text[to + at] = rows.text[start + at]
        text_place[here] = to + n
        start += n


@njit(**JIT)
def sum_pairs(total, keys, items, bits):
    """total[0] += Σ mix(key ^ mix(item · 2³² + bits of the value)), modulo 2⁶⁴."""
    found = np.uint64(0)
    for i in range(keys.size):
        pair = np.uint64(items[i]) << np.uint64(32)
        if bits.size:
            pair |= np.uint64(bits[i])
        found += mix(keys[i] ^ mix(pair))
    total[0] += found
