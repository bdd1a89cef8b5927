"""Conjugate gradient steps towards rows' posterior means, without forming the precision.

They start from the present row, and use the ratings only in products with z = √w q, q being the other side's rows.
These are gathered once where they fit into `space`, and in each pass where they do not.
"""

import numpy as np
from numba import njit

from cofactor.kernels.arithmetic.products_loops import add_weighted, all_dots, gather_columns
from cofactor.kernels.arithmetic.vectors import dot, next_piece
from cofactor.kernels.compiling.jit import JIT
from cofactor.kernels.posterior.conjugate import ConjugateSpace, DesignScale
from cofactor.kernels.posterior.prior import BiasTerm, Prior
from cofactor.kernels.posterior.problem import RowProblem
from cofactor.kernels.posterior.schedule import RATINGS_AT_ONCE
from cofactor.kernels.posterior.weights import RatingWeights
from cofactor.kernels.posterior.weights_loops import weigh_ratings
from cofactor.kernels.ratings.csr import CsrRatings

# entries find the argument structs here, by name
__all__ = [
    "BiasTerm", "ConjugateSpace", "CsrRatings", "DesignScale", "Prior", "RatingWeights", "RowProblem", "conjugate_rows",
]  # fmt: skip

TINY = np.float32(1e-20)


@njit(**JIT)
def _apply_prior(result, x, k, prior, ridge):
    """result ← (Λ + ridge I) x, Λ being diagonal"""
    for j in range(k):
        result[j] = (prior.precision[j] + ridge) * x[j]


@njit(**JIT)
def _apply_ratings(result, x, k, Z, start, s, n):
    """result += Σ_{t<n} z_t (z_t · x), Z[start:] holding z"""
    all_dots(s, Z, start, k, x, k, n)
    add_weighted(result, k, Z, start, k, s, n)


@njit(**JIT)
def _residual(x, kept, problem, squares, ridge, row, space):
    """b ← pull_r + Σ y q and r ← b - precision · x, the ratings being gathered on the way; returns Σ w |q|²."""
    ratings, prior, k = problem.ratings, problem.prior, x.size
    Z, roots, pulls, b = space.Z, space.roots, space.pulls, space.b
    pull, size = prior.pull[row % prior.pull.shape[0]], np.float32(0)
    begin, end = ratings.indptr[row], ratings.indptr[row + 1]
    for j in range(k):
        b[j] = pull[j]
    _apply_prior(space.product, x, k, prior, ridge)
    for first in range(begin, end, RATINGS_AT_ONCE):
        last, start = min(first + RATINGS_AT_ONCE, end), (first - begin) * k if kept else 0
        weigh_ratings(roots, pulls, problem, problem.weights, first, last)
        gather_columns(Z[start:], b, k, problem.design, k, 0, ratings.indices, first, last, end, roots, pulls)
        _apply_ratings(space.product, x, k, Z, start, space.dots, last - first)
        for t in range(last - first):
            size += roots[t] * roots[t] * squares[ratings.indices[first + t]]
    for j in range(k):
        space.r[j] = b[j] - space.product[j]
    return size


@njit(**JIT)
def _apply(x, kept, problem, ridge, row, space):
    """product ← precision · x"""
    ratings, k, Z, roots, pulls = problem.ratings, x.size, space.Z, space.roots, space.pulls
    begin, end = ratings.indptr[row], ratings.indptr[row + 1]
    _apply_prior(space.product, x, k, problem.prior, ridge)
    for first in range(begin, end, RATINGS_AT_ONCE):
        last, start = min(first + RATINGS_AT_ONCE, end), (first - begin) * k if kept else 0
        if not kept:
            weigh_ratings(roots, pulls, problem, problem.weights, first, last)
            gather_columns(
                Z, space.unused, k, problem.design, k, 0, ratings.indices, first, last, end, roots, pulls
            )  # fmt: skip
        _apply_ratings(space.product, x, k, Z, start, space.dots, last - first)


@njit(**JIT)
def _step(x, height, space):
    """One step along p, product being precision · p: x, r and p move; returns r · scale r."""
    r, p, product, scale, k = space.r, space.p, space.product, space.scale, x.size
    length, following = height / dot(p, 0, product, 0, k), np.float32(0)
    for j in range(k):
        x[j] += length * p[j]
        r[j] -= length * product[j]
        following += scale[j] * r[j] * r[j]
    for j in range(k):
        p[j] = scale[j] * r[j] + following / height * p[j]
    return following


@njit(**JIT)
def _first_direction(size, shape, prior, ridge, space):
    """scale ← 1 / (prior.precision + ridge + shape · size), p ← scale r; returns r · scale r."""
    height = np.float32(0)
    for j in range(space.p.size):
        space.scale[j] = np.float32(1) / max(prior.precision[j] + ridge + shape[j] * size, TINY)
        space.p[j] = space.scale[j] * space.r[j]
        height += space.p[j] * space.r[j]
    return height


@njit(**JIT)
def conjugate_rows(out, explained, problem, scale, space, n_kept, order, bounds, counter, n_steps):
    """out[order] (n, k) ← after n_steps of conjugate gradients [takacs2011cg] from where it is.

    problem: `RowProblem`, its design flat and its prior's precision (k,) a diagonal     scale: `DesignScale`
    The preconditioner is precision + ridge + shape Σ w |q|², a diagonal     space: `ConjugateSpace`
    """
    k, ratings, prior = out.shape[1], problem.ratings, problem.prior
    piece = next_piece(counter)
    while piece < bounds.size - 1:
        for at in range(bounds[piece], bounds[piece + 1]):
            row = order[at]
            x, ridge = out[row], prior.ridge[row % prior.ridge.size]
            kept = ratings.indptr[row + 1] - ratings.indptr[row] <= n_kept
            size = _residual(x, kept, problem, scale.squares, ridge, row, space)
            height = _first_direction(size, scale.shape, prior, ridge, space)
            for _ in range(n_steps):
                if height <= TINY:
                    break
                _apply(space.p, kept, problem, ridge, row, space)
                height = _step(x, height, space)
            explained[row] = dot(space.b, 0, x, 0, k) + dot(space.r, 0, x, 0, k)
        piece = next_piece(counter)
