"""Alternating least squares on clicks: each side's rows in turn, the other side fixed.

Hu, Koren & Volinsky, "Collaborative filtering for implicit feedback datasets", ICDM 2008 [hu2008implicit]; the form
of the loss and of the penalty after Rendle et al., "Revisiting the performance of iALS", RecSys 2022 [rendle2022ials].
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np

from cofactor.arrays import Array, FloatArray, IntArray
from cofactor.data.csr_rows import Rows
from cofactor.data.ratings import Ratings
from cofactor.kernels.alignment import empty_aligned, padded_width
from cofactor.kernels.blas import quiet_blas
from cofactor.kernels.posterior.blocks import block_steps
from cofactor.kernels.posterior.conjugate import conjugate_steps
from cofactor.kernels.posterior.prior import Prior
from cofactor.kernels.posterior.problem import RowProblem
from cofactor.kernels.posterior.schedule import SPLIT_ABOVE, schedule_rows
from cofactor.kernels.posterior.solve import solve
from cofactor.kernels.posterior.weights import RatingWeights
from cofactor.posterior.attribute_prior import AttributePrior
from cofactor.training.engine import ResumableEngine

__all__ = ["ClickWeights", "ImplicitLeastSquares", "ImplicitObjective", "RowSolver", "SideSolver", "random_items"]

ATTRIBUTE_SHARE = 0.2  # of a typical row's penalty: the strength of the pull towards its prior mean by attributes
START_DEVIATION = 0.1  # standard deviation of the first scores


@dataclass(frozen=True)
class ClickWeights:
    """Weights of clicks: c = 1 + confidence · log(1 + value / unit), or 1 + confidence · (value / unit) ** power."""

    confidence: float = 0.0
    power: float | None = None  # None: the logarithm
    unit: float = 1.0  # only the ratio of values to it counts

    def weights(self, values: FloatArray) -> FloatArray:
        """(n,) the weight of each click, by its value, above 0."""
        return 1 + self.confidence * self.gains(values) if self.confidence else np.ones_like(values)

    def gains(self, values: FloatArray) -> FloatArray:
        """(n,) what `confidence` is multiplied by."""
        relative = values / np.float32(self.unit)
        return np.log1p(relative) if self.power is None else relative ** np.float32(self.power)

    def with_gains(self, rows: Rows) -> Rows:
        """The rows with gains in place of values; as they are where no value counts."""
        return rows._replace(levels=self.gains(rows.levels)) if self.confidence else rows


@dataclass(frozen=True)
class ImplicitObjective:
    """Σ_clicks c (1 - p·q)² + α Σ_all (p·q)² + λ Σ_rows hᵉ |row|², with c as in `ClickWeights`."""

    unobserved_weight: float  # α
    reg: float  # λ
    reg_exponent: float  # e
    clicks: ClickWeights

    @property
    def weights(self) -> RatingWeights:
        """The weight and the weighted target of a click, both c, in the kernels' form: linear in its gain."""
        one, gain = np.float32(1), np.float32(self.clicks.confidence)
        return RatingWeights(one, gain, one, gain)

    def ridge(self, counts: IntArray, n_others: int) -> FloatArray:
        """(n,) λ hᵉ of rows with so many clicks, the other side having `n_others` rows: h = clicks + α n_others."""
        return (self.reg * (counts + self.unobserved_weight * n_others) ** self.reg_exponent).astype(np.float32)

    def attribute_strength(self, counts: IntArray, n_others: int) -> float:
        """The strength of the pull of a side's rows towards their prior means by attributes."""
        return ATTRIBUTE_SHARE * float(np.median(self.ridge(counts[counts > 0], n_others)))


@dataclass(frozen=True)
class RowSolver:
    """How the rows of a side are solved: exactly, by conjugate gradient steps, or block by block of factors."""

    name: Literal["exact", "cg", "block"] = "exact"
    n_steps: int = 2  # of "cg": steps of each row
    block_size: int = 128  # of "block": factors solved at once

    @property
    def longest(self) -> int:
        """The clicks above which a row is split over threads; such rows are solved exactly, so they should be few."""
        return SPLIT_ABOVE if self.name == "exact" else 4 * SPLIT_ABOVE

    def improve(self, n_factors: int) -> Callable[..., FloatArray]:
        """The kernel that solves rows of so many factors, or improves them."""
        if self.name == "cg":
            return partial(conjugate_steps, n_steps=self.n_steps)
        if self.name == "block" and n_factors > self.block_size:
            return partial(block_steps, block=self.block_size)
        return solve


class SideSolver:
    """Solves the rows of one side, with the schedule and the padding made once."""

    def __init__(self, rows: Rows, n_factors: int, objective: ImplicitObjective, row_solver: RowSolver) -> None:
        self._rows, self._n_factors, self._objective = objective.clicks.with_gains(rows), n_factors, objective
        width = padded_width(n_factors)
        self._improve = row_solver.improve(n_factors)
        n_others = int(rows.indices.max(initial=-1)) + 1
        self._schedule = schedule_rows(rows.indptr, width, n_others=n_others, split_above=row_solver.longest)
        self._unused = np.diag((np.arange(width) >= n_factors).astype(np.float32))

    def solve(self, out: FloatArray, others: FloatArray, pull: FloatArray | None = None) -> float:
        """Solve the rows `out` (n, width), the other side (m, width) being fixed; returns by how much the loss falls.

        pull: (n, k) strength times prior means by attributes. Rows without clicks are then left at 0, so that
            `AttributePrior` and the other side do not learn from them
        """
        base = np.float32(self._objective.unobserved_weight) * (others.T @ others) + self._unused
        ridge = self._objective.ridge(self._rows.counts, len(others))
        wide = np.zeros((1 if pull is None else len(out), out.shape[1]), np.float32)
        if pull is not None:
            wide[:, : self._n_factors] = pull
        prior, offset = Prior(base.ravel(), ridge, wide), np.zeros(len(others), np.float32)
        problem = RowProblem(others, offset, self._rows.part, self._objective.weights, prior)
        explained = self._improve(out, problem, self._schedule)
        if pull is not None:
            out[self._rows.counts == 0] = 0
        return float(explained.sum(dtype=np.float64))


def random_items(n: int, k: int, seed: int) -> FloatArray:
    """(n, width) the first rows of items, padded with zeros."""
    items = empty_aligned((n, padded_width(k)))
    items[:] = 0
    items[:, :k] = np.random.default_rng(seed).standard_normal((n, k), np.float32)
    items *= np.float32(START_DEVIATION / np.sqrt(k))
    return items


class ImplicitLeastSquares(ResumableEngine):
    """An epoch solves the users, then the items, and is one step; its loss is the objective, for each click."""

    def __init__(
        self, train: Ratings, n_factors: int, objective: ImplicitObjective, row_solver: RowSolver, seed: int,
        of_users: AttributePrior | None = None, of_items: AttributePrior | None = None,
    ) -> None:  # fmt: skip
        """of_users, of_items: priors of the rows by their attributes, which are learned with the rows"""
        self._train, self._n_factors, self._objective = train, n_factors, objective
        self.of_users, self.of_items = of_users, of_items
        # ratings are laid out before factors are allocated: the memory that sorting takes is then free again
        clicks = objective.clicks
        by_item = train.by_item if clicks.confidence else train.clicks_by_item
        self._user_solver = SideSolver(train.by_user, n_factors, objective, row_solver)
        self._item_solver = SideSolver(by_item, n_factors, objective, row_solver)
        self._users, self._items = self._start(seed)
        # the mean weight of clicks in the loss; where all count 1, their values need not be decoded
        self._mean_weight = float(clicks.weights(train.values).mean(dtype=np.float64)) if clicks.confidence else 1.0
        self._user_ridge = objective.ridge(train.user_counts, train.n_items)
        self.user_attribute_strength = objective.attribute_strength(train.user_counts, train.n_items)
        self.item_attribute_strength = objective.attribute_strength(train.item_counts, train.n_users)

    def _start(self, seed: int) -> tuple[FloatArray, FloatArray]:
        """Users at 0, as they are solved first, and random items."""
        train, k = self._train, self._n_factors
        users = empty_aligned((train.n_users, padded_width(k)))
        users[:] = 0
        return users, random_items(train.n_items, k, seed)

    @property
    def n_steps(self) -> int:
        return 1

    def session(self) -> AbstractContextManager[None]:
        return quiet_blas()

    def run(self, epoch: int, start: int, end: int) -> FloatArray:
        return np.array([self._sweep() for _ in range(start, end)])

    def _sweep(self) -> float:
        users, items, train = self._users, self._items, self._train
        strengths = self.user_attribute_strength, self.item_attribute_strength
        self._user_solver.solve(users, items, self.of_users and strengths[0] * self.of_users.expected)
        penalty = self._user_ridge @ np.einsum("nk,nk->n", users, users)
        if self.of_users:
            overlap = np.einsum("rk,rk->", self.of_users.expected, users[:, : self._n_factors])
            penalty -= 2 * strengths[0] * float(overlap)
        explained = self._item_solver.solve(items, users, self.of_items and strengths[1] * self.of_items.expected)
        for prior, rows, counts in (
            (self.of_users, users, train.user_counts), (self.of_items, items, train.item_counts),
        ):  # fmt: skip
            if prior:
                prior.learn(rows[:, : self._n_factors], counts > 0)
        return self._mean_weight + (float(penalty) - explained) / len(train)

    @property
    def factors(self) -> tuple[FloatArray, FloatArray]:
        """(n_users, k), (n_items, k) copies; rows without clicks are at their prior means by attributes."""
        users, items = (np.ascontiguousarray(rows[:, : self._n_factors]) for rows in (self._users, self._items))
        if self.of_users:
            users = np.where((self._train.user_counts > 0)[:, None], users, self.of_users.expected)
        if self.of_items:
            items = np.where((self._train.item_counts > 0)[:, None], items, self.of_items.expected)
        return users, items

    def loss_on(self, held_out: Ratings) -> float:
        """The objective without its penalty, for each click, with held-out clicks in place of those of training."""
        users, items, objective = self._users, self._items, self._objective
        scores = np.einsum("nk,nk->n", users[held_out.user_idx], items[held_out.item_idx])
        clicked = objective.clicks.weights(held_out.values) * np.square(1 - scores)
        everywhere = float(np.einsum("ij,ij->", users.T @ users, items.T @ items))
        return float(clicked.mean(dtype=np.float64)) + objective.unobserved_weight * everywhere / len(self._train)

    def state(self) -> dict[str, Array]:
        return {name: array.copy() for name, array in self._arrays().items()}

    def restore(self, state: dict[str, Array]) -> None:
        for name, array in self._arrays().items():
            array[:] = state[name]

    def _arrays(self) -> dict[str, Array]:
        priors = {"of_users": self.of_users, "of_items": self.of_items}
        learned = {f"{side}.{name}": a for side, one in priors.items() if one for name, a in one.arrays.items()}
        return {"users": self._users, "items": self._items} | learned
