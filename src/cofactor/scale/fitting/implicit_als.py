"""Alternating least squares on clicks that come in shards: one pass a sweep, and no user is kept.

As `explicit_als.py`; beside the items' equations, a pass sums the users' Gram matrix Σ p pᵀ, from which every pair
without a click is weighed. What comes out is what `ImplicitLeastSquares` gives of the same clicks in memory.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np

from cofactor.arrays import Array, FloatArray, IntArray
from cofactor.data.csr_rows import Rows
from cofactor.data.ratings import Ratings
from cofactor.kernels.alignment import aligned, empty_aligned, padded_width
from cofactor.kernels.posterior.prior import Prior
from cofactor.kernels.posterior.problem import RowProblem
from cofactor.kernels.posterior.row_sums import RowSums, add_ratings_to, solve_sums
from cofactor.kernels.posterior.schedule import schedule_rows
from cofactor.kernels.posterior.solve import solve
from cofactor.kernels.ratings.layout import transposed
from cofactor.scale.cluster.ordered_map import OrderedMap, one_after_the_other
from cofactor.scale.fitting.engine import ShardedEngine
from cofactor.scale.fitting.held_out import SplitShard
from cofactor.scale.fitting.learned_shards import LearnedShards
from cofactor.scale.fitting.pass_sums import PassSums
from cofactor.training.engines.implicit_als import ImplicitObjective, random_items

__all__ = ["ClickShardSolver", "ClickSums", "ShardedClicks", "solve_clicked_items"]

ROWS_AT_ONCE = 65_536  # users whose products are summed at once, in double precision


@dataclass
class ClickSums(PassSums):
    """The sums of a pass over some shards: the items' equations, the users' Gram matrix, and the loss."""

    gram: FloatArray  # (width, width) float64, Σ p pᵀ over the users
    users: FloatArray  # (width,) float64, Σ p
    penalty: float = 0.0  # of the users' rows
    weight: float = 0.0  # Σ c over the clicks
    explained: float = 0.0  # of it by the users, being solved
    n_clicks: int = 0
    n_users: int = 0

    @classmethod
    def zeros(cls, n_items: int, width: int) -> Self:
        """The sums of no shards."""
        return cls(RowSums.zeros(n_items, width, has_bias=False), np.zeros((width, width)), np.zeros(width))


class ClickShardSolver:
    """Solves the users of a shard and sums what they say of the items; it keeps nothing of one for the next."""

    def __init__(self, items: FloatArray, n_factors: int, objective: ImplicitObjective) -> None:
        """items: (n_items, width) the items' present rows, padded with zeros"""
        self._items, self._objective = items, objective
        self._base = _base_precision(items.T.astype(np.float64) @ items, n_factors, objective)
        self._no_offset = np.zeros(len(items), np.float32)

    def no_sums(self) -> ClickSums:
        """The sums of no shards."""
        return ClickSums.zeros(*self._items.shape)

    def users(self, rows: Rows) -> tuple[FloatArray, float]:
        """(n, width) the posterior means of these users' rows, and by how much the loss falls with them."""
        found, rows = empty_aligned((len(rows.counts), self._items.shape[1])), self._objective.clicks.with_gains(rows)
        problem = RowProblem(self._items, self._no_offset, rows.part, self._objective.weights, self._prior(rows.counts))
        explained = solve(found, problem, schedule_rows(rows.indptr, found.shape[1], n_others=len(self._items)))
        return found, float(explained.sum(dtype=np.float64))

    def add(self, sums: ClickSums, part: SplitShard) -> None:
        """Add to the sums of a pass what the clicks of a shard's users say."""
        rows, objective = part.train, self._objective
        (users, explained), prior = self.users(rows), self._prior(rows.counts)
        by_item = transposed(objective.clicks.with_gains(rows).part, len(self._items))
        offset = np.zeros(len(users), np.float32)
        add_ratings_to(sums.of_items, RowProblem(users, offset, by_item, objective.weights, prior))
        for at in range(0, len(users), ROWS_AT_ONCE):
            some = users[at : at + ROWS_AT_ONCE].astype(np.float64)
            sums.gram += some.T @ some
            sums.users += some.sum(axis=0)
        sums.penalty += float(prior.ridge @ np.einsum("nk,nk->n", users, users).astype(np.float64))
        sums.weight += float(objective.clicks.weights(rows.values).sum(dtype=np.float64))
        sums.explained += explained
        sums.n_clicks += len(rows.indices)
        sums.n_users += len(users)

    def _prior(self, counts: IntArray) -> Prior:
        return _prior(self._base, self._objective.ridge(counts, len(self._items)))


class ShardedClicks(ShardedEngine[ClickSums]):
    """`ImplicitLeastSquares` over a folder of shards."""

    def __init__(
        self, learned: LearnedShards, n_factors: int, objective: ImplicitObjective, *, seed: int = 0,
        ordered_map: OrderedMap = one_after_the_other,
    ) -> None:  # fmt: skip
        """ordered_map: who does the work on bundles"""
        super().__init__(learned._replace(positives=True), ordered_map)
        self._n_factors, self._objective = n_factors, objective
        self._items = self._before = random_items(learned.shards.n_items, n_factors, seed)
        self._sum_of_users = np.zeros(n_factors)

    def _solver(self) -> ClickShardSolver:
        return ClickShardSolver(self._items, self._n_factors, self._objective)

    def _loss_before(self, bundle: ClickSums) -> float:
        return (bundle.weight - bundle.explained) / max(1, bundle.n_clicks)

    def _finish(self, sums: ClickSums) -> float:
        self._before, self._sum_of_users = self._items, sums.users[: self._n_factors]
        self._items, loss = solve_clicked_items(sums, self.counts.of_items, self._n_factors, self._objective)
        return loss

    @property
    def item_factors(self) -> FloatArray:
        """(n_items, k)"""
        return np.ascontiguousarray(self._items[:, : self._n_factors])

    @property
    def middle_user(self) -> FloatArray:
        """(k,) the mean row of all users, solved as in the last sweep."""
        return (self._sum_of_users / max(1, self.counts.n_users)).astype(np.float32)

    def user_factors(self, sample: Ratings) -> FloatArray:
        """(n, k) the rows of sampled users, as in the last sweep, whose items they decided."""
        solver = ClickShardSolver(self._before, self._n_factors, self._objective)
        found, _ = solver.users(self._learned.rows_of(sample))
        return np.ascontiguousarray(found[:, : self._n_factors])

    def state(self) -> dict[str, Array]:
        rows = {"items": self._items.copy(), "before": self._before.copy()}
        return super().state() | rows | {"sum_of_users": self._sum_of_users}

    def restore(self, state: dict[str, Array]) -> None:
        super().restore(state)
        self._items, self._before = aligned(state["items"]), aligned(state["before"])
        self._sum_of_users = state["sum_of_users"]


def solve_clicked_items(
    sums: ClickSums, counts: IntArray, n_factors: int, objective: ImplicitObjective
) -> tuple[FloatArray, float]:
    """The items' rows (n_items, width) from the sums of a whole pass, and the objective for each click.

    counts: (n_items,) clicks of each item
    """
    width = padded_width(n_factors)
    found = empty_aligned((len(counts), width))
    prior = _prior(_base_precision(sums.gram, n_factors, objective), objective.ridge(counts, sums.n_users))
    explained = float(solve_sums(found, sums.of_items, prior).sum())
    return found, (sums.weight + sums.penalty - explained) / max(1, sums.n_clicks)


def _base_precision(gram: FloatArray, n_factors: int, objective: ImplicitObjective) -> FloatArray:
    """(width · width,) what every row's precision has of the pairs without a click, 1 where a row is padded."""
    unused = np.diag(np.arange(len(gram)) >= n_factors)
    return (objective.unobserved_weight * gram + unused).astype(np.float32).ravel()


def _prior(base: FloatArray, ridge: FloatArray) -> Prior:
    return Prior(base, ridge, np.zeros((1, round(len(base) ** 0.5)), np.float32))
