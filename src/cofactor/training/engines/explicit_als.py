"""Alternating least squares on ratings: with one side fixed, every row of the other has a closed form.

Hu, Koren & Volinsky 2008 [hu2008implicit] for the alternation, Zhou et al. 2008 [zhou2008als] for a penalty that
grows with a row's count. A bias is one more coordinate of the row, with 1 in the design, and solved with the rest.
"""

from contextlib import AbstractContextManager
from typing import NamedTuple

import numpy as np

from cofactor.arrays import Array, FloatArray, IntArray
from cofactor.data.csr_rows import Rows
from cofactor.data.ratings import Ratings
from cofactor.kernels.alignment import empty_aligned, padded_width
from cofactor.kernels.blas import quiet_blas
from cofactor.kernels.posterior.prior import BiasTerm, Prior
from cofactor.kernels.posterior.problem import RowProblem
from cofactor.kernels.posterior.schedule import RowSchedule, schedule_rows
from cofactor.kernels.posterior.solve import solve
from cofactor.kernels.posterior.weights import UNIT_WEIGHTS
from cofactor.kernels.ratings.layout import sum_rows
from cofactor.nets.embeddings import Embeddings
from cofactor.training.engine import ResumableEngine

__all__ = ["AlternatingLeastSquares", "RowPenalty", "Side", "penalty_of"]

MIN_PRECISION = 1e-6  # of the prior, so that a row with few ratings and no penalty is determined
PIVOT_COUNT = 100  # ratings; the penalty of a row with so many does not depend on the exponent


class RowPenalty(NamedTuple):
    """λ n (count/n)ᵉ |[p, b]|² of each row, n = 100, as the kernels' priors of rows padded to `width`."""

    k: int
    reg: float  # λ
    exponent: float  # e

    @property
    def width(self) -> int:
        """The width of a row of factors, padded."""
        return padded_width(self.k)

    def prior(self, counts: FloatArray) -> Prior:
        """counts: (n,) ratings of each row, float32"""
        scale = (np.maximum(counts, 1) / PIVOT_COUNT) ** self.exponent
        ridge = (self.reg * PIVOT_COUNT * scale).astype(np.float32)
        floor = np.where(np.arange(self.width) < self.k, MIN_PRECISION, 1).astype(np.float32)
        return Prior(np.diag(floor).ravel(), ridge, np.zeros((1, self.width), np.float32))

    def bias_term(self, bias: FloatArray) -> BiasTerm:
        """bias: (n,) where the rows' biases are written"""
        precision = np.append(np.zeros(self.width), MIN_PRECISION).astype(np.float32)
        return BiasTerm(bias, precision, np.zeros(1, np.float32))


def penalty_of(prior: Prior, rows: FloatArray, bias: FloatArray) -> float:
    """The penalty of rows (n, width) with these biases (n,), summed in double precision."""
    return float(prior.ridge @ (np.einsum("nk,nk->n", rows, rows) + bias**2).astype(np.float64))


class Side:
    """The parameters of one side, and its ratings, in the kernels' layout."""

    def __init__(self, factors: FloatArray, bias: FloatArray, rows: Rows) -> None:
        (n, k), self.ratings, self.bias = factors.shape, rows.part, bias.copy()
        self.rows = empty_aligned((n, padded_width(k)))  # the factors, padded with zeros
        self.rows[:, :k], self.rows[:, k:] = factors, 0
        # the prior's precision is diagonal, so short rows need no rotation of the other side: n_others is left at 0
        self.schedule: RowSchedule = schedule_rows(rows.indptr, padded_width(k))
        self.counts = np.diff(rows.indptr).astype(np.float32)
        self.sums, self.sum_of_squares = sum_rows(self.ratings)  # Σ v of each row; Σ v² of all ratings

    def squares(self, offset: FloatArray) -> float:
        """Σ (v - o)² over the ratings; offset: (n,) o of each row"""
        o = offset.astype(np.float64)
        return self.sum_of_squares + float(o * o @ self.counts - 2 * o @ self.sums)


class AlternatingLeastSquares(ResumableEngine):
    """Minimises Σ (r - μ - b_u - b_i - p·q)² + λ Σ_rows n (count/n)ᵉ |[p, b]|², n = 100; a step is one side."""

    def __init__(
        self, start: Embeddings, train: Ratings, reg: float, reg_exponent: float, unit: float = 1.0
    ) -> None:  # fmt: skip
        """train: in this unit of the ratings; what is answered is in their own"""
        self.k, self._unit = start.user_factors.shape[1], unit
        self.mean = train.mean
        self._users = Side(start.user_factors, start.user_bias, train.by_user)
        self._items = Side(start.item_factors, start.item_bias, train.by_item)
        self._penalty = RowPenalty(self.k, reg, reg_exponent)

    @property
    def n_steps(self) -> int:
        return 2

    @property
    def embeddings(self) -> Embeddings:
        """The present parameters, with μ added to the users' biases."""
        users, items, k = self._users, self._items, self.k
        found = Embeddings(users.rows[:, :k], users.bias + np.float32(self.mean), items.rows[:, :k], items.bias)
        return found.in_whole_units(self._unit)

    def session(self) -> AbstractContextManager[None]:
        return quiet_blas()

    def run(self, epoch: int, start: int, end: int) -> FloatArray:
        sides = (self._users, self._items), (self._items, self._users)
        losses = [self._solve(*sides[step]) for step in range(start, end)]
        return np.array(losses, np.float32) * np.float32(self._unit**2)

    def _solve(self, side: Side, other: Side) -> float:
        """Solve one side; returns the mean squared error afterwards."""
        prior, bias = self._penalty.prior(side.counts), self._penalty.bias_term(side.bias)
        offset = other.bias + np.float32(self.mean)
        problem = RowProblem(other.rows, offset, side.ratings, UNIT_WEIGHTS, prior, bias=bias)
        explained = float(solve(side.rows, problem, side.schedule).sum(dtype=np.float64))
        left = other.squares(offset) - explained - penalty_of(prior, side.rows, side.bias)
        return left / len(side.ratings.indices)

    def predict(self, user_idx: IntArray, item_idx: IntArray) -> FloatArray:
        """(b,) predicted ratings of pairs with the present parameters."""
        return self.embeddings.scores(user_idx, item_idx, None)

    def state(self) -> dict[str, Array]:
        return {name: array.copy() for name, array in self._arrays().items()}

    def restore(self, state: dict[str, Array]) -> None:
        for name, array in self._arrays().items():
            array[:] = state[name]

    def _arrays(self) -> dict[str, FloatArray]:
        users, items = self._users, self._items
        return {"users": users.rows, "items": items.rows, "user_bias": users.bias, "item_bias": items.bias}
