"""The rows of one kind (users, items or days), with their ratings, their prior and the features that shift its mean."""

from collections.abc import Mapping, Sequence

import numpy as np

from cofactor.arrays import Array, FloatArray, IntArray
from cofactor.data.features import Features
from cofactor.gibbs.feature_group import FeatureGroup
from cofactor.gibbs.row_prior import Moments, RowPrior
from cofactor.gibbs.row_ratings import RowRatings
from cofactor.gibbs.state import restore_parts, state_of_parts
from cofactor.kernels.alignment import empty_aligned, padded_width
from cofactor.kernels.posterior.prior import padded_prior
from cofactor.kernels.posterior.problem import RowProblem
from cofactor.kernels.posterior.schedule import schedule_rows
from cofactor.kernels.posterior.solve import solve
from cofactor.kernels.scoring.pairs import ScoredSide

__all__ = ["FactorBlock"]

START_DEVIATION = 0.1  # standard deviation of the first factors


class FactorBlock:
    """Rows of k factors and a bias; each rating belongs to one of them."""

    def __init__(self, ratings: RowRatings, k: int, features: Sequence[Features], rng: np.random.Generator) -> None:
        self._ratings, self.k, width = ratings, k, padded_width(k)
        self.counts = np.diff(ratings.indptr)
        n, self._schedule = len(self.counts), schedule_rows(ratings.indptr, width)
        self.factors, self.bias = empty_aligned((n, width)), np.zeros(n, np.float32)
        self.factors[:, k:] = 0
        self.factors[:, :k] = START_DEVIATION * rng.standard_normal((n, k), dtype=np.float32)
        self.row_prior, self.groups = RowPrior.standard(k + 1), [FeatureGroup(one, n, k + 1) for one in features]
        self._known = np.zeros((n if features else 1, k + 1), np.float32)  # Σ_f x_f a_f of each row

    @property
    def idx(self) -> IntArray:
        """(n_ratings,) the row of each rating."""
        return self._ratings.idx

    @property
    def rows(self) -> FloatArray:
        """(n, k + 1) [factors, bias]."""
        return np.column_stack([self.factors[:, : self.k], self.bias])

    @property
    def moments(self) -> Moments:
        """The sufficient statistics of the rows [factors, bias] for their prior: n, Σ x and Σ x xᵀ."""
        return Moments.of_parts(self.factors[:, : self.k], self.bias)

    @property
    def side(self) -> ScoredSide:
        """The factors, the biases and the row of each rating, as the scoring kernels take them."""
        return ScoredSide(self.factors, self.bias, self.idx)

    @property
    def expected(self) -> FloatArray:
        """(n, d) the prior mean of each row, or (1, d) where it is the same for all."""
        return self.row_prior.mean.astype(np.float32) + self._known

    @property
    def mean_expectation(self) -> FloatArray:
        """(d,) the prior mean of the average row."""
        return (self.row_prior.mean + self._known.mean(axis=0, dtype=np.float64)).astype(np.float32)

    @property
    def rows_at_expectation(self) -> FloatArray:
        """(n, d) the rows, with those that have no ratings at their prior mean."""
        rows, idle = self.rows, self.counts == 0
        if idle.any():
            rows[idle] = np.broadcast_to(self.expected, rows.shape)[idle]
        return rows

    def state(self) -> dict[str, Array]:
        """The rows, their prior and the coefficients of their features, as copies."""
        own = {"factors": self.factors.copy(), "bias": self.bias.copy(), "known": self._known.copy()}
        groups = {f"group{n}": group for n, group in enumerate(self.groups)}
        return own | self.row_prior.state() | state_of_parts(groups)

    def restore(self, state: Mapping[str, Array]) -> None:
        """Restore the arrays that `state` returned."""
        self.factors[:], self.bias[:], self._known[:] = state["factors"], state["bias"], state["known"]
        self.row_prior = RowPrior.of_state(state)
        restore_parts({f"group{n}": group for n, group in enumerate(self.groups)}, state)

    def draw_prior(self, rng: np.random.Generator) -> None:
        """Draw the prior, then the coefficients of all features, with the rows fixed."""
        if not self.groups:
            self.row_prior = RowPrior.draw_given(self.moments, rng)
            return
        residuals = np.subtract(self.rows, self._known, out=self._known)  # in place: there may be no memory for two
        self.row_prior = RowPrior.draw(residuals, rng)
        mean = self.row_prior.mean.astype(np.float32)
        residuals -= mean
        for group in self.groups:
            group.draw(residuals, self.row_prior.precision, rng)
        np.subtract(self.rows, residuals, out=self._known)
        self._known -= mean

    def draw_rows(
        self, others: Sequence["FactorBlock"], targets: FloatArray, weights: FloatArray | None, noise: float,
        rng: np.random.Generator,
    ) -> FloatArray:  # fmt: skip
        """Draw all rows with the other blocks fixed; returns what each row explains, (n,), as the kernel `solve` does.

        targets, weights: (n_ratings,) the target score of each rating, and its precision: noise · weight
        """
        sides = [other.side for other in others]
        ratings, rating_weights, offset, third = self._ratings.solve_arguments(sides, targets, weights, noise)
        key = int(rng.integers(2**62))
        row_prior, width = self.row_prior, self.factors.shape[1]
        prior, bias = padded_prior(self._known, row_prior.precision, self.bias, width, mean=row_prior.mean)
        problem = RowProblem(others[0].factors, offset, ratings, rating_weights, prior, third, bias)
        explained = solve(self.factors, problem, self._schedule, draw=key)
        unused = self.factors[:, self.k :]  # padding: its draw is noise, which explains nothing
        explained += np.einsum("rk,rk->r", unused, unused)
        unused[:] = 0
        return explained
