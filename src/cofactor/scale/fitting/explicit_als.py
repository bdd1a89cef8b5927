"""Alternating least squares on ratings that come in shards: one pass a sweep, and no user is kept.

Users outnumber titles by far. In one sweep each shard of users is read, its rows are solved from the items' present
rows, and its part of every item's normal equations is summed at once; then the shard is forgotten. After the last one
the items are solved. So memory holds a shard, the items and their sums, whatever the number of users, and what comes
out is what `AlternatingLeastSquares` gives of the same ratings in memory.
"""

from dataclasses import dataclass, field
from typing import NamedTuple, Self

import numpy as np

from cofactor.arrays import Array, FloatArray, IntArray
from cofactor.data.csr_rows import Rows
from cofactor.data.ratings import Ratings
from cofactor.kernels.alignment import aligned, empty_aligned
from cofactor.kernels.posterior.problem import RowProblem
from cofactor.kernels.posterior.row_sums import RowSums, add_ratings_to, solve_sums
from cofactor.kernels.posterior.schedule import schedule_rows
from cofactor.kernels.posterior.solve import solve
from cofactor.kernels.posterior.weights import UNIT_WEIGHTS
from cofactor.kernels.ratings.layout import sum_rows, transposed
from cofactor.kernels.scoring.pairs import ScoredSide, pair_scores
from cofactor.nets.embeddings import Embeddings
from cofactor.posterior.everybody import Everybody, RaterSums
from cofactor.posterior.row_prior import N_PROBE_ROWS, sum_of_rows
from cofactor.scale.cluster.ordered_map import OrderedMap, one_after_the_other
from cofactor.scale.fitting.engine import ShardedEngine
from cofactor.scale.fitting.held_out import ErrorSums, SplitShard
from cofactor.scale.fitting.learned_shards import LearnedShards
from cofactor.scale.fitting.pass_sums import PassSums
from cofactor.scale.fitting.passes import ErrorPass, StartPass
from cofactor.training.engines.explicit_als import RowPenalty, penalty_of
from cofactor.training.engines.spectral import ItemStart

__all__ = [
    "ItemRows",
    "RatingShardSolver",
    "RatingSums",
    "ShardedLeastSquares",
    "SolvedUsers",
    "rater_sums",
    "solve_items",
]


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
class RatingSums(PassSums):
    """The sums of a pass over some shards: the items' equations, and the loss; those of several passes are added."""

    users: FloatArray  # (width + 1,) Σ [bias, factors] of the users with ratings
    squares: float = 0.0  # Σ (v - offset)² over the ratings, the offset being that of the user
    penalty: float = 0.0  # of the users' rows
    left: float = 0.0  # Σ of squared errors, each user being solved and the items as they were
    n_ratings: int = 0
    errors: ErrorSums = field(default_factory=ErrorSums)  # on what is held out, the items as they were

    @classmethod
    def zeros(cls, n_items: int, width: int) -> Self:
        """The sums of no shards."""
        return cls(RowSums.zeros(n_items, width, has_bias=True), np.zeros(width + 1))


class SolvedUsers(NamedTuple):
    """The rows of a shard's users, given the items."""

    factors: FloatArray  # (n, width)
    bias: FloatArray  # (n,) with the mean of all ratings
    explained: float
    penalty: float


class RatingShardSolver:
    """Solves the users of a shard and sums what they say of the items; it keeps nothing of one for the next."""

    def __init__(self, items: ItemRows, penalty: RowPenalty) -> None:
        self._items, self._penalty = items, penalty
        self._offset = items.bias + np.float32(items.mean)

    def no_sums(self) -> RatingSums:
        """The sums of no shards."""
        return RatingSums.zeros(*self._items.factors.shape)

    def users(self, rows: Rows) -> SolvedUsers:
        """The posterior means of these users' rows."""
        n, width = len(rows.counts), self._penalty.width
        factors, bias = empty_aligned((n, width)), np.zeros(n, np.float32)
        prior = self._penalty.prior(rows.counts.astype(np.float32))
        term = self._penalty.bias_term(bias)
        problem = RowProblem(self._items.factors, self._offset, rows.part, UNIT_WEIGHTS, prior, bias=term)
        explained = solve(factors, problem, schedule_rows(rows.indptr, width))
        penalty = penalty_of(prior, factors, bias)
        return SolvedUsers(
            factors, bias + np.float32(self._items.mean), float(explained.sum(dtype=np.float64)), penalty
        )

    def add(self, sums: RatingSums, part: SplitShard) -> None:
        """Add to the sums of a pass what a shard's users say, and how far off predictions of the held out are."""
        rows = part.train
        found, by_item = self.users(rows), transposed(rows.part, len(self._items.bias))
        no_prior = self._penalty.prior(np.ones(1, np.float32))
        add_ratings_to(sums.of_items, RowProblem(found.factors, found.bias, by_item, UNIT_WEIGHTS, no_prior))
        rated = rows.counts > 0
        of_biases = found.bias.sum(where=rated, dtype=np.float64)
        sums.users += np.append(of_biases, sum_of_rows(found.factors, rated))
        sums.squares += _squares(rows, found.bias)
        sums.penalty += found.penalty
        sums.left += _squares(Rows.of_part(by_item), self._offset) - found.explained - found.penalty
        sums.n_ratings += len(rows.indices)
        sums.errors += self._errors(found, part.test)

    def errors(self, part: SplitShard) -> ErrorSums:
        """The errors of predictions of the held out, the users being solved from the others."""
        return self._errors(self.users(part.train), part.test)

    def _errors(self, found: SolvedUsers, test: Rows) -> ErrorSums:
        user_idx = np.repeat(np.arange(len(found.bias), dtype=np.int32), test.counts)
        users = ScoredSide(found.factors, found.bias, user_idx)
        items = ScoredSide(self._items.factors, self._items.bias, test.indices)
        return ErrorSums.of(pair_scores(users, items) - test.values, test.indptr)


def _squares(rows: Rows, offset: FloatArray) -> float:
    """Σ (v - o)² over the ratings; offset: o of each row"""
    sums, squares = sum_rows(rows.part)
    o = offset.astype(np.float64)
    return squares + float(o * o @ rows.counts - 2 * o @ sums)


def solve_items(items: ItemRows, sums: RatingSums, counts: IntArray, penalty: RowPenalty) -> tuple[ItemRows, float]:
    """The items' rows from the sums of a whole pass, and the mean squared error with them.

    counts: (n_items,) ratings of each item
    """
    solved = items._replace(factors=empty_aligned(items.factors.shape), bias=np.zeros_like(items.bias))
    prior = penalty.prior(counts.astype(np.float32))
    explained = solve_sums(solved.factors, sums.of_items, prior, penalty.bias_term(solved.bias))
    left = sums.squares - float(explained.sum()) - penalty_of(prior, solved.factors, solved.bias)
    return solved, left / max(1, sums.n_ratings)


class ShardedLeastSquares(ShardedEngine[RatingSums]):
    """`AlternatingLeastSquares` over a folder of shards."""

    def __init__(
        self, learned: LearnedShards, n_factors: int, reg: float, reg_exponent: float, *, seed: int = 0,
        ordered_map: OrderedMap = one_after_the_other,
    ) -> None:  # fmt: skip
        """ordered_map: who does the work on bundles"""
        super().__init__(learned, ordered_map)
        self._penalty, self._seed = RowPenalty(n_factors, reg, reg_exponent), seed
        nowhere = np.zeros((learned.shards.n_items, n_factors), np.float32)
        self.items = self._before = self._start_from(nowhere, 0.0)
        n_probes = min(N_PROBE_ROWS, learned.shards.n_items)
        self._probed = RowSums.zeros(n_probes, self._penalty.width, has_bias=True)
        self._sum_of_users = np.zeros(n_factors + 1)

    def start(self) -> None:
        super().start()
        start = ItemStart(self.counts.of_items, self.counts.mean, self._penalty.k, self._seed)
        sums = np.zeros((len(start.item_counts), start.k), np.float32)
        for bundle in self._map(StartPass(self._learned, start), self._learned.shards.bundles):
            sums += bundle
        self.items = self._before = self._start_from(start.factors(sums), start.mean)

    def _start_from(self, factors: FloatArray, mean: float) -> ItemRows:
        return ItemRows.of(factors, np.zeros(len(factors), np.float32), mean, self._penalty.width)

    def _solver(self) -> RatingShardSolver:
        return RatingShardSolver(self.items, self._penalty)

    def _loss_before(self, bundle: RatingSums) -> float:
        return bundle.left / max(1, bundle.n_ratings)

    def _finish(self, sums: RatingSums) -> float:
        self.errors, self._before = sums.errors, self.items
        self._sum_of_users = sums.users[: self._penalty.k + 1]
        items = self._probed_items
        for kept, part in zip(self._probed, sums.of_items, strict=True):
            kept[: len(items)] = part[items]
        self.items, loss = solve_items(self.items, sums, self.counts.of_items, self._penalty)
        return loss

    def final_errors(self) -> ErrorSums:
        """The errors on what is held out, of the present items: one more pass."""
        bundles = self._map(ErrorPass(self._learned, self._solver()), self._learned.shards.bundles)
        return sum(bundles, ErrorSums()).in_whole_units(self._learned.unit)

    def embeddings_of(self, sample: Ratings) -> Embeddings:
        """The items, and sampled users, solved as in the last sweep, whose items they decided."""
        users = RatingShardSolver(self._before, self._penalty).users(self._learned.rows_of(sample))
        k, items = self._penalty.k, self.items
        found = Embeddings(users.factors[:, :k], users.bias, items.factors[:, :k], items.bias)
        return found.in_whole_units(self._learned.unit)

    def everybody(self) -> Everybody:
        """Sums over all users, solved as in the last sweep."""
        k, counts, unit = self._penalty.k, self.counts, self._learned.unit
        scale = np.append(unit, np.full(k, unit**0.5))
        raters = rater_sums(self._probed_items, self._probed, k).in_whole_units(unit)
        middle = self._sum_of_users / max(1, counts.n_users) * scale
        return Everybody(counts.n_users, int(counts.of_items.sum()), middle, raters)

    @property
    def _probed_items(self) -> IntArray:
        return self._learned.shards.catalogue.items.sample(np.flatnonzero(self.counts.of_items), N_PROBE_ROWS)

    def state(self) -> dict[str, Array]:
        rows = {"items": self.items, "before": self._before}
        factors = {name: one.factors.copy() for name, one in rows.items()}
        biases = {f"{name}_bias": one.bias.copy() for name, one in rows.items()}
        probed = {f"probed.{name}": array.copy() for name, array in self._probed._asdict().items()}
        return super().state() | factors | biases | probed | {"sum_of_users": self._sum_of_users}

    def restore(self, state: dict[str, Array]) -> None:
        super().restore(state)
        self.items, self._before = (
            ItemRows(aligned(state[name]), state[f"{name}_bias"].copy(), self.counts.mean)
            for name in ("items", "before")
        )
        self._sum_of_users = state["sum_of_users"]
        self._probed = RowSums(*(state[f"probed.{name}"].copy() for name in RowSums._fields))


def rater_sums(items: IntArray, sums: RowSums, k: int) -> RaterSums:
    """The sums over the raters of some items, from the items' equations and without the columns that pad k factors.

    items: (s,)     sums: of these items, which come first, with biases
    """
    s, width = len(items), sums.b.shape[1]
    sums, pairs = RowSums(*(part[:s] for part in sums)), np.triu_indices(width)
    grams, pulls = np.empty((s, width + 1, width + 1)), np.column_stack([sums.of_bias[:, -1], sums.b])
    grams[:, pairs[0] + 1, pairs[1] + 1] = grams[:, pairs[1] + 1, pairs[0] + 1] = sums.precision
    grams[:, 0, 0] = sums.of_bias[:, -2]
    grams[:, 0, 1:] = grams[:, 1:, 0] = sums.of_bias[:, :-2]
    return RaterSums(items, grams[:, : k + 1, : k + 1], pulls[:, : k + 1])
