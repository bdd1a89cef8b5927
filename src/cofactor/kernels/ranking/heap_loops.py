"""A list of n as a heap whose root is its worst entry: idx and top (n,), at first -1 and -inf."""

from numba import njit

from cofactor.kernels.compiling.jit import JIT

__all__ = ["replace_root", "sort_list", "worse"]


@njit(**JIT)
def worse(score, item, other_score, other_item):
    """True where the first of two entries comes after the second on a list: by score, then by index."""
    return score < other_score or (score == other_score and item > other_item)


@njit(**JIT)
def replace_root(idx, top, size, item, score):
    """Replace the root, the worst of the first `size` entries, by a new entry, and restore the heap."""
    at, child = 0, 1
    while child < size:
        if child + 1 < size and worse(top[child + 1], idx[child + 1], top[child], idx[child]):
            child += 1
        if not worse(top[child], idx[child], score, item):
            break
        top[at], idx[at] = top[child], idx[child]
        at, child = child, 2 * child + 1
    top[at], idx[at] = score, item


@njit(**JIT)
def sort_list(idx, top):
    """Sort the heap into a list, best first."""
    for last in range(idx.size - 1, 0, -1):
        item, score = idx[last], top[last]
        idx[last], top[last] = idx[0], top[0]
        replace_root(idx, top, last, item, score)
