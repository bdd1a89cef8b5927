"""Rows' coordinates in blocks, each solved given the others, without the whole precision.

They start from the row as it stands, and touch the ratings only through products with the rows they meet, z = √w q.
The ratings are gathered once where they fit into `space`, again in each pass where they do not.
"""

import numpy as np
from numba import njit

from cofactor.kernels.arithmetic.cholesky_loops import backward, factor, forward
from cofactor.kernels.arithmetic.products_loops import add_outer_products, add_weighted, all_dots, gather_columns
from cofactor.kernels.arithmetic.vectors import next_piece
from cofactor.kernels.compiling.jit import JIT
from cofactor.kernels.posterior.prior import Prior
from cofactor.kernels.posterior.schedule import RATINGS_AT_ONCE
from cofactor.kernels.posterior.weights import RatingWeights
from cofactor.kernels.posterior.weights_loops import weigh_ratings
from cofactor.kernels.ratings.csr import CsrRatings

__all__ = ["CsrRatings", "Prior", "RatingWeights", "block_rows"]  # entries are made of the first three, by name


@njit(**JIT)
def _predict(s, x, k, Z, design, ratings, begin, end, ones, unused):
    """s[t] ← q_t · x of the row's ratings; Z holds a block of q."""
    for first in range(begin, end, RATINGS_AT_ONCE):
        last = min(first + RATINGS_AT_ONCE, end)
        gather_columns(Z, unused, k, design, k, 0, ratings.indices, first, last, end, ones, ones)
        all_dots(s[first - begin :], Z, 0, k, x, k, last - first)


@njit(**JIT)
def _explained(s, offset, ratings, weights, begin, end, roots, pulls):
    """What predictions s explain of a row's ratings: Σ s (2 y - w s)."""
    total = np.float32(0)
    for first in range(begin, end, RATINGS_AT_ONCE):
        last = min(first + RATINGS_AT_ONCE, end)
        weigh_ratings(roots, pulls, offset, ratings, weights, first, last)
        for t in range(last - first):
            score = s[first - begin + t]
            total += score * (2 * pulls[t] - roots[t] * roots[t] * score)
    return total


@njit(**JIT)
def _gather_residuals(Z, b, start, width, k, s, design, offset, ratings, weights, first, last, end, roots, pulls):
    """Z ← the ratings' columns start:start + width, b += what their predictions s leave of them."""
    weigh_ratings(roots, pulls, offset, ratings, weights, first, last)
    for t in range(last - first):
        pulls[t] -= roots[t] * roots[t] * s[t]
    gather_columns(Z, b, width, design, k, start, ratings.indices, first, last, end, roots, pulls)


@njit(**JIT)
def _start_block(A, b, start, width, k, prior_gradient, prior, ridge):
    """The prior of a block, from where the row stands."""
    for i in range(width):
        b[i] = -prior_gradient[start + i]
        for j in range(width):
            A[i * width + j] = prior.precision[(start + i) * k + start + j]
        A[i * width + i] += ridge


@njit(**JIT)
def _apply_step(x, prior_gradient, b, start, width, k, prior):
    """x after a step b of the coordinates start:start + width, and what the prior asks of the coordinates behind."""
    end = start + width
    for j in range(width):
        x[start + j] += b[j]
    add_weighted(prior_gradient[end:], k - end, prior.precision, start * k + end, k, b, width)


@njit(**JIT)
def _update_predictions(s, Z, start, width, step, moves, roots, n):
    """s[t] += q_t · step, Z holding √w q; a rating without weight has no part in anything."""
    all_dots(moves, Z, start, width, step, width, n)
    for t in range(n):
        if roots[t] > 0:
            s[t] += moves[t] / roots[t]


@njit(**JIT)
def _solve_block(
    A,
    inverse,
    b,
    x,
    prior_gradient,
    s,
    Z,
    kept,
    start,
    width,
    design,
    offset,
    ratings,
    weights,
    prior,
    ridge,
    row,
    buffers,
):
    """One block of the row's coordinates ← its mean given the others; predictions and the rest follow."""
    (roots, pulls, moves, unused), k = buffers, x.size
    begin, end = ratings.indptr[row], ratings.indptr[row + 1]
    _start_block(A, b, start, width, k, prior_gradient, prior, ridge)
    for first in range(begin, end, RATINGS_AT_ONCE):
        last, z = min(first + RATINGS_AT_ONCE, end), (first - begin) * width if kept else 0
        left = s[first - begin :]
        _gather_residuals(
            Z[z:], b, start, width, k, left, design, offset, ratings, weights, first, last, end, roots, pulls
        )
        add_outer_products(A, width, Z[z:], last - first)
    factor(A, width, inverse)
    forward(A, width, inverse, b)
    backward(A, width, inverse, b)
    _apply_step(x, prior_gradient, b, start, width, k, prior)
    for first in range(begin, end, RATINGS_AT_ONCE):
        last, z = min(first + RATINGS_AT_ONCE, end), (first - begin) * width if kept else 0
        weigh_ratings(roots, pulls, offset, ratings, weights, first, last)
        if not kept:
            gather_columns(Z, unused, width, design, k, start, ratings.indices, first, last, end, roots, pulls)
        _update_predictions(s[first - begin :], Z, z, width, b, moves, roots, last - first)


@njit(**JIT)
def block_rows(
    out, explained, prior_gradient, design, offset, ratings, weights, prior, space, n_kept, n_most, block, order,
    bounds, counter,
):  # fmt: skip
    """out[order] (n, k) ← after one round over its blocks of `block` coordinates, each solved given the others.

    iALS++, Rendle et al. 2021 [rendle2021ialspp], algorithm 2, a row at a time: predictions s are kept for one
    row's ratings. As `solve_rows`, but explained holds the ratings' part alone; held (n, k): (Λ + ridge) x - pull of
    the rows as they stand, which is used up; n_kept: ratings whose columns are kept; n_most: of the longest row
    space: (block + 1) · block, then n_kept · block or BLOCK · k of Z, n_most + 5 · BLOCK, and block + k
    """
    k = out.shape[1]
    A, inverse, rest = space[: block * block], space[block * block : block * (block + 1)], space[block * (block + 1) :]
    n_z, n_s = max(n_kept * block, RATINGS_AT_ONCE * k), n_most + RATINGS_AT_ONCE
    Z, s, rest = rest[:n_z], rest[n_z : n_z + n_s], rest[n_z + n_s :]
    (roots, pulls), rest = (
        (rest[:RATINGS_AT_ONCE], rest[RATINGS_AT_ONCE : 2 * RATINGS_AT_ONCE]),
        rest[2 * RATINGS_AT_ONCE :],
    )
    (ones, moves), rest = (
        (rest[:RATINGS_AT_ONCE], rest[RATINGS_AT_ONCE : 2 * RATINGS_AT_ONCE]),
        rest[2 * RATINGS_AT_ONCE :],
    )
    b, unused = rest[:block], rest[block:]
    buffers = roots, pulls, moves, unused
    for t in range(RATINGS_AT_ONCE):
        ones[t] = 1
    piece = next_piece(counter)
    while piece < bounds.size - 1:
        for at in range(bounds[piece], bounds[piece + 1]):
            row = order[at]
            x, ridge = out[row], prior.ridge[row % prior.ridge.size]
            begin, end = ratings.indptr[row], ratings.indptr[row + 1]
            _predict(s, x, k, Z, design, ratings, begin, end, ones, unused)
            for start in range(0, k, block):
                width, kept = min(block, k - start), end - begin <= n_kept
                _solve_block(
                    A, inverse, b[:width], x, prior_gradient[row], s, Z, kept, start, width,
                    design, offset, ratings, weights, prior, ridge, row, buffers,
                )  # fmt: skip
            explained[row] = _explained(s, offset, ratings, weights, begin, end, roots, pulls)
        piece = next_piece(counter)
