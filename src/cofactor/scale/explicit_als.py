"""Alternating least squares on ratings that come in shards: one pass a sweep, and no user is kept.

Users outnumber titles by far. In one sweep each shard of users is read, its rows are solved from the items' present
rows, and its part of every item's normal equations is summed at once; then the shard is forgotten. After the last one
the items are solved. So memory holds a shard, the items and their sums, whatever the number of users, and what comes
out is what `AlternatingLeastSquares` gives of the same ratings in memory.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple, Self

import numpy as np

from cofactor.arrays import FloatArray
from cofactor.data.csr_rows import Rows
from cofactor.kernels.alignment import empty_aligned
from cofactor.kernels.posterior.problem import RowProblem
from cofactor.kernels.posterior.row_sums import RowSums, add_ratings_to, solve_sums
from cofactor.kernels.posterior.schedule import schedule_rows
from cofactor.kernels.posterior.solve import solve
from cofactor.kernels.posterior.weights import UNIT_WEIGHTS
from cofactor.kernels.ratings.layout import sum_rows, transposed
from cofactor.training.engines.explicit_als import RowPenalty, penalty_of

__all__ = ["ItemRows", "PassSums", "ShardSolver", "SolvedUsers", "solve_items", "sum_shards"]


class ItemRows(NamedTuple):
    """The items' present parameters: what a sweep begins with, and all that a worker is sent."""

    factors: FloatArray  # (n_items, width) float32, padded with zeros
    bias: FloatArray  # (n_items,) float32
    mean: float

    @classmethod
    def of(cls, factors: FloatArray, bias: FloatArray, mean: float, width: int) -> Self:
        """From factors (n_items, k)."""
        rows = empty_aligned((len(factors), width))
        rows[:, : factors.shape[1]], rows[:, factors.shape[1] :] = factors, 0
        return cls(rows, bias, mean)


@dataclass
class PassSums:
    """The sums of a pass over some shards: the items' equations, and the loss; those of several passes are added."""

    of_items: RowSums
    squares: float = 0.0  # Σ (v - offset)² over the ratings, the offset being that of the user
    penalty: float = 0.0  # of the users' rows
    n_ratings: int = 0
    n_users: int = 0  # those with ratings
    user_sums: FloatArray = field(default_factory=lambda: np.zeros(0))  # (width + 1,) Σ [factors, bias] over them

    @classmethod
    def zeros(cls, n_items: int, width: int) -> Self:
        """The sums of no shards."""
        return cls(RowSums.zeros(n_items, width, has_bias=True), user_sums=np.zeros(width + 1))

    def add(self, other: "PassSums") -> None:
        """Add what another pass left; the order of adding decides the last bits."""
        self.of_items.add(other.of_items)
        self.squares, self.penalty = self.squares + other.squares, self.penalty + other.penalty
        self.n_ratings, self.n_users = self.n_ratings + other.n_ratings, self.n_users + other.n_users
        self.user_sums = self.user_sums + other.user_sums


class SolvedUsers(NamedTuple):
    """The rows of a shard's users, given the items."""

    factors: FloatArray  # (n, width)
    bias: FloatArray  # (n,)


class ShardSolver:
    """Solves the users of a shard and sums what they say of the items; it keeps nothing of one for the next."""

    def __init__(self, items: ItemRows, penalty: RowPenalty) -> None:
        self._items, self._penalty = items, penalty
        self._offset = items.bias + np.float32(items.mean)

    def users(self, rows: Rows) -> SolvedUsers:
        """The posterior means of these users' rows."""
        found = SolvedUsers(
            empty_aligned((len(rows.counts), self._penalty.width)), np.zeros(len(rows.counts), np.float32)
        )
        prior = self._penalty.prior(rows.counts.astype(np.float32))
        bias = self._penalty.bias_term(found.bias)
        problem = RowProblem(self._items.factors, self._offset, rows.part, UNIT_WEIGHTS, prior, bias=bias)
        solve(found.factors, problem, schedule_rows(rows.indptr, self._penalty.width))
        return found

    def add(self, sums: PassSums, rows: Rows) -> None:
        """Add to the sums of a pass what the ratings of a shard's users say."""
        found, counts = self.users(rows), rows.counts.astype(np.float32)
        offset, prior = found.bias + np.float32(self._items.mean), self._penalty.prior(counts)
        by_item = transposed(rows.part, len(self._items.bias))
        add_ratings_to(sums.of_items, RowProblem(found.factors, offset, by_item, UNIT_WEIGHTS, prior))
        of_users, squares = sum_rows(rows.part)
        o = offset.astype(np.float64)
        sums.squares += squares + float(o * o @ counts - 2 * o @ of_users)
        sums.penalty += penalty_of(prior, found.factors, found.bias)
        sums.n_ratings += len(rows.indices)
        sums.n_users += int((counts > 0).sum())
        sums.user_sums[:-1] += found.factors.sum(axis=0, dtype=np.float64)
        sums.user_sums[-1] += found.bias.sum(dtype=np.float64)


def sum_shards(shards: Iterable[Rows], items: ItemRows, penalty: RowPenalty) -> PassSums:
    """The sums of a pass over these shards, in their order."""
    solver, sums = ShardSolver(items, penalty), PassSums.zeros(len(items.bias), penalty.width)
    for rows in shards:
        solver.add(sums, rows)
    return sums


def solve_items(items: ItemRows, sums: PassSums, counts: FloatArray, penalty: RowPenalty) -> tuple[ItemRows, float]:
    """The items' rows from the sums of a whole pass, and the mean squared error with them.

    counts: (n_items,) ratings of each item, float32
    """
    solved = items._replace(factors=empty_aligned(items.factors.shape), bias=np.zeros_like(items.bias))
    prior = penalty.prior(counts)
    explained = solve_sums(solved.factors, sums.of_items, prior, penalty.bias_term(solved.bias))
    left = sums.squares - float(explained.sum()) - penalty_of(prior, solved.factors, solved.bias)
    return solved, left / max(1, sums.n_ratings)
