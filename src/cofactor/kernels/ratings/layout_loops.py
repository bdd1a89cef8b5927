"""Ratings into rows by a counting sort: rows are counted first, so that every rating moves once.

It takes two passes over the ratings and no comparison, and it is stable. Each thread counts and moves some of the
ratings; within a row, those of an earlier thread come first.
"""

import numpy as np
from numba import njit

from cofactor.kernels.compiling.jit import JIT
from cofactor.kernels.ratings.csr import CsrRatings
from cofactor.kernels.ratings.csr_loops import value_at

__all__ = ["CsrRatings", "code_values", "count_rows", "drop_repeated", "scatter", "sum_rows", "transpose"]

HASH = np.uint64(2654435769)  # 2³² by the golden ratio: Knuth's multiplicative hash


@njit(**JIT)
def code_values(codes, levels, found, slots, bits):
    """codes[i] ← the place of bits[i] in `levels`; found[0] ← the number of levels, or -1: more than `levels` holds.

    levels: (m,) uint32, filled from its start     slots: (2ᵖ,) int16, all -1, at least twice as many
    """
    n_levels, last = 0, slots.size - 1
    for i in range(bits.size):
        at = np.int64((np.uint64(bits[i]) * HASH >> np.uint64(16)) & np.uint64(last))
        while slots[at] >= 0 and levels[slots[at]] != bits[i]:
            at = (at + 1) & last
        if slots[at] < 0:
            if n_levels == levels.size:
                found[0] = -1
                return
            slots[at], levels[n_levels] = n_levels, bits[i]
            n_levels += 1
        codes[i] = slots[at]
    found[0] = n_levels


@njit(**JIT)
def count_rows(counts, n_outside, idx):
    """counts[r] += how often r is in idx; n_outside[0] += how many of idx are not in 0 … counts.size - 1."""
    for one in idx:
        if 0 <= one < counts.size:
            counts[one] += 1
        else:
            n_outside[0] += 1


@njit(**JIT)
def scatter(indices, moved, place, row_idx, other_idx, values, first, last):
    """Move the ratings first … last - 1 to their rows; place[row] is where the next rating of a row goes.

    values and moved may be empty: nothing is moved beside the indices
    """
    for i in range(first, last):
        at = place[row_idx[i]]
        place[row_idx[i]], indices[at] = at + 1, other_idx[i]
        if values.size:
            moved[at] = values[i]


@njit(**JIT)
def transpose(indices, moved, place, indptr, other_idx, values, first, last):
    """Move the ratings of the other side's rows first … last - 1 to their rows here, `other_idx`, as `scatter` does."""
    for other in range(first, last):
        for i in range(indptr[other], indptr[other + 1]):
            at = place[other_idx[i]]
            place[other_idx[i]], indices[at] = at + 1, other
            if values.size:
                moved[at] = values[i]


@njit(**JIT)
def drop_repeated(indptr, indices, values):
    """Keep the last of ratings with equal indices within each row, close the gaps, and update indptr."""
    to, begin = 0, 0
    for row in range(indptr.size - 1):
        end, start = indptr[row + 1], to
        for i in range(begin, end):
            if to > start and indices[to - 1] == indices[i]:
                to -= 1
            indices[to] = indices[i]
            if values.size:
                values[to] = values[i]
            to += 1
        begin, indptr[row + 1] = end, to


@njit(**JIT)
def sum_rows(sums, squares, ratings):
    """sums[r] ← Σ v of row r, squares[0] ← Σ v² of all."""
    total = 0.0
    for row in range(sums.size):
        here = 0.0
        for i in range(ratings.indptr[row], ratings.indptr[row + 1]):
            value = np.float64(value_at(ratings, i))
            here += value
            total += value * value
        sums[row] = here
    squares[0] = total
