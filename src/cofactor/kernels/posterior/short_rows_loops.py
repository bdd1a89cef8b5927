"""Rows with fewer ratings than coordinates: a system of the ratings' size in place of one of the row's.

With a diagonal prior precision D (the caller rotates everything into its eigenvectors) and Z = √w q, (n, k),

    mean = D⁻¹ (pull + Zᵀ s)        (I + Z D⁻¹ Zᵀ) s = y / √w - Z D⁻¹ pull

which takes n² k operations where the system of the row takes n k² + k³ / 3. It is the same mean by Woodbury's identity,
and its matrix has no eigenvalue below 1. A bias is one more coordinate, whose column of Z is √w.
"""

import numpy as np
from numba import njit

from cofactor.kernels.arithmetic.cholesky_loops import backward, factor, forward
from cofactor.kernels.arithmetic.products_loops import (
    add_outer_products,
    add_weighted,
    all_dots,
    gather_columns,
    transpose_scaled,
)
from cofactor.kernels.arithmetic.vector_code import LANES
from cofactor.kernels.arithmetic.vectors import dot, next_piece
from cofactor.kernels.compiling.jit import JIT
from cofactor.kernels.posterior.prior import BiasTerm, Prior
from cofactor.kernels.posterior.problem import RowProblem
from cofactor.kernels.posterior.short_rows import ShortRowSpace
from cofactor.kernels.posterior.weights import RatingWeights
from cofactor.kernels.posterior.weights_loops import weigh_ratings
from cofactor.kernels.ratings.csr import CsrRatings

# entries find the argument structs here, by name
__all__ = ["BiasTerm", "CsrRatings", "Prior", "RatingWeights", "RowProblem", "ShortRowSpace", "solve_short_rows"]


@njit(**JIT)
def _kernel_matrix(K, T, n, k):
    """K (n, n) ← I + Tᵀ T"""
    for i in range(n * n):
        K[i] = 0
    for i in range(n):
        K[i * n + i] = 1
    add_outer_products(K, n, T, k)


@njit(**JIT)
def _bias_prior(bias, k, ridge, row):
    """The prior of a row's bias: its variance and its pull."""
    return 1 / (bias.precision[k] + ridge), bias.pull[row % bias.pull.size]


@njit(**JIT)
def _solve_bias(bias, s, roots, pulls, k, ridge, row, n_own):
    """The bias's mean, given s; returns what it explains."""
    variance, height = _bias_prior(bias, k, ridge, row)
    pulled = height
    for t in range(n_own):
        height += roots[t] * s[t]
        pulled += pulls[t]
    bias.out[row] = variance * height
    return pulled * bias.out[row]


@njit(**JIT)
def _add_bias_column(column, s, roots, variance, pull, n_own, n):
    """column (n,) ← √variance · √w, the bias's row of T; s -= √w times the prior mean of the bias."""
    for t in range(n):
        column[t] = roots[t] * np.sqrt(variance) if t < n_own else np.float32(0)
    for t in range(n_own):
        s[t] -= roots[t] * variance * pull


@njit(**JIT)
def _solve_short_row(x, explained, problem, row, space):
    """x ← the mean of a row's posterior; explained[row] ← what it explains."""
    ratings, prior, bias, k = problem.ratings, problem.prior, problem.bias, x.size
    K, Z, T, roots, pulls, inverse, s, b, scale, mean = space
    ridge, pull, has_bias = (
        prior.ridge[row % prior.ridge.size],
        prior.pull[row % prior.pull.shape[0]],
        bias.out.size > 0,
    )
    begin, end = ratings.indptr[row], ratings.indptr[row + 1]
    n_own = end - begin
    n = (n_own + LANES - 1) // LANES * LANES
    for j in range(k):
        scale[j] = 1 / np.sqrt(prior.precision[j] + ridge)
        b[j], mean[j], x[j] = pull[j], scale[j] * scale[j] * pull[j], pull[j]
    weigh_ratings(roots, pulls, problem, problem.weights, begin, end)
    gather_columns(Z, b, k, problem.design, k, 0, ratings.indices, begin, end, end, roots, pulls)
    for i in range(n_own * k, n * k):
        Z[i] = 0
    all_dots(inverse, Z, 0, k, mean, k, n)
    for t in range(n):
        s[t] = pulls[t] / roots[t] - inverse[t] if t < n_own else np.float32(0)
    transpose_scaled(T, Z, 0, n, k, scale)
    if has_bias:
        _add_bias_column(T[k * n :], s, roots, *_bias_prior(bias, k, ridge, row), n_own, n)
    _kernel_matrix(K, T, n, k + has_bias)
    factor(K, n, inverse)
    forward(K, n, inverse, s)
    backward(K, n, inverse, s)
    add_weighted(x, k, Z, 0, k, s, n)
    for j in range(k):
        x[j] *= scale[j] * scale[j]
    explained[row] = dot(b, 0, x, 0, k)
    if has_bias:
        explained[row] += _solve_bias(bias, s, roots, pulls, k, ridge, row, n_own)


@njit(**JIT)
def solve_short_rows(out, explained, problem, space, order, bounds, counter):
    """out[order] (n, k) ← the mean of those rows' posteriors, each row with as many ratings as `space` has room for.

    As `solve_rows`, but problem.prior.precision (k,) is a diagonal, bias.precision[:k] 0, and every w above 0
    space: `ShortRowSpace`
    """
    piece = next_piece(counter)
    while piece < bounds.size - 1:
        for at in range(bounds[piece], bounds[piece + 1]):
            row = order[at]
            _solve_short_row(out[row], explained, problem, row, space)
        piece = next_piece(counter)
