"""The best n of each row of scores: 64 of them at a time are compared with the worst on the list.

Fast mathematics must not assume that there are no infinities: -inf has to compare as itself.
"""

from numba import njit

from cofactor.kernels.compiling.jit import JIT
from cofactor.kernels.ranking.heap_loops import replace_root, sort_list
from cofactor.kernels.ranking.lists import SeenItems
from cofactor.kernels.ranking.score_tiles import lowest_bit, which_above

__all__ = ["SeenItems", "choose_scores"]  # entries find the argument structs here, by name

SCORES_AT_ONCE = 64  # scores compared with the threshold at once


@njit(**JIT)
def choose_scores(scores, seen, excluded, idx, top):
    """Write the best of each row of scores (b, m) to idx and top (b, n), which hold -1 and -inf.

    seen: `SeenItems`, items ascending in a row, so that one step forward finds whether a candidate is among them
    excluded: (m,)
    """
    for row in range(scores.shape[0]):
        values, user = scores[row], seen.users[row]
        at, end = (seen.indptr[user], seen.indptr[user + 1]) if user >= 0 else (0, 0)
        whole = values.size - values.size % SCORES_AT_ONCE
        for first in range(0, whole, SCORES_AT_ONCE):
            mark = which_above(values, first, top[row, 0])
            while mark != 0:
                at = _offer(first + lowest_bit(mark), values, seen.indices, at, end, excluded, idx[row], top[row])
                mark &= mark - 1
        for item in range(whole, values.size):
            at = _offer(item, values, seen.indices, at, end, excluded, idx[row], top[row])
        sort_list(idx[row], top[row])


@njit(**JIT)
def _offer(item, values, seen_idx, at, end, excluded, idx, top):
    """Put an item on the list if it belongs there; returns the place of the first seen item that is not below it."""
    if values[item] > top[0] and not excluded[item]:
        while at < end and seen_idx[at] < item:
            at += 1
        if at == end or seen_idx[at] != item:
            replace_root(idx, top, idx.size, item, values[item])
    return at
