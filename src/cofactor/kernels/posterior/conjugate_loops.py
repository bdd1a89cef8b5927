"""Conjugate gradient steps towards rows' posterior means, without the whole precision.

They start from the row as it stands, and touch the ratings only through products with the rows they meet, z = √w q.
The ratings are gathered once where they fit into `space`, again in each pass where they do not.
"""

import numpy as np
from numba import njit

from cofactor.kernels.arithmetic.products_loops import add_weighted, all_dots, gather_columns
from cofactor.kernels.arithmetic.vectors import dot, next_piece
from cofactor.kernels.compiling.jit import JIT
from cofactor.kernels.posterior.prior import Prior
from cofactor.kernels.posterior.schedule import RATINGS_AT_ONCE
from cofactor.kernels.posterior.weights import RatingWeights
from cofactor.kernels.posterior.weights_loops import weigh_ratings
from cofactor.kernels.ratings.csr import CsrRatings

__all__ = ["CsrRatings", "Prior", "RatingWeights", "conjugate_rows"]  # entries are made of the first three, by name

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
def _residual(b, r, x, product, k, Z, kept, known, ridge, row, buffers):
    """b ← pull_r + Σ y q and r ← b - precision · x, the ratings being gathered on the way; returns Σ w |q|²."""
    design, squares, offset, ratings, weights, prior = known
    (roots, pulls, s), pull = buffers, prior.pull[row % prior.pull.shape[0]]
    begin, end, size = ratings.indptr[row], ratings.indptr[row + 1], np.float32(0)
    for j in range(k):
        b[j] = pull[j]
    _apply_prior(product, x, k, prior, ridge)
    for first in range(begin, end, RATINGS_AT_ONCE):
        last, start = min(first + RATINGS_AT_ONCE, end), (first - begin) * k if kept else 0
        weigh_ratings(roots, pulls, offset, ratings, weights, first, last)
        gather_columns(Z[start:], b, k, design, k, 0, ratings.indices, first, last, end, roots, pulls)
        _apply_ratings(product, x, k, Z, start, s, last - first)
        for t in range(last - first):
            size += roots[t] * roots[t] * squares[ratings.indices[first + t]]
    for j in range(k):
        r[j] = b[j] - product[j]
    return size


@njit(**JIT)
def _apply(result, x, k, Z, kept, known, ridge, row, buffers, unused):
    """result ← precision · x"""
    design, _, offset, ratings, weights, prior = known
    roots, pulls, s = buffers
    begin, end = ratings.indptr[row], ratings.indptr[row + 1]
    _apply_prior(result, x, k, prior, ridge)
    for first in range(begin, end, RATINGS_AT_ONCE):
        last, start = min(first + RATINGS_AT_ONCE, end), (first - begin) * k if kept else 0
        if not kept:
            weigh_ratings(roots, pulls, offset, ratings, weights, first, last)
            gather_columns(Z, unused, k, design, k, 0, ratings.indices, first, last, end, roots, pulls)
        _apply_ratings(result, x, k, Z, start, s, last - first)


@njit(**JIT)
def _step(x, r, p, product, scale, height, k):
    """One step along p, product being precision · p: x, r and p move; returns r · scale r."""
    length, following = height / dot(p, 0, product, 0, k), np.float32(0)
    for j in range(k):
        x[j] += length * p[j]
        r[j] -= length * product[j]
        following += scale[j] * r[j] * r[j]
    for j in range(k):
        p[j] = scale[j] * r[j] + following / height * p[j]
    return following


@njit(**JIT)
def conjugate_rows(
    out, explained, design, squares, shape, offset, ratings, weights, prior, space, n_kept, order, bounds, counter,
    n_steps,
):  # fmt: skip
    """out[order] (n, k) ← after n_steps of conjugate gradients [takacs2011cg] from where it stands.

    As `solve_rows`, but prior.precision (k,) is a diagonal; a step is scaled by the inverse of
    prior.precision + ridge + shape Σ w |q|²     shape (k,), its sum 1     squares (m,): |q|² of the design's rows
    space: n_kept rows of Z, then 3 · BLOCK and 6 · k numbers
    """
    k = out.shape[1]
    Z, rest = space[: n_kept * k], space[n_kept * k :]
    buffers, rest = (
        (
            rest[:RATINGS_AT_ONCE],
            rest[RATINGS_AT_ONCE : 2 * RATINGS_AT_ONCE],
            rest[2 * RATINGS_AT_ONCE : 3 * RATINGS_AT_ONCE],
        ),
        rest[3 * RATINGS_AT_ONCE :],
    )
    (b, r), rest = (rest[:k], rest[k : 2 * k]), rest[2 * k :]
    p, product, scale, unused = rest[:k], rest[k : 2 * k], rest[2 * k : 3 * k], rest[3 * k :]
    known = design, squares, offset, ratings, weights, prior
    piece = next_piece(counter)
    while piece < bounds.size - 1:
        for at in range(bounds[piece], bounds[piece + 1]):
            row = order[at]
            x, ridge = out[row], prior.ridge[row % prior.ridge.size]
            kept = ratings.indptr[row + 1] - ratings.indptr[row] <= n_kept
            size = _residual(b, r, x, product, k, Z, kept, known, ridge, row, buffers)
            height = np.float32(0)
            for j in range(k):
                scale[j] = np.float32(1) / max(prior.precision[j] + ridge + shape[j] * size, TINY)
                p[j] = scale[j] * r[j]
                height += p[j] * r[j]
            for _ in range(n_steps):
                if height <= TINY:
                    break
                _apply(product, p, k, Z, kept, known, ridge, row, buffers, unused)
                height = _step(x, r, p, product, scale, height, k)
            explained[row] = dot(b, 0, x, 0, k) + dot(r, 0, x, 0, k)
        piece = next_piece(counter)
