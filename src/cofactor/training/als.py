"""Alternating least squares: given one side, every row of the other has a closed form; so in turn, until it settles.

Hu, Koren & Volinsky 2008 [hu2008implicit] for the alternation, Zhou et al. 2008 [zhou2008als] for a penalty that
grows with a row's count. Biases are solved inside the row: the other side's row is [q, 1].
"""

import numpy as np

from cofactor.arrays import Array, FloatArray, IntArray
from cofactor.data.ratings import Ratings, Rows
from cofactor.kernels.layout import sum_rows
from cofactor.kernels.posterior import PLAIN, Plan, Prior, padded, plan_rows, solve
from cofactor.kernels.rows import empty_lines
from cofactor.nets.embeddings import Embeddings
from cofactor.training.schedule import Schedule

__all__ = ["AlternatingLeastSquares", "Half", "design_of"]

PIVOT = 100  # ratings: the penalty of a row with so many does not depend on the exponent


class Half:
    """One side's ratings, laid out for the kernel."""

    def __init__(self, rows: Rows, width: int, n_others: int) -> None:
        self.part = rows.part
        self.plan: Plan = plan_rows(rows.indptr, width, n_others=n_others)
        self.counts = np.diff(rows.indptr).astype(np.float32)
        self.sums, self.of_values = sum_rows(self.part)  # of each row's ratings; of all their squares

    def squares(self, offset: FloatArray) -> float:
        """Σ (v - o)² over its ratings, each row having an offset."""
        o = offset.astype(np.float64)
        return self.of_values + float(o * o @ self.counts - 2 * o @ self.sums)


class AlternatingLeastSquares:
    """Minimises Σ (r - μ - b_u - b_i - p·q)² + λ Σ_rows n (count/n)ᵉ |[p, b]|², n = 100; a step is one side."""

    n_steps = 2

    def __init__(self, start: Embeddings, train: Ratings, count_exponent: float) -> None:
        self.k = start.user_factors.shape[1]
        width = padded(self.k + 1)
        self.mean = train.mean
        self._users = Half(train.by_user, width, train.n_items)
        self._items = Half(train.by_item, width, train.n_users)
        self._user_rows, self._item_rows = (
            _rows(factors, bias, width)
            for factors, bias in ((start.user_factors, start.user_bias), (start.item_factors, start.item_bias))
        )
        self._exponent, self._decay = count_exponent, 0.0

    @property
    def embeddings(self) -> Embeddings:
        """The parameters now; μ stands in the users' biases."""
        p, q, k = self._user_rows, self._item_rows, self.k
        return Embeddings(p[:, :k], p[:, k] + np.float32(self.mean), q[:, :k], q[:, k])

    def begin(self, schedule: Schedule, weight_decay: float) -> None:
        self._decay = weight_decay

    def run(self, epoch: int, start: int, end: int) -> FloatArray:
        users, items = (self._users, self._user_rows), (self._items, self._item_rows)
        sides = (*users, *items), (*items, *users)
        return np.array([self._solve(*sides[step]) for step in range(start, end)], np.float32)

    def _solve(self, half: Half, rows: FloatArray, other: Half, others: FloatArray) -> float:
        """Solve one side; the mean squared error after it."""
        design, offset = design_of(others, self.k), others[:, self.k] + np.float32(self.mean)
        width = rows.shape[1]
        ridge = (self._decay * PIVOT * (np.maximum(half.counts, 1) / PIVOT) ** self._exponent).astype(np.float32)
        # a row's coordinates beyond its ratings' number are held by the penalty; without one, by a trifle
        floor = np.diag(np.where(np.arange(width) > self.k, 1, 1e-6)).astype(np.float32).ravel()
        prior = Prior(floor, ridge, np.zeros((1, width), np.float32))
        explained = solve(rows, design, offset, half.part, PLAIN, prior, half.plan)
        penalty = float(ridge @ np.einsum("nk,nk->n", rows, rows).astype(np.float64))
        return (other.squares(offset) - float(explained.sum(dtype=np.float64)) - penalty) / len(half.part.indices)

    def predict(self, user_idx: IntArray, item_idx: IntArray) -> FloatArray:
        return self.embeddings.scores(user_idx, item_idx, None)

    def state(self) -> dict[str, Array]:
        return {"users": self._user_rows.copy(), "items": self._item_rows.copy()}

    def restore(self, state: dict[str, Array]) -> None:
        self._user_rows[:], self._item_rows[:] = state["users"], state["items"]


def design_of(rows: FloatArray, k: int) -> FloatArray:
    """What the other side multiplies: the factors, 1 where the bias stands, 0 behind."""
    design = empty_lines(rows.shape)
    design[:] = rows
    design[:, k], design[:, k + 1 :] = 1, 0
    return design


def _rows(factors: FloatArray, bias: FloatArray, width: int) -> FloatArray:
    n, k = factors.shape
    rows = empty_lines((n, width))
    rows[:, :k], rows[:, k], rows[:, k + 1 :] = factors, bias, 0
    return rows
