"""Stochastic gradient descent over ratings in rounds whose lanes share no row, so that threads run side by side."""

from functools import cache
from typing import NamedTuple

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.kernels.alignment import empty_aligned, padded_width
from cofactor.kernels.compiling.native import Native
from cofactor.kernels.threads import n_threads, on_threads
from cofactor.kernels.twins import with_numpy_twin

__all__ = ["N_STRATA", "RatingCells", "SgdSide", "Strata", "arrange_ratings", "assign_both", "make_side", "run_round"]

N_STRATA = 8
N_CHUNKS = 8  # chunks of ratings, which threads count and move side by side
# of one tile: its items' rows stay in the core's second-level cache while one tile of users after the other is visited,
# and its users' rows fit in beside them; a quarter faster than tiles that are equally large on both sides
USER_TILE_BYTES, ITEM_TILE_BYTES = 1 << 16, 1 << 19
MIN_TILE_RATINGS = 256  # ratings of a tile on average; the table of smaller ones could outgrow the ratings

_count = Native("cofactor.kernels.gradient.sgd_loops", "count_tiles")
_move = Native("cofactor.kernels.gradient.sgd_loops", "move_to_tiles")
_shuffle = Native("cofactor.kernels.gradient.sgd_loops", "shuffle_tiles")


class SgdSide(NamedTuple):
    """Users or items: factors, padded with zeros to whole vectors, and biases."""

    rows: FloatArray  # (n, width) float32, each row beginning at a cache line
    bias: FloatArray  # (n,) float32


class RatingCells(NamedTuple):
    """Ratings in the order they are visited; cell c = round · 8 + lane is the rows bounds[c]:bounds[c + 1]."""

    user_idx: IntArray  # uint32, as an index that cannot be negative needs no test
    item_idx: IntArray
    values: FloatArray
    bounds: IntArray


class Strata(NamedTuple):
    """The stratum and the tile of each row of one side."""

    stratum: IntArray  # (n,) int32, 0..7
    tile: IntArray  # (n,) int32, inside the stratum
    n_tiles: int  # of each stratum


def make_side(factors: FloatArray, bias: FloatArray) -> SgdSide:
    """A side with these factors (n, k) and biases (n,), in the kernel's layout."""
    n, k = factors.shape
    rows = empty_aligned((n, padded_width(k)))
    rows[:, :k], rows[:, k:] = factors, 0
    return SgdSide(rows, bias.astype(np.float32))


@with_numpy_twin
def arrange_ratings(
    user_idx: IntArray, item_idx: IntArray, values: FloatArray, n_users: int, n_items: int, width: int, seed: int
) -> RatingCells:
    """The ratings in the order in which they are visited: by round, lane and tile, in random order inside a tile.

    user_idx, item_idx, values: (n,) int32, int32, float32     width: numbers in a row of factors
    """
    rng, n = np.random.default_rng(seed), len(values)
    users, items = assign_both(rng, user_idx, item_idx, n_users, n_items, width)
    columns = (user_idx, item_idx, values, users, items)
    counts = np.zeros((N_CHUNKS, N_STRATA**2 * users.n_tiles * items.n_tiles), np.int64)
    cuts = np.linspace(0, n, N_CHUNKS + 1).astype(np.int64).tolist()
    on_threads(lambda c: _count(*columns, cuts[c], cuts[c + 1], counts[c]), N_CHUNKS)

    ends = counts.T.ravel().cumsum()  # chunk after chunk in each tile, so that the order is that of the table
    places = np.ascontiguousarray((ends - counts.T.ravel()).reshape(-1, N_CHUNKS).T)
    tiles = np.append(places[0], n)
    cells = RatingCells(
        np.empty(n, np.uint32), np.empty(n, np.uint32), np.empty(n, np.float32),
        np.ascontiguousarray(tiles[:: users.n_tiles * items.n_tiles]),
    )  # fmt: skip
    on_threads(lambda c: _move(*columns, cuts[c], cuts[c + 1], places[c], cells), N_CHUNKS)
    # inside a tile, too, neighbours in the table must not follow each other
    key, shares = int(rng.integers(2**62)), np.linspace(0, len(tiles) - 1, N_CHUNKS + 1).astype(np.int64).tolist()
    on_threads(lambda c: _shuffle(cells, tiles, shares[c], shares[c + 1], key), N_CHUNKS)
    return cells


@with_numpy_twin
def run_round(
    users: SgdSide, items: SgdSide, cells: RatingCells, number: int, rate: float, decay: float, low: float, high: float
) -> float:
    """The mean squared error of the ratings of one of the 8 rounds, each at its visit, after which both rows move.

    number: of the round     rate, decay: η and λ
    low, high: range of the sigmoid; equal: scores are left as they are
    """
    visit = _visit_of_width(users.rows.shape[1])
    numbers = tuple(np.float32(x) for x in (rate, decay, low, high))
    losses, counter = np.zeros(N_STRATA), np.zeros(1, np.int64)
    on_threads(lambda _: visit(users, items, cells, number, *numbers, counter, losses), _n_threads())
    n = cells.bounds[(number + 1) * N_STRATA] - cells.bounds[number * N_STRATA]
    return float(losses.sum() / max(1, n))


@cache
def _visit_of_width(width: int) -> Native:
    return Native("cofactor.kernels.gradient.sgd_loops", "make_visit", width)


def _n_threads() -> int:
    return min(N_STRATA, n_threads())


def assign_both(
    rng: np.random.Generator, user_idx: IntArray, item_idx: IntArray, n_users: int, n_items: int, width: int
) -> tuple[Strata, Strata]:
    """Strata and tiles of users and of items, at random, as large as `arrange_ratings` wants them."""
    n = len(user_idx)
    items = _assign_strata(rng, np.bincount(item_idx, minlength=n_items), ITEM_TILE_BYTES // (4 * width), n)
    max_tiles = n // (N_STRATA**2 * items.n_tiles * MIN_TILE_RATINGS)
    users = _assign_strata(rng, np.bincount(user_idx, minlength=n_users), USER_TILE_BYTES // (4 * width), max_tiles)
    return users, items


def _assign_strata(rng: np.random.Generator, counts: IntArray, n_rows: int, max_tiles: int) -> Strata:
    """A stratum and a tile for each row. Rows with equally many ratings go to different strata, so that cells are even.

    n_rows: of a tile     max_tiles: tiles of a stratum
    """
    n = len(counts)
    mixed = rng.permutation(n)
    rank = np.empty(n, np.int64)
    rank[mixed[np.argsort(-counts[mixed], kind="stable")]] = np.arange(n)
    position = rank % (2 * N_STRATA)
    n_tiles = max(1, min(max_tiles, -(-n // (N_STRATA * max(1, n_rows)))))
    tile = rank // N_STRATA % n_tiles
    return Strata(np.minimum(position, 2 * N_STRATA - 1 - position).astype(np.int32), tile.astype(np.int32), n_tiles)
