"""Stochastic gradient descent, one rating at a time, for r ≈ squash(b_u + b_i + p_u · q_i).

    e = r - squash(z)      p ← (1 - ηλ) p + η e' q      q ← (1 - ηλ) q + η e' p      (Funk 2006 [funk2006netflix])

and b ← (1 - ηλ) b + η e' for both biases, e' being e times the squash's slope.

The limit is memory: a rating reads and writes two rows. So ratings are ordered once, by `arrange_ratings`: users and
items are assigned to 8 strata each, which makes 8 × 8 cells; a round visits a diagonal of 8 cells, which share no user
and no item, so they may run at the same time and the result is the same for any number of threads (Gemulla et al. 2011
[gemulla2011dsgd]). Inside a cell, tiles of users × items are small enough that their rows stay in the core's caches.
Both rows of a rating are held in registers from the error to the update, so their width must be known at compile time.
"""

from typing import Any

import numpy as np
from numba import njit

from cofactor.kernels.arithmetic.row_pairs import dot_of, prefetch_row, pull_together
from cofactor.kernels.arithmetic.vectors import next_piece
from cofactor.kernels.compiling.jit import JIT
from cofactor.kernels.gradient.sgd import N_STRATA, RatingCells, SgdSide, Strata

# entries find the argument structs here, by name
__all__ = ["RatingCells", "SgdSide", "Strata", "count_tiles", "make_visit", "move_to_tiles", "shuffle_tiles"]

AHEAD = 8  # ratings between the prefetch of a row and its use
EXACT: dict[str, Any] = {**JIT, "fastmath": {"contract"}}  # here the order of additions matters
FAR = 86  # e^±86 is still finite and normal in float32
ROUNDING = 1.5 * 2**23  # added to a small float32, its last bit is worth 1
BIAS = 127  # of a float32's exponent


@njit(**JIT)
def _tile_of(u, i, users, items):
    """The number of a rating's tile, in the order of visits: by round, lane, tile of items, tile of users."""
    lane = users.stratum[u]
    cell = (items.stratum[i] - lane + N_STRATA) % N_STRATA * N_STRATA + lane
    return (np.int64(cell) * items.n_tiles + items.tile[i]) * users.n_tiles + users.tile[u]


@njit(**JIT)
def count_tiles(user_idx, item_idx, values, users, items, start, end, counts):
    """counts (n_tiles,) += how many of the ratings start..end-1 lie in each tile. users, items: `Strata`."""
    for at in range(start, end):
        counts[_tile_of(user_idx[at], item_idx[at], users, items)] += 1


@njit(**JIT)
def move_to_tiles(user_idx, item_idx, values, users, items, start, end, places, cells):
    """Move the ratings start..end-1 to their tiles, in `cells`. places: (n_tiles,) where the next one of a tile goes"""
    for at in range(start, end):
        tile = _tile_of(user_idx[at], item_idx[at], users, items)
        to = places[tile]
        places[tile] = to + 1
        cells.user_idx[to], cells.item_idx[to], cells.values[to] = user_idx[at], item_idx[at], values[at]


@njit(**JIT)
def shuffle_tiles(cells, tiles, first, last, key):
    """Shuffle the ratings of each of the tiles first..last-1, in an order that key and tile decide (Fisher & Yates)."""
    users, items, values = cells.user_idx, cells.item_idx, cells.values
    for tile in range(first, last):
        start, state = tiles[tile], np.uint64(key + tile)
        for n in range(tiles[tile + 1] - start, 1, -1):
            state = state * np.uint64(6364136223846793005) + np.uint64(1442695040888963407)  # Knuth's MMIX
            a = start + n - 1
            b = start + np.int64(((state >> np.uint64(32)) * np.uint64(n)) >> np.uint64(32))
            users[a], users[b] = users[b], users[a]
            items[a], items[b] = items[b], items[a]
            values[a], values[b] = values[b], values[a]


@njit(**EXACT)
def _sigmoid(z):
    """1 / (1 + e⁻ᶻ) to within 1e-6: the C library's exp would take longer than the rest of a rating."""
    z = min(max(z, np.float32(-FAR)), np.float32(FAR))
    rounded = np.float32(ROUNDING) - z * np.float32(1 / np.log(2))
    n = rounded - np.float32(ROUNDING)
    x = -z - n * np.float32(np.log(2))  # |x| ≤ log(2) / 2, so six terms of the series are enough
    low = (np.float32(1) + x) + x * x * (np.float32(1 / 2) + x * np.float32(1 / 6))
    e = low + (x * x) * (x * x) * (np.float32(1 / 24) + x * np.float32(1 / 120))
    power = np.int32((np.float32(rounded).view(np.int32) + BIAS) << 23).view(np.float32)  # 2ⁿ
    return np.float32(1) / (np.float32(1) + e * power)


def make_visit(width):
    """The kernel for rows of `width` numbers, a multiple of 16."""

    @njit(**JIT)
    def visit_cell(P, Q, b, c, user_idx, item_idx, values, rate, decay, low, span):
        """SGD over these ratings, in order; returns the sum of their squared errors."""
        keep, loss, last = np.float32(1) - rate * decay, 0.0, user_idx.size - 1
        for at in range(user_idx.size):
            soon = min(at + AHEAD, last)
            prefetch_row(P, np.int64(user_idx[soon]) * width, width)
            prefetch_row(Q, np.int64(item_idx[soon]) * width, width)
            u, i = user_idx[at], item_idx[at]
            p, q = np.int64(u) * width, np.int64(i) * width
            z = dot_of(P, p, Q, q, width) + (b[u] + c[i])
            if span == 0:
                error = values[at] - z
                pull = rate * error
            else:
                s = _sigmoid(z)
                error = values[at] - low - span * s
                pull = rate * span * error * (s - s * s)
            pull_together(P, p, Q, q, width, keep, pull)
            b[u] = keep * b[u] + pull
            c[i] = keep * c[i] + pull
            loss += error * error
        return loss

    @njit(**JIT)
    def visit(users, items, cells, number, rate, decay, low, high, counter, losses):
        """SGD over lanes of round `number` that no other thread has taken; losses[lane] ← the sum of squared errors.

        users, items: `SgdSide`, changed in place     counter: (1,), lanes taken     low = high: no sigmoid
        """
        lane = next_piece(counter)
        while lane < N_STRATA:
            cell = number * N_STRATA + lane
            start, end = cells.bounds[cell], cells.bounds[cell + 1]
            losses[lane] = visit_cell(
                users.rows, items.rows, users.bias, items.bias,
                cells.user_idx[start:end], cells.item_idx[start:end], cells.values[start:end],
                rate, decay, low, high - low,
            )  # fmt: skip
            lane = next_piece(counter)

    return visit
