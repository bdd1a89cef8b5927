"""Ratings in the order of their pairs, those of equal pairs behind each other: one of them is kept."""

import numpy as np
from numba import njit

from cofactor.kernels.compiling.jit import JIT
from cofactor.kernels.ratings.repeats import KEPT, MEAN

__all__ = ["keep_latest"]


@njit(**JIT)
def latest(places, times, first, last):
    """The place, among these, of the latest row; later places are of later rows."""
    found = places[first]
    for i in range(first + 1, last):
        if not times.size or times[places[i]] >= times[found]:
            found = places[i]
    return found


@njit(**JIT)
def merged(places, values, first, last, policy, largest):
    """The sum of the values of these rows, or their mean."""
    total = 0.0
    for i in range(first, last):
        total += np.float64(values[places[i]])
    return total / (last - first) if policy == MEAN else min(max(total, -largest), largest)


@njit(**JIT)
def keep_latest(indptr, indices, places, values, times, policy, largest):
    """Keep one place of equal indices within each row, close the gaps, and update indptr and the values kept."""
    to, begin = 0, 0
    for row in range(indptr.size - 1):
        end, first = indptr[row + 1], begin
        while first < end:
            last = first + 1
            while last < end and indices[last] == indices[first]:
                last += 1
            kept = places[first]
            if last > first + 1:
                kept = latest(places, times, first, last)
                if policy != KEPT:
                    values[kept] = np.float32(merged(places, values, first, last, policy, largest))
            indices[to], places[to] = indices[first], kept
            to, first = to + 1, last
        begin, indptr[row + 1] = end, to
