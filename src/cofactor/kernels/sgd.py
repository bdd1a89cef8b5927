"""Stochastic gradient descent, one rating at a time, for the same rows and scores as `kernels/adam.py`.

    e = r - squash(p · q)      p ← (1 - ηλ) p + η e' q      q ← (1 - ηλ) q + η e' p      (Funk 2006 [funk2006netflix])

The limit is memory: a rating reads and writes two rows. So ratings are ordered once, by `arrange`: users and items
are dealt into 8 strata each; the 8 × 8 cells of a round's diagonal share no user and no item, so they may run at the
same time and the result is the same for any number of threads (Gemulla et al. 2011 [gemulla2011dsgd]); inside a
cell, tiles of users × items are small enough that their rows stay in the core's own cache.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import NamedTuple

import numpy as np
from numba import njit

from cofactor.arrays import FloatArray, IntArray
from cofactor.kernels.adam import FAST, Side, score

__all__ = ["N_STRATA", "Cells", "arrange", "run_round"]

N_STRATA = 8
TILE_BYTES = 1 << 19  # rows of one tile's users, and of its items: together half of a 2 MB second-level cache


class Cells(NamedTuple):
    """Ratings in the order they are visited; cell c = round · 8 + lane is the rows bounds[c]:bounds[c + 1]."""

    user_idx: IntArray
    item_idx: IntArray
    values: FloatArray
    bounds: IntArray


def arrange(
    user_idx: IntArray,
    item_idx: IntArray,
    values: FloatArray,
    n_users: int,
    n_items: int,
    width: int,
    seed: int,
) -> Cells:
    """Order the ratings into rounds, lanes and tiles. width: numbers in a row of parameters."""
    rng = np.random.default_rng(seed)
    n_rows = max(1, TILE_BYTES // (4 * width))
    deal_user, deal_item = _deal(rng, n_users, n_rows), _deal(rng, n_items, n_rows)
    shuffled = rng.permutation(len(values))  # inside a tile too, neighbours in the table should not come in a row
    return Cells(*_sort(user_idx, item_idx, values, shuffled, *deal_user, *deal_item))


def run_round(
    users: Side,
    items: Side,
    k: int,
    cells: Cells,
    number: int,
    rate: float,
    decay: float,
    low: float,
    high: float,
) -> float:
    """Visit every rating of one of the 8 rounds once; returns the mean squared error met on the way."""
    numbers = tuple(np.float32(x) for x in (rate, decay, low, high))
    bounds = cells.bounds[number * N_STRATA : (number + 1) * N_STRATA + 1].tolist()

    def visit(start: int, end: int) -> float:
        return _visit(users.p, items.p, k, *cells[:3], start, end, *numbers)

    loss = sum(_workers().map(visit, bounds[:-1], bounds[1:]))
    return loss / max(1, bounds[-1] - bounds[0])


@cache
def _workers() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(min(N_STRATA, os.cpu_count() or 1))


def _deal(rng: np.random.Generator, n: int, n_rows: int) -> tuple[IntArray, IntArray, int]:
    """The stratum of each row, its tile inside the stratum, and how many tiles a stratum has."""
    place = rng.permutation(n)
    stratum, rank = place % N_STRATA, place // N_STRATA
    n_tiles = max(1, -(-n // (N_STRATA * n_rows)))
    size = -(-n // (N_STRATA * n_tiles))
    return stratum.astype(np.int32), np.minimum(rank // max(1, size), n_tiles - 1).astype(np.int32), n_tiles


@njit(cache=True, boundscheck=False)
def _sort(
    user_idx,
    item_idx,
    values,
    shuffled,
    user_stratum,
    user_tile,
    n_user_tiles,
    item_stratum,
    item_tile,
    n_item_tiles,
):
    """A counting sort by round, lane, user tile, item tile; stable in the shuffled order."""
    n, n_tiles = len(values), n_user_tiles * n_item_tiles
    place = np.empty(n, np.int32)
    ends = np.zeros(N_STRATA * N_STRATA * n_tiles + 1, np.int64)
    for at in range(n):
        u, i = user_idx[at], item_idx[at]
        lane = user_stratum[u]
        cell = (item_stratum[i] - lane) % N_STRATA * N_STRATA + lane
        place[at] = (cell * n_user_tiles + user_tile[u]) * n_item_tiles + item_tile[i]
        ends[place[at] + 1] += 1
    ends = np.cumsum(ends)
    bounds = ends[::n_tiles].copy()
    users, items, ratings = np.empty(n, np.int32), np.empty(n, np.int32), np.empty(n, np.float32)
    for at in shuffled:
        to = ends[place[at]]
        ends[place[at]] += 1
        users[to], items[to], ratings[to] = user_idx[at], item_idx[at], values[at]
    return users, items, ratings, bounds


@njit(nogil=True, **FAST)
def _visit(P, Q, k, user_idx, item_idx, values, start, end, rate, decay, low, high):
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
    return loss
