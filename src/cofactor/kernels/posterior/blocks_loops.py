"""Blocks of rows' coordinates, each solved given the others, without forming the whole precision.

They start from the present row, and use the ratings only in products with z = √w q, q being the other side's rows.
These are gathered once where they fit into `space`, and in each pass where they do not.
"""

import numpy as np
from numba import njit

from cofactor.kernels.arithmetic.cholesky_loops import backward, factor, forward
from cofactor.kernels.arithmetic.products_loops import add_outer_products, add_weighted, all_dots, gather_columns
from cofactor.kernels.arithmetic.vectors import next_piece
from cofactor.kernels.compiling.jit import JIT
from cofactor.kernels.posterior.blocks import BlockSpace
from cofactor.kernels.posterior.prior import BiasTerm, Prior
from cofactor.kernels.posterior.problem import RowProblem
from cofactor.kernels.posterior.schedule import RATINGS_AT_ONCE
from cofactor.kernels.posterior.weights import RatingWeights
from cofactor.kernels.posterior.weights_loops import weigh_ratings
from cofactor.kernels.ratings.csr import CsrRatings

# entries find the argument structs here, by name
__all__ = ["BiasTerm", "BlockSpace", "CsrRatings", "Prior", "RatingWeights", "RowProblem", "block_rows"]


@njit(**JIT)
def _predict(x, problem, begin, end, space):
    """scores[t] ← q_t · x of the row's ratings; Z holds 64 of q at a time."""
    k, ones = x.size, space.ones
    for first in range(begin, end, RATINGS_AT_ONCE):
        last = min(first + RATINGS_AT_ONCE, end)
        gather_columns(
            space.Z, space.unused, k, problem.design, k, 0, problem.ratings.indices, first, last, end, ones, ones
        )
        all_dots(space.scores[first - begin :], space.Z, 0, k, x, k, last - first)


@njit(**JIT)
def _explained(problem, begin, end, space):
    """What the predictions explain of a row's ratings: Σ s (2 y - w s)."""
    roots, pulls, total = space.roots, space.pulls, np.float32(0)
    for first in range(begin, end, RATINGS_AT_ONCE):
        last = min(first + RATINGS_AT_ONCE, end)
        weigh_ratings(roots, pulls, problem, problem.weights, first, last)
        for t in range(last - first):
            score = space.scores[first - begin + t]
            total += score * (2 * pulls[t] - roots[t] * roots[t] * score)
    return total


@njit(**JIT)
def _gather_residuals(Z, b, scores, start, k, problem, first, last, end, space):
    """Z ← √w times the design's columns from `start` on, as many as b has; b += Σ (y - w score) q in these columns."""
    roots, pulls = space.roots, space.pulls
    weigh_ratings(roots, pulls, problem, problem.weights, first, last)
    for t in range(last - first):
        pulls[t] -= roots[t] * roots[t] * scores[t]
    gather_columns(Z, b, b.size, problem.design, k, start, problem.ratings.indices, first, last, end, roots, pulls)


@njit(**JIT)
def _start_block(A, b, start, k, gradient, prior, ridge):
    """A and b ← the prior's part of the normal equations of a step of one block."""
    width = b.size
    for i in range(width):
        b[i] = -gradient[start + i]
        for j in range(width):
            A[i * width + j] = prior.precision[(start + i) * k + start + j]
        A[i * width + i] += ridge


@njit(**JIT)
def _apply_step(x, gradient, b, start, prior):
    """x += the step b of the coordinates from `start` on; `gradient` is updated in the coordinates behind them."""
    k, end = x.size, start + b.size
    for j in range(b.size):
        x[start + j] += b[j]
    add_weighted(gradient[end:], k - end, prior.precision, start * k + end, k, b, b.size)


@njit(**JIT)
def _update_predictions(scores, Z, start, step, moves, roots, n):
    """scores[t] += q_t · step, Z holding √w q; the scores of ratings with weight 0 are not needed."""
    all_dots(moves, Z, start, step.size, step, step.size, n)
    for t in range(n):
        if roots[t] > 0:
            scores[t] += moves[t] / roots[t]


@njit(**JIT)
def _solve_block(x, gradient, kept, start, width, problem, ridge, row, space):
    """One block of the row's coordinates ← its mean given the others; scores and gradient are updated."""
    A, inverse, b, Z, k = space.A, space.inverse, space.b[:width], space.Z, x.size
    ratings, roots, pulls = problem.ratings, space.roots, space.pulls
    begin, end = ratings.indptr[row], ratings.indptr[row + 1]
    _start_block(A, b, start, k, gradient, problem.prior, ridge)
    for first in range(begin, end, RATINGS_AT_ONCE):
        last, z = min(first + RATINGS_AT_ONCE, end), (first - begin) * width if kept else 0
        _gather_residuals(Z[z:], b, space.scores[first - begin :], start, k, problem, first, last, end, space)
        add_outer_products(A, width, Z[z:], last - first)
    factor(A, width, inverse)
    forward(A, width, inverse, b)
    backward(A, width, inverse, b)
    _apply_step(x, gradient, b, start, problem.prior)
    for first in range(begin, end, RATINGS_AT_ONCE):
        last, z = min(first + RATINGS_AT_ONCE, end), (first - begin) * width if kept else 0
        weigh_ratings(roots, pulls, problem, problem.weights, first, last)
        if not kept:
            gather_columns(
                Z, space.unused, width, problem.design, k, start, ratings.indices, first, last, end, roots, pulls
            )
        _update_predictions(space.scores[first - begin :], Z, z, b, space.moves, roots, last - first)


@njit(**JIT)
def block_rows(out, explained, gradient, problem, space, n_kept, block, order, bounds, counter):
    """out[order] (n, k) ← the rows after one round over blocks of `block` coordinates, each solved given the others.

    iALS++, Rendle et al. 2021 [rendle2021ialspp], algorithm 2, row by row, so that only one row's predictions are kept.
    explained (n,) ← the ratings' part alone     problem: `RowProblem`, its design flat
    gradient (n, k): (Λ + ridge) x - pull of the present rows, overwritten
    space: `BlockSpace`     n_kept: ratings whose columns are kept
    """
    k, ratings, prior = out.shape[1], problem.ratings, problem.prior
    piece = next_piece(counter)
    while piece < bounds.size - 1:
        for at in range(bounds[piece], bounds[piece + 1]):
            row = order[at]
            x, ridge = out[row], prior.ridge[row % prior.ridge.size]
            begin, end = ratings.indptr[row], ratings.indptr[row + 1]
            _predict(x, problem, begin, end, space)
            for start in range(0, k, block):
                width, kept = min(block, k - start), end - begin <= n_kept
                _solve_block(x, gradient[row], kept, start, width, problem, ridge, row, space)
            explained[row] = _explained(problem, begin, end, space)
        piece = next_piece(counter)
