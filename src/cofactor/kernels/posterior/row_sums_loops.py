"""What a shard's ratings add to the normal equations of rows: blocks in single precision, their sums in double."""

from numba import njit

from cofactor.kernels.arithmetic.vectors import next_piece
from cofactor.kernels.compiling.jit import JIT
from cofactor.kernels.posterior.prior import BiasTerm, Prior
from cofactor.kernels.posterior.problem import RowProblem
from cofactor.kernels.posterior.row_sums import RATINGS_IN_SINGLE
from cofactor.kernels.posterior.solve import SolveSpace
from cofactor.kernels.posterior.solve_loops import sum_ratings
from cofactor.kernels.posterior.weights import RatingWeights
from cofactor.kernels.ratings.csr import CsrRatings

# entries find the argument structs here, by name
__all__ = ["BiasTerm", "CsrRatings", "Prior", "RatingWeights", "RowProblem", "SolveSpace", "add_rows"]


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
def add_rows(precision, b, of_bias, problem, part, space, order, bounds, counter):
    """precision, b, of_bias (of `RowSums`) += the sums over the ratings of the rows `order`.

    problem: `RowProblem`, its design flat     part, space: for `sum_ratings`
    Piece p of the work is order[bounds[p]:bounds[p + 1]]; each thread takes the next one from `counter`.
    """
    k, indptr = b.shape[1], problem.ratings.indptr
    size = k * k
    piece = next_piece(counter)
    while piece < bounds.size - 1:
        for at in range(bounds[piece], bounds[piece + 1]):
            row = order[at]
            for first in range(indptr[row], indptr[row + 1], RATINGS_IN_SINGLE):
                sum_ratings(part, k, problem, row, first, min(first + RATINGS_IN_SINGLE, indptr[row + 1]), space)
                _add_upper(precision[row], part, k)
                _add_all(b[row], part[size : size + k])
                _add_all(of_bias[row], part[size + k : size + k + of_bias.shape[1]])
        piece = next_piece(counter)
