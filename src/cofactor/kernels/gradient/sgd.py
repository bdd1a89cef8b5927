"""What `sgd_loops.py` works on: ratings in the order in which they are visited, and the rounds of an epoch."""

from functools import cache
from typing import NamedTuple

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.kernels.aligned import WIDTH, padded
from cofactor.kernels.compiling.native import Native
from cofactor.kernels.threads import n_threads, on_threads

__all__ = ["N_STRATA", "Cells", "Side", "arrange", "make_side", "run_round"]

N_STRATA = 8
CHUNKS = 8  # of the ratings, counted and moved side by side
# of one tile: its items' rows stay in the core's second-level cache while tile after tile of users passes, and its
# users' rows next to it; a quarter faster than tiles as large on both sides
USER_BYTES, ITEM_BYTES = 1 << 16, 1 << 19
LEAST = 256  # ratings of a tile on average; the table of smaller ones could outgrow the ratings

_count = Native("cofactor.kernels.gradient.sgd_loops", "count_tiles")
_move = Native("cofactor.kernels.gradient.sgd_loops", "move_to_tiles")
_shuffle = Native("cofactor.kernels.gradient.sgd_loops", "shuffle_tiles")


class Side(NamedTuple):
    """Users or items: factors, padded with zeros to whole vectors, and biases."""

    rows: FloatArray  # (n, width) float32, each row from the beginning of a cache line on
    bias: FloatArray  # (n,) float32


class Cells(NamedTuple):
    """Ratings in the order they are visited; cell c = round · 8 + lane is the rows bounds[c]:bounds[c + 1]."""

    user_idx: IntArray  # uint32: an index that cannot be negative costs no test
    item_idx: IntArray
    values: FloatArray
    bounds: IntArray


class Deal(NamedTuple):
    """Where the rows of one side go."""

    stratum: IntArray  # (n,) int32, 0..7
    tile: IntArray  # (n,) int32, inside the stratum
    n_tiles: int  # of each stratum


def make_side(factors: FloatArray, bias: FloatArray) -> Side:
    """A side that starts at these, (n, k) and (n,)."""
    n, k = factors.shape
    width = padded(k)
    room = np.zeros((n + 1) * width, np.float32)
    first = -room.ctypes.data % (4 * WIDTH) // 4
    rows = room[first : first + n * width].reshape(n, width)
    rows[:, :k] = factors
    return Side(rows, bias.astype(np.float32))


def arrange(
    user_idx: IntArray, item_idx: IntArray, values: FloatArray, n_users: int, n_items: int, width: int, seed: int
) -> Cells:
    """Order the ratings into rounds, lanes and tiles. width: numbers in a row of factors."""
    rng, n = np.random.default_rng(seed), len(values)
    items = _deal(rng, np.bincount(item_idx, minlength=n_items), ITEM_BYTES // (4 * width), n)
    most = n // (N_STRATA**2 * items.n_tiles * LEAST)
    users = _deal(rng, np.bincount(user_idx, minlength=n_users), USER_BYTES // (4 * width), most)
    columns = (user_idx, item_idx, values, users, items)
    counts = np.zeros((CHUNKS, N_STRATA**2 * users.n_tiles * items.n_tiles), np.int64)
    cuts = np.linspace(0, n, CHUNKS + 1).astype(np.int64).tolist()
    on_threads(lambda c: _count(*columns, cuts[c], cuts[c + 1], counts[c]), CHUNKS)

    ends = counts.T.ravel().cumsum()  # chunk after chunk in each tile, so that the order is that of the table
    places = np.ascontiguousarray((ends - counts.T.ravel()).reshape(-1, CHUNKS).T)
    tiles = np.append(places[0], n)
    cells = Cells(
        np.empty(n, np.uint32), np.empty(n, np.uint32), np.empty(n, np.float32),
        np.ascontiguousarray(tiles[:: users.n_tiles * items.n_tiles]),
    )  # fmt: skip
    on_threads(lambda c: _move(*columns, cuts[c], cuts[c + 1], places[c], cells), CHUNKS)
    # inside a tile too, neighbours in the table should not come one after the other
    key, shares = int(rng.integers(2**62)), np.linspace(0, len(tiles) - 1, CHUNKS + 1).astype(np.int64).tolist()
    on_threads(lambda c: _shuffle(cells, tiles, shares[c], shares[c + 1], key), CHUNKS)
    return cells


def run_round(
    users: Side, items: Side, cells: Cells, number: int, rate: float, decay: float, low: float, high: float
) -> float:
    """Visit every rating of one of the 8 rounds once; returns the mean squared error met on the way."""
    visit = _visitor(users.rows.shape[1])
    numbers = tuple(np.float32(x) for x in (rate, decay, low, high))
    losses, taken = np.zeros(N_STRATA), np.zeros(1, np.int64)
    on_threads(lambda _: visit(users, items, cells, number, *numbers, taken, losses), _n_threads())
    n = cells.bounds[(number + 1) * N_STRATA] - cells.bounds[number * N_STRATA]
    return float(losses.sum() / max(1, n))


@cache
def _visitor(width: int) -> Native:
    return Native("cofactor.kernels.gradient.sgd_loops", "visitor", width)


def _n_threads() -> int:
    return min(N_STRATA, n_threads())


def _deal(rng: np.random.Generator, counts: IntArray, n_rows: int, most: int) -> Deal:
    """Rows with ratings alike in number go to different strata, there and back, so that all cells are about as large.

    n_rows: of a tile     most: tiles of a stratum
    """
    n = len(counts)
    mixed = rng.permutation(n)
    rank = np.empty(n, np.int64)
    rank[mixed[np.argsort(-counts[mixed], kind="stable")]] = np.arange(n)
    turn = rank % (2 * N_STRATA)
    n_tiles = max(1, min(most, -(-n // (N_STRATA * max(1, n_rows)))))
    tile = rank // N_STRATA % n_tiles
    return Deal(np.minimum(turn, 2 * N_STRATA - 1 - turn).astype(np.int32), tile.astype(np.int32), n_tiles)
