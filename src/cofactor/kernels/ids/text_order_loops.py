"""Two texts are compared byte by byte, as far as they are alike."""

from numba import njit

from cofactor.kernels.compiling.jit import JIT
from cofactor.kernels.ids.text_order import Texts

__all__ = ["Texts", "count_rising", "search"]


@njit(**JIT)
def start_of(texts, row):
    """The place where a text begins."""
    if row == 0:
        return 0
    return texts.ends[row - 1]


@njit(**JIT)
def is_before(one, i, other, j):
    """Return whether text i of one is before text j of the other."""
    at, place = start_of(one, i), start_of(other, j)
    end, other_end = one.ends[i], other.ends[j]
    while at < end and place < other_end:
        if one.text[at] != other.text[place]:
            return one.text[at] < other.text[place]
        at, place = at + 1, place + 1
    return end - at < other_end - place


@njit(**JIT)
def count_rising(found, texts):
    """found[0] ← the number of texts before the first one that is not behind the one before it."""
    row = 0
    while row < texts.ends.size and (row == 0 or is_before(texts, row - 1, texts, row)):
        row += 1
    found[0] = row


@njit(**JIT)
def search(found, asked, rising):
    """found[i] ← the row of text i among those that rise, or -1; each time half of what is left is ruled out."""
    for i in range(found.size):
        first, last = 0, rising.ends.size
        while first < last:
            middle = (first + last) // 2
            if is_before(rising, middle, asked, i):
                first = middle + 1
            else:
                last = middle
        is_there = first < rising.ends.size and not is_before(asked, i, rising, first)
        found[i] = first if is_there else -1
