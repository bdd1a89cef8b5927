"""What a shard's ratings add to the normal equations of rows: blocks in single precision, their sums in double."""

from numba import njit

from cofactor.kernels.arithmetic.vectors import next_piece
from cofactor.kernels.compiling.jit import JIT
from cofactor.kernels.posterior.prior import BiasTerm, Prior
from cofactor.kernels.posterior.problem import RowProblem
from cofactor.kernels.posterior.row_sums import RATINGS_IN_SINGLE, RowSumSpace
from cofactor.kernels.posterior.solve_loops import add_ratings
from cofactor.kernels.posterior.weights import RatingWeights
from cofactor.kernels.posterior.weights_loops import weights_of_row
from cofactor.kernels.ratings.csr import CsrRatings

# entries find the argument structs here, by name
__all__ = ["BiasTerm", "CsrRatings", "Prior", "RatingWeights", "RowProblem", "RowSumSpace", "add_rows"]


@njit(**JIT)
def _add_upper(total, A, k):
    """total (k (k + 1) / 2,) += the upper triangle of A (k, k), row by row."""
    at = 0
    for i in range(k):
        width = k - i
        into, row = total[at : at + width], A[i * k + i : (i + 1) * k]
        for j in range(width):
            into[j] += row[j]
        at += width


@njit(**JIT)
def _add_all(total, some):
    for j in range(some.size):
        total[j] += some[j]


@njit(**JIT)
def add_rows(precision, b, of_bias, problem, space, order, bounds, counter):
    """precision, b, of_bias (of `RowSums`) += the sums over the ratings of the rows `order`.

    problem: `RowProblem`, its design flat     space: `RowSumSpace`
    Piece p of the work is order[bounds[p]:bounds[p + 1]]; each thread takes the next one from `counter`.
    """
    k, ratings = b.shape[1], problem.ratings
    piece = next_piece(counter)
    while piece < bounds.size - 1:
        for at in range(bounds[piece], bounds[piece + 1]):
            row = order[at]
            weights = weights_of_row(problem.weights, ratings, row)
            begin, end = ratings.indptr[row], ratings.indptr[row + 1]
            for first in range(begin, end, RATINGS_IN_SINGLE):
                last = min(first + RATINGS_IN_SINGLE, end)
                space.A[:], space.b[:], space.of_bias[:] = 0, 0, 0
                add_ratings(space.A, space.b, space.of_bias, k, problem, weights, first, last, space)
                _add_upper(precision[row], space.A, k)
                _add_all(b[row], space.b)
                _add_all(of_bias[row], space.of_bias)
        piece = next_piece(counter)
