"""Rows solved from the sums of several shards of their ratings; no shard sees the ratings of another.

With users divided into shards, an item has ratings in several of them. Its row x solves

    (P + Σ_s A_s) x = pull + Σ_s b_s        A_s = Σ w q qᵀ, b_s = Σ y q over the shard's own ratings

P being the prior's precision. So a shard sends A_s and b_s of the items that its users rated; they are added up and
solved in one place, which gives the same rows as all ratings together.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.kernels.posterior.prior import Prior
from cofactor.kernels.posterior.problem import RowProblem
from cofactor.kernels.posterior.schedule import LongRow
from cofactor.kernels.posterior.solve import sum_long_row

__all__ = ["RowSums", "join_sums", "solve_sums", "sum_shard"]


class RowSums(NamedTuple):
    """The part of the normal equations that is due to ratings, of all rows that have any; k² + k numbers a row."""

    rows: IntArray  # (r,) ascending
    precision: FloatArray  # (r, k, k) float64, A = Σ w q qᵀ
    b: FloatArray  # (r, k) float64, b = Σ y q


def sum_shard(problem: RowProblem) -> RowSums:
    """The sums of one shard's ratings, of every row with a rating there.

    problem: ratings of the shard alone, rows numbered as in all shards, and in `design` the rows of the other side that
        the shard has; its prior, `third` and bias are left out of the sums
    """
    indptr, k = problem.ratings.indptr, problem.design.shape[1]
    rows = np.flatnonzero(np.diff(indptr))
    precision, b = np.empty((len(rows), k, k)), np.empty((len(rows), k))
    for at, row in enumerate(rows.tolist()):
        precision[at], b[at] = sum_long_row(problem, LongRow(row, indptr[row : row + 2].tolist()))
    return RowSums(rows, precision, b)


def join_sums(shards: Sequence[RowSums]) -> RowSums:
    """The sums of all ratings, given those of each shard."""
    rows, place = np.unique(np.concatenate([shard.rows for shard in shards]), return_inverse=True)
    k = shards[0].b.shape[1]
    joined = RowSums(rows, np.zeros((len(rows), k, k)), np.zeros((len(rows), k)))
    for shard, at in zip(shards, np.split(place, np.cumsum([len(one.rows) for one in shards])[:-1]), strict=True):
        joined.precision[at] += shard.precision
        joined.b[at] += shard.b
    return joined


def solve_sums(out: FloatArray, sums: RowSums, prior: Prior) -> None:
    """Write the posterior means of all rows to `out` (n, k), as `solve` would from the ratings themselves.

    >>> from cofactor.kernels.posterior.weights import UNIT_WEIGHTS
    >>> from cofactor.kernels.ratings.csr import CsrRatings
    >>> def shard(rating):  # one user and one item: a rating that meets the user's row [1, 0, …]
    ...     csr = CsrRatings(np.array([0, 1]), np.zeros(1, np.int32), np.array([rating], np.float32))
    ...     user, offset = np.eye(1, 16, dtype=np.float32), np.zeros(1, np.float32)
    ...     return sum_shard(RowProblem(user, offset, csr, UNIT_WEIGHTS, prior))
    >>> prior = Prior(np.eye(16, dtype=np.float32).ravel(), np.zeros(1, np.float32), np.zeros((1, 16), np.float32))
    >>> row = np.zeros((1, 16), np.float32)
    >>> solve_sums(row, join_sums([shard(5), shard(4)]), prior)  # (5 + 4) / (1 + 2)
    >>> float(row[0, 0])
    3.0
    """
    n, k = out.shape
    precision = np.broadcast_to(prior.precision.reshape(k, k).astype(np.float64), (n, k, k)).copy()
    precision[:, range(k), range(k)] += np.broadcast_to(prior.ridge, n)[:, None]
    b = np.broadcast_to(prior.pull, (n, k)).astype(np.float64)
    precision[sums.rows] += sums.precision
    b[sums.rows] += sums.b
    out[:] = np.linalg.solve(precision, b[..., None])[..., 0]
