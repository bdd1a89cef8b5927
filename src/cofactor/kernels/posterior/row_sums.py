"""Rows solved from sums over their ratings, which come in shards; no shard sees the ratings of another.

With users divided into shards, an item has ratings in several of them. Its row x solves

    (P + Σ_s A_s) x = pull + Σ_s b_s        A_s = Σ w q qᵀ, b_s = Σ y q over the shard's own ratings

P being the prior's precision. So what a shard's ratings add to every item's equations is added up, the shard is
forgotten, and the items are solved in the end: the same rows as from all ratings together. A bias is one more
coordinate of the row, whose column in the design is all ones.

At most 256 ratings are summed in single precision, and the sums of these in double: one rating after the other in
single precision would be off by 14 % after 50 million of them.
"""

from typing import NamedTuple, Self

import numpy as np

from cofactor.arrays import FloatArray
from cofactor.kernels.alignment import aligned
from cofactor.kernels.blas import quiet_blas
from cofactor.kernels.compiling.native import Native
from cofactor.kernels.posterior.prior import NO_BIAS_TERM, BiasTerm, Prior
from cofactor.kernels.posterior.problem import RowProblem
from cofactor.kernels.posterior.schedule import schedule_rows
from cofactor.kernels.posterior.solve import SolveSpace, empty_sums
from cofactor.kernels.threads import n_threads, on_threads
from cofactor.kernels.twins import with_numpy_twin

__all__ = ["RATINGS_IN_SINGLE", "RowSums", "add_ratings_to", "solve_sums"]

RATINGS_IN_SINGLE = 256  # ratings of a row whose sums are of single precision
ROWS_AT_ONCE = 128  # rows that are solved at once; the systems of 64 factors fit the caches

_add_rows = Native("cofactor.kernels.posterior.row_sums_loops", "add_rows")


class RowSums(NamedTuple):
    """The part of the normal equations of all rows of a side that is due to ratings, in double precision.

    k (k + 1) / 2 + 2 k + 2 numbers a row: 257 MB for 15,000 rows of 64.
    """

    precision: FloatArray  # (n, k (k + 1) / 2) the upper triangle of Σ w q qᵀ, row by row
    b: FloatArray  # (n, k) Σ y q
    of_bias: FloatArray  # (n, k + 2) Σ w q, Σ w, Σ y; or (n, 0): rows have no bias

    @classmethod
    def zeros(cls, n: int, k: int, *, has_bias: bool) -> Self:
        """The sums of no ratings."""
        return cls(np.zeros((n, k * (k + 1) // 2)), np.zeros((n, k)), np.zeros((n, (k + 2) * has_bias)))

    def add(self, others: "RowSums") -> None:
        """Add the sums of other ratings."""
        for own, other in zip(self, others, strict=True):
            own += other


@with_numpy_twin
def add_ratings_to(sums: RowSums, problem: RowProblem) -> None:
    """Add the ratings of one shard to the sums, in place.

    problem: ratings of the shard alone, its rows those of `sums`, and in `design` the rows of the other side that the
        shard has; its prior and the prior of its bias are left out
    """
    k = sums.b.shape[1]
    flat = problem._replace(design=aligned(problem.design).reshape(-1), bias=NO_BIAS_TERM)
    schedule = schedule_rows(problem.ratings.indptr, k, split_above=len(problem.ratings.indices))
    counter = np.zeros(1, np.int64)

    def work(_: int) -> None:
        part, space = empty_sums(1, k)[0], SolveSpace.for_rows(k, has_bias=True)
        _add_rows(*sums, flat, part, space, schedule.order, schedule.bounds, counter)

    on_threads(work, n_threads())


def solve_sums(out: FloatArray, sums: RowSums, prior: Prior, bias: BiasTerm = NO_BIAS_TERM) -> FloatArray:
    """Write each row's posterior mean to `out` (n, k) and `bias.out` (n,); return what each explains, (n,) float64.

    A row explains as much as it lowers the squared error and penalty of a row of zeros, as in `solve`.

    >>> from cofactor.kernels.posterior.weights import UNIT_WEIGHTS
    >>> from cofactor.kernels.ratings.csr import CsrRatings
    >>> sums = RowSums.zeros(1, 16, has_bias=False)
    >>> prior = Prior(np.eye(16, dtype=np.float32).ravel(), np.zeros(1, np.float32), np.zeros((1, 16), np.float32))
    >>> for rating in (5, 4):  # two shards, in each a user and a rating that meets the user's row [1, 0, …]
    ...     csr = CsrRatings(np.array([0, 1]), np.zeros(1, np.int32), np.array([rating], np.float32))
    ...     user, offset = np.eye(1, 16, dtype=np.float32), np.zeros(1, np.float32)
    ...     add_ratings_to(sums, RowProblem(user, offset, csr, UNIT_WEIGHTS, prior))
    >>> row = np.zeros((1, 16), np.float32)
    >>> explained = solve_sums(row, sums, prior)  # (5 + 4) / (1 + 2)
    >>> float(row[0, 0]), float(explained[0])
    (3.0, 27.0)
    """
    explained = np.empty(len(out))

    def some(at: int) -> None:
        rows = slice(at * ROWS_AT_ONCE, min((at + 1) * ROWS_AT_ONCE, len(out)))
        precision, b = _systems(sums, rows, prior, bias)
        x = np.linalg.solve(precision, b[..., None])[..., 0]
        out[rows], explained[rows] = x[:, : out.shape[1]], np.einsum("nd,nd->n", x, b)
        if bias.out.size:
            bias.out[rows] = x[:, -1]

    with quiet_blas():  # it would start threads of its own in each of ours
        on_threads(some, -(-len(out) // ROWS_AT_ONCE))
    return explained


def _systems(sums: RowSums, rows: slice, prior: Prior, bias: BiasTerm) -> tuple[FloatArray, FloatArray]:
    """Precisions (n, d, d) and right-hand sides (n, d) of [row, bias], float64."""
    n, k, has_bias = rows.stop - rows.start, sums.b.shape[1], bias.out.size > 0
    d = k + has_bias
    precision, b = np.empty((n, d, d)), np.empty((n, d))
    upper = np.triu_indices(k)
    precision[:, *upper] = sums.precision[rows]
    precision[:, upper[1], upper[0]] = sums.precision[rows]
    precision[:, :k, :k] += prior.precision.reshape(k, k)
    b[:, :k] = sums.b[rows] + _of_rows(prior.pull, rows)
    if has_bias:
        cross = sums.of_bias[rows, :k] + bias.precision[:k]
        precision[:, k, :k], precision[:, :k, k] = cross, cross
        precision[:, k, k] = sums.of_bias[rows, k] + bias.precision[k]
        b[:, k] = sums.of_bias[rows, k + 1] + _of_rows(bias.pull, rows)
    precision[:, range(d), range(d)] += np.broadcast_to(_of_rows(prior.ridge, rows), n)[:, None]
    return precision, b


def _of_rows(of_all: FloatArray, rows: slice) -> FloatArray:
    """The entries of these rows; or the one entry that serves all."""
    return of_all if len(of_all) == 1 else of_all[rows]
