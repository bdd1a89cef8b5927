"""The posterior of many rows, the other side being fixed: gather, rank updates, factor, solve or draw, in one pass.

    precision = Λ + ridge_r I + Σ_j w_j q_j q_jᵀ         mean = precision⁻¹ (pull_r + Σ_j y_j q_j)
    w_j = weight + weight_gain · v_j                     y_j = pull + pull_gain · v_j - w_j · offset_j

v_j are the row's values, q_j rows of `design`, each with a row of `third` added where there is one; w_j and y_j are
multiplied by the weights of ratings and rows, where there are any. A row's ratings are gathered 64 at a time into a
block that stays in the first cache, weighted by √w, and the block's product with itself is added to the precision
tile by tile: as many sums as fit into registers (`arithmetic/registers.py`: 8 × 48 of 512 bits, 4 × 24 of 256) stay
there while all 64 ratings run through. The factor is A = Uᵀ U, upper, by blocks as wide as a vector; a draw is mean +
U⁻¹ z. Nothing is allocated: `space` holds it all, and a row's width is a multiple of 16.

The column of a bias in the design is all ones. It is eliminated first: with s = Σ w q, n = Σ w and h = Σ y, each plus
the prior's part, the row x solves (precision - s sᵀ / n) x = right-hand side - s h / n; the bias is (h - s · x) / n.
"""

import numpy as np
from numba import njit

from cofactor.kernels.arithmetic.cholesky_loops import backward, factor, forward
from cofactor.kernels.arithmetic.normals import add_normals
from cofactor.kernels.arithmetic.products_loops import (
    add_outer_products,
    add_weighted,
    gather_columns,
    subtract_products,
)
from cofactor.kernels.arithmetic.vector_code import LANES
from cofactor.kernels.arithmetic.vectors import dot, next_piece
from cofactor.kernels.compiling.jit import JIT
from cofactor.kernels.posterior.prior import BiasTerm, Prior
from cofactor.kernels.posterior.problem import RowProblem
from cofactor.kernels.posterior.schedule import RATINGS_AT_ONCE
from cofactor.kernels.posterior.solve import SolveSpace
from cofactor.kernels.posterior.weights import RatingWeights
from cofactor.kernels.posterior.weights_loops import weigh_ratings, weights_of_row
from cofactor.kernels.ratings.csr import CsrRatings

# entries find the argument structs here, by name
__all__ = [
    "BiasTerm", "CsrRatings", "Prior", "RatingWeights", "RowProblem", "SolveSpace", "solve_from_sums", "solve_rows",
    "sum_ratings",
]  # fmt: skip


@njit(**JIT)
def _add_third(Z, b, k, third, third_idx, first, last, roots, pulls):
    """Z (n, k) += roots · third's rows, b (k,) += pulls · third's rows."""
    for t in range(last - first):
        row, z = third[third_idx[first + t]], Z[t * k : (t + 1) * k]
        for j in range(k):
            z[j] += roots[t] * row[j]
            b[j] += pulls[t] * row[j]


@njit(**JIT)
def _add_to_bias(e, k, Z, roots, pulls, n):
    """e = [s (k), n, h] += the sums over n ratings."""
    add_weighted(e, k, Z, 0, k, roots, n)
    weight, pull = (
        np.float32(0),
        np.float32(0),
    )  # in registers: the compiler cannot know that e does not overlap what is read
    for t in range(n):
        weight += roots[t] * roots[t]
        pull += pulls[t]
    e[k] += weight
    e[k + 1] += pull


@njit(**JIT)
def _add_ratings(A, b, e, k, problem, weights, begin, end, space):
    """Add the ratings begin:end to precision A, right-hand side b and, where there is a bias, to its sums e."""
    ratings = problem.ratings
    Z, roots, pulls = space.Z, space.roots, space.pulls
    for first in range(begin, end, RATINGS_AT_ONCE):
        last = min(first + RATINGS_AT_ONCE, end)
        weigh_ratings(roots, pulls, problem, weights, first, last)
        gather_columns(Z, b, k, problem.design, k, 0, ratings.indices, first, last, end, roots, pulls)
        if ratings.third_idx.size:
            _add_third(Z, b, k, problem.third, ratings.third_idx, first, last, roots, pulls)
        add_outer_products(A, k, Z, last - first)
        if e.size:
            _add_to_bias(e, k, Z, roots, pulls, last - first)


@njit(**JIT)
def _start_from_prior(A, b, e, k, problem, row):
    """A, b and e ← the normal equations of a row without ratings: its prior alone."""
    prior, bias = problem.prior, problem.bias
    pull, ridge = prior.pull[row % prior.pull.shape[0]], prior.ridge[row % prior.ridge.size]
    for j in range(k * k):
        A[j] = prior.precision[j]
    for j in range(k):
        A[j * k + j] += ridge
        b[j] = pull[j]
    if e.size:
        for j in range(k + 1):
            e[j] = bias.precision[j]
        e[k] += ridge
        e[k + 1] = bias.pull[row % bias.pull.size]


@njit(**JIT)
def _eliminate_bias(A, b, e, k):
    """Eliminate the bias from A x = b; e = [s, n, h] becomes [s, 1, h] / √n."""
    scale = np.float32(1) / np.sqrt(e[k])
    for j in range(k):
        e[j] *= scale
    e[k], e[k + 1] = scale, e[k + 1] * scale
    for block in range(0, k, LANES):
        subtract_products(A, k, e, 0, 1, block)
    for j in range(k):
        b[j] -= e[k + 1] * e[j]


@njit(**JIT)
def _bias_value(x, e, k, row, draw, key):
    """The bias's mean or draw, given the rest x of its row; e: as `_eliminate_bias` leaves it."""
    scale, height = e[k], e[k + 1] - dot(x, 0, e, 0, k)
    if draw:
        normals = e[:2]
        normals[:] = 0
        add_normals(normals, ~key, row)
        height += normals[0]
    return scale * height


@njit(**JIT)
def _finish_row(A, b, e, k, inverse, explained, bias, row, draw, key):
    """b ← the mean A⁻¹ b or a draw; explained[row] ← what it explains."""
    if e.size:
        _eliminate_bias(A, b, e, k)
    factor(A, k, inverse)
    forward(A, k, inverse, b)
    explained[row] = dot(b, 0, b, 0, k)
    if draw:
        explained[row] -= add_normals(b, key, row)
    backward(A, k, inverse, b)
    if e.size:
        explained[row] += e[k + 1] * e[k + 1]
        bias.out[row] = _bias_value(b, e, k, row, draw, key)
        if draw:
            explained[row] -= e[0] * e[0]  # where `_bias_value` left the normal number it drew


@njit(**JIT)
def solve_rows(out, explained, problem, space, order, bounds, counter, draw, key):
    """out[order] (n, k) ← the mean, or with draw = 1 a draw, of those rows' posteriors.

    explained (n,) ← 2 b · x - x · precision x, with b = pull_r + Σ_j y_j q_j: by how much x lowers the squared error
    problem: `RowProblem`, its design flat     space: `SolveSpace`
    Piece p of the work is order[bounds[p]:bounds[p + 1]]; each thread takes the next one from `counter`.
    """
    k, ratings = out.shape[1], problem.ratings
    A, e = space.A, space.of_bias
    piece = next_piece(counter)
    while piece < bounds.size - 1:
        for at in range(bounds[piece], bounds[piece + 1]):
            row = order[at]
            b = out[row]
            weights = weights_of_row(problem.weights, ratings, row)
            _start_from_prior(A, b, e, k, problem, row)
            _add_ratings(A, b, e, k, problem, weights, ratings.indptr[row], ratings.indptr[row + 1], space)
            _finish_row(A, b, e, k, space.inverse, explained, problem.bias, row, draw, key)
        piece = next_piece(counter)


@njit(**JIT)
def sum_ratings(sums, k, problem, row, first, last, space):
    """sums (k² + 2 k + 16,) ← Σ w q qᵀ, Σ y q and the bias's [s, n, h] of the ratings first:last of one row."""
    sums[:] = 0
    weights = weights_of_row(problem.weights, problem.ratings, row)
    A, b, e = sums[: k * k], sums[k * k : k * k + k], sums[k * k + k : k * k + 2 * k + 2]
    _add_ratings(A, b, e, k, problem, weights, first, last, space)


@njit(**JIT)
def solve_from_sums(out, explained, problem, sums, row, space, draw, key):
    """out[row] ← mean or draw, the row's ratings having been summed in pieces: sums (n_pieces, k² + 2 k + 16)."""
    k, b = out.shape[1], out[row]
    A, e = space.A, space.of_bias
    _start_from_prior(A, b, e, k, problem, row)
    for piece in range(sums.shape[0]):
        for j in range(k * k):
            A[j] += sums[piece, j]
        for j in range(k):
            b[j] += sums[piece, k * k + j]
        for j in range(e.size):
            e[j] += sums[piece, k * k + k + j]
    _finish_row(A, b, e, k, space.inverse, explained, problem.bias, row, draw, key)
