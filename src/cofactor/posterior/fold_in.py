"""Fold in many users or items at once: posterior means with the other side fixed, nothing retrained."""

from collections.abc import Callable

import numpy as np

from cofactor.arrays import FloatArray
from cofactor.data.csr_rows import Rows
from cofactor.data.joining import Joined
from cofactor.kernels.absent import NO_NUMBERS
from cofactor.kernels.alignment import padded_width
from cofactor.kernels.posterior.prior import padded_prior
from cofactor.kernels.posterior.problem import RowProblem
from cofactor.kernels.posterior.schedule import schedule_rows
from cofactor.kernels.posterior.single_row import MAX_NEWTON_STEPS
from cofactor.kernels.posterior.solve import solve
from cofactor.kernels.posterior.weights import UNIT_WEIGHTS
from cofactor.kernels.ratings.csr import CsrRatings
from cofactor.kernels.scoring.pairs import ScoredSide, pair_scores

__all__ = ["fold_in_new", "fold_in_rows", "padded_rows"]

MAX_HALVINGS = 6  # of a row's Newton step whose cost rose
MIN_SLOPE = 1e-3  # of the sigmoid, as a share of its range; where it is flatter, this slope is used

FoldIn = Callable[[Rows, FloatArray], FloatArray]  # (b rows, the other side (n, …)) -> (b, …)


def fold_in_new(
    joined: Joined, users: FloatArray, items: FloatArray, fold_in_users: FoldIn, fold_in_items: FoldIn,
    unrated: tuple[FloatArray, FloatArray] | tuple[float, float] = (0.0, 0.0),
) -> tuple[FloatArray, FloatArray]:  # fmt: skip
    """Rows of all users and items in `joined.ratings`: users with new ratings are folded in, then new items, then those
    users once more.

    users, items: (n, …) as they were learned     unrated: the row of a user, and of an item, without any ratings
    fold_in_users, fold_in_items: the posterior means of rows, given their ratings and the other side's rows
    """
    ratings = joined.ratings
    users, items = padded_rows(users, ratings.n_users, unrated[0]), padded_rows(items, ratings.n_items, unrated[1])
    user_rows = ratings.by_user.take(joined.users)
    users[joined.users] = fold_in_users(user_rows, items)
    if len(joined.items):
        items[joined.items] = fold_in_items(ratings.by_item.take(joined.items), users)
        users[joined.users] = fold_in_users(user_rows, items)
    return users, items


def padded_rows(rows: FloatArray, n: int, fill: FloatArray | float = 0.0) -> FloatArray:
    """(n, …), a copy of `rows` followed by rows that are all `fill`."""
    new = np.empty((n, *rows.shape[1:]), rows.dtype)
    new[: len(rows)], new[len(rows) :] = rows, fill
    return new


def fold_in_rows(
    rows: Rows, others: FloatArray, mean: float, precision: FloatArray, y_range: tuple[float, float] | None = None,
    expected: FloatArray | None = None, near: FloatArray | None = None,
) -> FloatArray:  # fmt: skip
    """(b, k + 1) [bias, factors]: posterior means of rows under unit noise and the prior N(expected, precision⁻¹).

    others: (m, k + 1) the other side's rows, fixed     precision: (k + 1, k + 1)     expected: (b, k + 1); None: 0
    y_range: the range that a sigmoid squashes scores into; rows are then found by Newton steps
    near: (b, k + 1) rows at which the sigmoid is taken to be linear, one Newton step from which is enough
    """
    prior_mean = np.zeros((len(rows.counts), others.shape[1])) if expected is None else expected
    solver = _FoldInSolver(rows, others, mean, precision, prior_mean)
    if y_range is None:
        solver.solve(rows.values, NO_NUMBERS)
    elif near is None:
        solver.solve_squashed(rows.values, *y_range)
    else:
        solver.step_from(near, rows.values, *y_range)
    return np.column_stack([solver.bias, solver.factors[:, : solver.k]])


class _FoldInSolver:
    """Solves rows that are folded in; they, their prior and the other side are held in the kernels' layout."""

    def __init__(
        self, rows: Rows, others: FloatArray, mean: float, precision: FloatArray, expected: FloatArray
    ) -> None:  # fmt: skip
        n, self.k = len(rows.indptr) - 1, others.shape[1] - 1
        width = padded_width(self.k)
        self._rows, self._precision, self._expected = rows, precision, expected
        self._row_of = np.repeat(np.arange(n, dtype=np.int32), rows.counts)
        self._design, self._offset = np.zeros((len(others), width), np.float32), others[:, 0] + np.float32(mean)
        self._design[:, : self.k] = others[:, 1:]
        self.factors, self.bias = np.zeros((n, width), np.float32), expected[:, 0].astype(np.float32)
        self.factors[:, : self.k] = expected[:, 1:]
        self._schedule = schedule_rows(rows.indptr, width)
        bias_last = np.roll(precision, -1, axis=(0, 1))
        self._prior, self._bias = padded_prior(np.roll(expected, -1, axis=1), bias_last, self.bias, width)

    def solve(self, values: FloatArray, weights: FloatArray) -> None:
        """Solve all rows. values: (n_ratings,) targets, offsets included     weights: (n_ratings,) or (0,): all 1"""
        ratings = CsrRatings(self._rows.indptr, self._rows.indices, values, weights)
        problem = RowProblem(self._design, self._offset, ratings, UNIT_WEIGHTS, self._prior, bias=self._bias)
        solve(self.factors, problem, self._schedule)

    def solve_squashed(self, ratings: FloatArray, low: float, high: float) -> None:
        """Solve all rows of the model ratings = low + (high - low) · sigmoid(score), by damped Newton steps."""
        span = np.float32(high - low)
        for _ in range(MAX_NEWTON_STEPS):
            errors, targets, weights = self._linearised(ratings, low, span)
            before = (self.factors.copy(), self.bias.copy()), self._cost(errors)
            self.solve(targets, weights)
            if self._step_back(before, lambda: ratings - low - span * _sigmoid(self._scores())) < 1e-5:
                break

    def step_from(self, rows: FloatArray, ratings: FloatArray, low: float, high: float) -> None:
        """Take one Newton step from these rows (n, k + 1)."""
        self.bias[:], self.factors[:, : self.k] = rows[:, 0], rows[:, 1:]
        _, targets, weights = self._linearised(ratings, low, np.float32(high - low))
        self.solve(targets, weights)

    def _linearised(self, ratings: FloatArray, low: float, span: np.float32) -> tuple[FloatArray, ...]:
        """(n_ratings,) the errors of the present rows, and targets and weights of the problem that is linear there."""
        z = self._scores()
        s = _sigmoid(z)
        slope, errors = span * np.maximum(s * (1 - s), MIN_SLOPE), ratings - low - span * s
        return errors, errors / slope + z, np.square(slope)

    def _step_back(
        self, before: tuple[tuple[FloatArray, FloatArray], FloatArray], errors: Callable[[], FloatArray]
    ) -> float:
        """Halve the step of each row whose cost rose; returns the largest change of any number.

        before: factors and biases before the step, and the rows' costs     errors: of the ratings, by the present rows
        """
        (factors, bias), cost = before
        for _ in range(MAX_HALVINGS):
            worse = self._cost(errors()) > cost
            if not worse.any():
                break
            self.factors[worse] = (self.factors[worse] + factors[worse]) / 2
            self.bias[worse] = (self.bias[worse] + bias[worse]) / 2
        steps = np.abs(self.factors - factors).max(initial=0), np.abs(self.bias - bias).max(initial=0)
        return float(max(steps))

    def _cost(self, errors: FloatArray) -> FloatArray:
        """(n,) squared errors plus penalty of each row."""
        x = np.column_stack([self.bias, self.factors[:, : self.k]]) - self._expected
        penalty = np.einsum("bi,ij,bj->b", x, self._precision, x, optimize=True)
        return np.bincount(self._row_of, np.square(errors), len(x)) + penalty

    def _scores(self) -> FloatArray:
        """(n_ratings,) the score of each rating, offset included."""
        rows = ScoredSide(self.factors, self.bias, self._row_of)
        return pair_scores(rows, ScoredSide(self._design, self._offset, self._rows.indices))


def _sigmoid(z: FloatArray) -> FloatArray:
    return 1 / (1 + np.exp(-np.clip(z, -30, 30)))
