"""Stochastic gradient descent, one rating at a time, for the same rows and scores as `kernels/adam.py`.

    e = r - squash(p · q)      p ← (1 - ηλ) p + η e' q      q ← (1 - ηλ) q + η e' p      (Funk 2006 [funk2006netflix])

The limit is memory: a rating reads and writes two rows. So ratings are ordered once, by `arrange`: users and items
are dealt into 8 strata each; the 8 × 8 cells of a round's diagonal share no user and no item, so they may run at the
same time and the result is the same for any number of threads (Gemulla et al. 2011 [gemulla2011dsgd]); inside a
cell, tiles of users × items are small enough that their rows stay in the core's own cache.
"""

import numpy as np
from numba import njit

from cofactor.kernels.adam_loops import FAST, score
from cofactor.kernels.sgd import N_STRATA, Cells, Deal

__all__ = ["Cells", "Deal", "sort_ratings", "visit"]  # machine code is made of these, found here by name


@njit(**FAST)
def sort_ratings(user_idx, item_idx, values, order, users, items, place, ends, cells):
    """A counting sort by round, lane, user tile, item tile, stable in `order`.

    users, items: `Deal`     place (n,), ends (n_tiles + 1,), zero: work space     cells: `Cells`, filled
    """
    n_tiles = users.n_tiles * items.n_tiles
    for at in range(user_idx.size):
        u, i = user_idx[at], item_idx[at]
        lane = users.stratum[u]
        cell = (items.stratum[i] - lane + N_STRATA) % N_STRATA * N_STRATA + lane
        place[at] = (cell * users.n_tiles + users.tile[u]) * items.n_tiles + items.tile[i]
        ends[place[at] + 1] += 1
    for tile in range(1, ends.size):
        ends[tile] += ends[tile - 1]
    for cell in range(cells.bounds.size):
        cells.bounds[cell] = ends[cell * n_tiles]
    for at in order:
        to = ends[place[at]]
        ends[place[at]] += 1
        cells.user_idx[to], cells.item_idx[to], cells.values[to] = user_idx[at], item_idx[at], values[at]


@njit(**FAST)
def visit(P, Q, k, cells, start, end, rate, decay, low, high, loss_out):
    """SGD over the ratings start..end-1 of `cells`; the sum of their squared errors goes to loss_out[0]."""
    user_idx, item_idx, values = cells.user_idx, cells.item_idx, cells.values
    span, keep, loss = high - low, np.float32(1) - rate * decay, 0.0
    for at in range(start, end):
        p, q = P[user_idx[at]], Q[item_idx[at]]
        guess, slope = score(p, q, low, span)
        error = values[at] - guess
        loss += error * error
        pull = rate * slope * error
        for j in range(p.size):
            old = p[j]
            p[j] = keep * old + pull * q[j]
            q[j] = keep * q[j] + pull * old
        p[k + 1] = 1
        q[k] = 1
    loss_out[0] = loss
