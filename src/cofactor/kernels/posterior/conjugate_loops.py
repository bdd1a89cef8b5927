"""Conjugate gradient steps towards rows' posterior means, without the whole precision.

They start from the row as it stands, and touch the ratings only through products with the rows they meet, z = √w q.
The ratings are gathered once where they fit into `space`, again in each pass where they do not.
"""

import numpy as np
from numba import njit

from cofactor.kernels.arithmetic.products_loops import add_weighted, all_dots, gather_columns
from cofactor.kernels.arithmetic.vectors import dot, take
from cofactor.kernels.compiling.jit import JIT
from cofactor.kernels.posterior.prior import Prior
from cofactor.kernels.posterior.schedule import BLOCK
from cofactor.kernels.posterior.weights import Law
from cofactor.kernels.posterior.weights_loops import weigh_ratings
from cofactor.kernels.ratings.csr import Part

__all__ = ["Law", "Part", "Prior", "conjugate_rows"]  # entries are made of the first three, by name

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
def _residual(b, r, x, product, k, Z, kept, known, ridge, row, ratings):
    """b ← pull_r + Σ y q and r ← b - precision · x, the ratings being gathered on the way; returns Σ w |q|²."""
    design, squares, offset, part, law, prior = known
    (roots, pulls, s), pull = ratings, prior.pull[row % prior.pull.shape[0]]
    begin, end, size = part.indptr[row], part.indptr[row + 1], np.float32(0)
    for j in range(k):
        b[j] = pull[j]
    _apply_prior(product, x, k, prior, ridge)
    for first in range(begin, end, BLOCK):
        last, start = min(first + BLOCK, end), (first - begin) * k if kept else 0
        weigh_ratings(roots, pulls, offset, part, law, first, last)
        gather_columns(Z[start:], b, k, design, k, 0, part.indices, first, last, end, roots, pulls)
        _apply_ratings(product, x, k, Z, start, s, last - first)
        for t in range(last - first):
            size += roots[t] * roots[t] * squares[part.indices[first + t]]
    for j in range(k):
        r[j] = b[j] - product[j]
    return size


@njit(**JIT)
def _apply(result, x, k, Z, kept, known, ridge, row, ratings, unused):
    """result ← precision · x"""
    design, _, offset, part, law, prior = known
    roots, pulls, s = ratings
    begin, end = part.indptr[row], part.indptr[row + 1]
    _apply_prior(result, x, k, prior, ridge)
    for first in range(begin, end, BLOCK):
        last, start = min(first + BLOCK, end), (first - begin) * k if kept else 0
        if not kept:
            weigh_ratings(roots, pulls, offset, part, law, first, last)
            gather_columns(Z, unused, k, design, k, 0, part.indices, first, last, end, roots, pulls)
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
    out, explained, design, squares, shape, offset, part, law, prior, space, n_kept, order, bounds, counter, n_steps,
):  # fmt: skip
    """out[order] (n, k) ← after n_steps of conjugate gradients [takacs2011cg] from where it stands.

    As `solve_rows`, but prior.precision (k,) is a diagonal; a step is scaled by the inverse of
    prior.precision + ridge + shape Σ w |q|²     shape (k,), its sum 1     squares (m,): |q|² of the design's rows
    space: n_kept rows of Z, then 3 · BLOCK and 6 · k numbers
    """
    k = out.shape[1]
    Z, rest = space[: n_kept * k], space[n_kept * k :]
    ratings, rest = (rest[:BLOCK], rest[BLOCK : 2 * BLOCK], rest[2 * BLOCK : 3 * BLOCK]), rest[3 * BLOCK :]
    (b, r), rest = (rest[:k], rest[k : 2 * k]), rest[2 * k :]
    p, product, scale, unused = rest[:k], rest[k : 2 * k], rest[2 * k : 3 * k], rest[3 * k :]
    known = design, squares, offset, part, law, prior
    piece = take(counter)
    while piece < bounds.size - 1:
        for at in range(bounds[piece], bounds[piece + 1]):
            row = order[at]
            x, ridge = out[row], prior.ridge[row % prior.ridge.size]
            kept = part.indptr[row + 1] - part.indptr[row] <= n_kept
            size = _residual(b, r, x, product, k, Z, kept, known, ridge, row, ratings)
            height = np.float32(0)
            for j in range(k):
                scale[j] = np.float32(1) / max(prior.precision[j] + ridge + shape[j] * size, TINY)
                p[j] = scale[j] * r[j]
                height += p[j] * r[j]
            for _ in range(n_steps):
                if height <= TINY:
                    break
                _apply(product, p, k, Z, kept, known, ridge, row, ratings, unused)
                height = _step(x, r, p, product, scale, height, k)
            explained[row] = dot(b, 0, x, 0, k) + dot(r, 0, x, 0, k)
        piece = take(counter)
