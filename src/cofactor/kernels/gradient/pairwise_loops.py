"""Pairwise gradient descent (BPR): an item that a user likes should score higher than one they do not.

    x = s_ui - s_uj      g = 1 / (1 + eˣ), the probability of the wrong order
    p ← (1 - ηλ) p + η g (q_i - q_j)      q_i ← (1 - ηλ) q_i + η g p      q_j ← (1 - ηλ) q_j - η g p

Rendle et al. 2009 [rendle2009bpr], figure 4, with item biases. Every like is visited once an epoch, each time with
another item j. Random numbers come from a counter, so they depend on the like's place, not on the thread.
"""

import numpy as np
from numba import njit

from cofactor.kernels.arithmetic.splitmix import GOLDEN, mix
from cofactor.kernels.compiling.jit import JIT
from cofactor.kernels.gradient.pairwise import BprFactors, LikeOrder

__all__ = ["BprFactors", "LikeOrder", "visit_likes"]  # entries find the argument structs here, by name

MAX_TRIES = 64  # to find an item that the user does not like; a user who likes nearly all of them may get none
LOW_BITS = np.uint64(0xFFFFFFFF)


@njit(**JIT)
def visit_likes(factors, likes, stratum, groups, cursors, is_liked, rate, decay, seed, sums):
    """SGD over the likes of a stratum of users in some groups of items, user by user.

    cursors (n_groups,), is_liked (n_items,), all 0: work space     sums (2,) ← Σ g and the number of likes
    """
    n_groups, largest, wrong, n_seen = likes.ends.size - 1, 0, 0.0, 0
    for g in range(groups.size):
        cursors[g] = likes.bounds[stratum * n_groups + groups[g]]
        largest = max(largest, likes.ends[groups[g] + 1] - likes.ends[groups[g]])
    for at in range(likes.user_ends[stratum], likes.user_ends[stratum + 1]):
        u = likes.users[at]
        for g in range(groups.size):
            block = stratum * n_groups + groups[g]
            cursors[g] = _mark(likes, u, cursors[g], likes.bounds[block + 1], is_liked)
        for g in range(groups.size):
            first = likes.bounds[stratum * n_groups + groups[g]]
            like = cursors[g] - 1
            while like >= first and likes.user_idx[like] == u:
                counter = np.uint64(like) * np.uint64(MAX_TRIES) + np.uint64(seed)
                other = _other(likes, groups, largest, is_liked, counter)
                if other >= 0:
                    wrong += _step(factors, u, likes.item_idx[like], other, rate, decay)
                    n_seen += 1
                like -= 1
        for g in range(groups.size):
            first = likes.bounds[stratum * n_groups + groups[g]]
            like = cursors[g] - 1
            while like >= first and likes.user_idx[like] == u:
                is_liked[likes.item_idx[like]] = 0
                like -= 1
    sums[0], sums[1] = wrong, n_seen


@njit(**JIT)
def _mark(likes, u, like, end, is_liked):
    """Mark the items of a group that u likes; returns where the next user's likes begin."""
    while like < end and likes.user_idx[like] == u:
        is_liked[likes.item_idx[like]] = 1
        like += 1
    return like


@njit(**JIT)
def _step(factors, u, i, j, rate, decay):
    """A step on the pair of a liked item i and another item j; returns g."""
    p, q, r, bias = factors.users[u], factors.items[i], factors.items[j], factors.bias
    x = bias[i] - bias[j]
    for f in range(p.size):
        x += p[f] * (q[f] - r[f])
    g = np.float32(1) / (np.float32(1) + np.exp(x))
    pull, keep = rate * g, np.float32(1) - rate * decay
    for f in range(p.size):
        a, b, c = p[f], q[f], r[f]
        p[f] = keep * a + pull * (b - c)
        q[f] = keep * b + pull * a
        r[f] = keep * c - pull * a
    bias[i] = keep * bias[i] + pull
    bias[j] = keep * bias[j] - pull
    return g


@njit(**JIT)
def _other(likes, groups, largest, is_liked, counter):
    """An item of these groups that is not marked, all with equal probability; -1 where none was found."""
    n_groups, n_slots = np.uint64(groups.size), np.uint64(largest)
    for once in range(MAX_TRIES):
        number = mix((counter + np.uint64(once)) * GOLDEN)
        group = groups[((number >> np.uint64(32)) * n_groups) >> np.uint64(32)]
        slot = likes.ends[group] + np.int64(((number & LOW_BITS) * n_slots) >> np.uint64(32))
        if slot < likes.ends[group + 1]:  # else drawn again: items of a smaller group must not come more often
            item = np.int64(likes.members[slot])
            if not is_liked[item]:
                return item
    return np.int64(-1)
