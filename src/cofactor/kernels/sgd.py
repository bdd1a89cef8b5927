"""What `sgd_loops.py` works on: ratings in the order in which they are visited, and the rounds of an epoch."""

import os
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import NamedTuple

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.kernels.adam import Side
from cofactor.kernels.native import Native

__all__ = ["N_STRATA", "Cells", "arrange", "run_round"]

N_STRATA = 8
TILE_BYTES = 1 << 19  # rows of one tile's users, and of its items: together half of a 2 MB second-level cache

_sort = Native("cofactor.kernels.sgd_loops", "sort_ratings")
_visit = Native("cofactor.kernels.sgd_loops", "visit")


class Cells(NamedTuple):
    """Ratings in the order they are visited; cell c = round · 8 + lane is the rows bounds[c]:bounds[c + 1]."""

    user_idx: IntArray
    item_idx: IntArray
    values: FloatArray
    bounds: IntArray


class Deal(NamedTuple):
    """Where the rows of one side go."""

    stratum: IntArray  # (n,) int32, 0..7
    tile: IntArray  # (n,) int32, inside the stratum
    n_tiles: int  # of each stratum


def arrange(
    user_idx: IntArray, item_idx: IntArray, values: FloatArray, n_users: int, n_items: int, width: int, seed: int
) -> Cells:
    """Order the ratings into rounds, lanes and tiles. width: numbers in a row of parameters."""
    rng = np.random.default_rng(seed)
    n_rows = max(1, TILE_BYTES // (4 * width))
    users, items = _deal(rng, n_users, n_rows), _deal(rng, n_items, n_rows)
    n = len(values)
    # inside a tile too, neighbours in the table should not come one after the other
    order = rng.permutation(n).astype(np.int32)
    bounds = np.empty(N_STRATA**2 + 1, np.int64)
    cells = Cells(np.empty(n, np.int32), np.empty(n, np.int32), np.empty(n, np.float32), bounds)
    place, ends = np.empty(n, np.int32), np.zeros(N_STRATA**2 * users.n_tiles * items.n_tiles + 1, np.int64)
    _sort(user_idx, item_idx, values, order, users, items, place, ends, cells)
    return cells


def run_round(
    users: Side, items: Side, k: int, cells: Cells, number: int, rate: float, decay: float, low: float, high: float
) -> float:
    """Visit every rating of one of the 8 rounds once; returns the mean squared error met on the way."""
    numbers = tuple(np.float32(x) for x in (rate, decay, low, high))
    bounds = cells.bounds[number * N_STRATA : (number + 1) * N_STRATA + 1].tolist()
    losses = np.zeros(N_STRATA)

    def visit(lane: int) -> None:
        _visit(users.p, items.p, k, cells, bounds[lane], bounds[lane + 1], *numbers, losses[lane : lane + 1])

    list(_workers().map(visit, range(N_STRATA)))
    return float(losses.sum() / max(1, bounds[-1] - bounds[0]))


@cache
def _workers() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(min(N_STRATA, os.cpu_count() or 1))


def _deal(rng: np.random.Generator, n: int, n_rows: int) -> Deal:
    """The stratum of each row, its tile inside the stratum, and how many tiles a stratum has."""
    place = rng.permutation(n)
    stratum, rank = place % N_STRATA, place // N_STRATA
    n_tiles = max(1, -(-n // (N_STRATA * n_rows)))
    size = -(-n // (N_STRATA * n_tiles))
    tile = np.minimum(rank // max(1, size), n_tiles - 1)
    return Deal(stratum.astype(np.int32), tile.astype(np.int32), n_tiles)
