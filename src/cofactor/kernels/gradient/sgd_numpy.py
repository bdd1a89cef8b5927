"""The NumPy twins of `sgd.py`: the same ratings in the same order, one after the other."""

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.kernels.gradient.sgd import N_STRATA, RatingCells, SgdSide, Strata, assign_both

__all__ = ["arrange_ratings", "run_round"]

WRAP = 2**64


def arrange_ratings(
    user_idx: IntArray, item_idx: IntArray, values: FloatArray, n_users: int, n_items: int, width: int, seed: int
) -> RatingCells:
    """Sort by tile, in the order of visits, and shuffle inside each."""
    rng = np.random.default_rng(seed)
    users, items = assign_both(rng, user_idx, item_idx, n_users, n_items, width)
    tile, n_each = _tiles(user_idx, item_idx, users, items), users.n_tiles * items.n_tiles
    bounds = np.concatenate([[0], np.cumsum(np.bincount(tile, minlength=N_STRATA**2 * n_each))])
    order, key = np.argsort(tile, kind="stable"), int(rng.integers(2**62))
    for number in np.flatnonzero(np.diff(bounds)):
        own = slice(bounds[number], bounds[number + 1])
        order[own] = order[own][_shuffled(int(bounds[number + 1] - bounds[number]), key + int(number))]
    columns = user_idx[order].astype(np.uint32), item_idx[order].astype(np.uint32), values[order].astype(np.float32)
    return RatingCells(*columns, np.ascontiguousarray(bounds[::n_each]))


def _tiles(user_idx: IntArray, item_idx: IntArray, users: Strata, items: Strata) -> IntArray:
    """(n,) numbered as they are visited: by round, lane, tile of items, tile of users."""
    lane = users.stratum[user_idx].astype(np.int64)
    cell = (items.stratum[item_idx] - lane) % N_STRATA * N_STRATA + lane
    return (cell * items.n_tiles + items.tile[item_idx]) * users.n_tiles + users.tile[user_idx]


def _shuffled(n: int, state: int) -> IntArray:
    """0 … n - 1 by Fisher and Yates, with Knuth's MMIX for random numbers."""
    order = np.arange(n)
    for left in range(n, 1, -1):
        state = (state * 6364136223846793005 + 1442695040888963407) % WRAP
        other = ((state >> 32) * left) >> 32
        order[[left - 1, other]] = order[[other, left - 1]]
    return order


def run_round(
    users: SgdSide, items: SgdSide, cells: RatingCells, number: int, rate: float, decay: float, low: float, high: float
) -> float:
    """e = r - squash(z)     p ← (1 - ηλ) p + η e' q     q ← (1 - ηλ) q + η e' p     [funk2006netflix]"""
    (P, b), (Q, c), total, keep = users, items, 0.0, 1 - rate * decay
    first, last = int(cells.bounds[number * N_STRATA]), int(cells.bounds[(number + 1) * N_STRATA])
    for u, i, r in zip(*(column[first:last].tolist() for column in cells[:3]), strict=True):
        p, q, z = P[u].copy(), Q[i], float(P[u] @ Q[i]) + float(b[u]) + float(c[i])
        error, slope = _error(r, z, low, high)
        pull = rate * slope * error
        P[u], Q[i] = keep * p + pull * q, keep * q + pull * p
        b[u], c[i] = keep * b[u] + pull, keep * c[i] + pull
        total += error * error
    return total / max(1, last - first)


def _error(r: float, z: float, low: float, high: float) -> tuple[float, float]:
    """r less the score, and the score's derivative by z."""
    if low == high:
        return r - z, 1.0
    s = 1 / (1 + np.exp(-np.clip(z, -86, 86)))
    return r - low - (high - low) * s, (high - low) * (s - s * s)
