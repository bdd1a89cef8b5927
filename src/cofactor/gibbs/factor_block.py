"""The rows of one kind (users, items, days), their ratings, their population and what is known of them beforehand."""

from collections.abc import Mapping, Sequence

import numpy as np

from cofactor.arrays import Array, FloatArray, IntArray
from cofactor.data.features import Features
from cofactor.gibbs.feature_group import Group
from cofactor.gibbs.row_prior import Moments, Population
from cofactor.gibbs.row_ratings import RatingsOf
from cofactor.gibbs.state import restore_parts, state_of_parts
from cofactor.kernels.alignment import empty_aligned, padded_width
from cofactor.kernels.posterior.prior import padded_prior
from cofactor.kernels.posterior.problem import RowProblem
from cofactor.kernels.posterior.schedule import schedule_rows
from cofactor.kernels.posterior.solve import solve
from cofactor.kernels.scoring.pairs import ScoredSide

__all__ = ["Field"]

START = 0.1  # spread of the first factors


class Field:
    """Rows of factors (k) and a bias, of which each rating has one."""

    def __init__(self, ratings: RatingsOf, k: int, features: Sequence[Features], rng: np.random.Generator) -> None:
        self._ratings, self.k, width = ratings, k, padded_width(k)
        self.counts = np.diff(ratings.indptr)
        n, self._plan = len(self.counts), schedule_rows(ratings.indptr, width)
        self.factors, self.bias = empty_aligned((n, width)), np.zeros(n, np.float32)
        self.factors[:, k:] = 0
        self.factors[:, :k] = START * rng.standard_normal((n, k), dtype=np.float32)
        self.population, self.groups = Population.standard(k + 1), [Group(one, n, k + 1) for one in features]
        self._known = np.zeros((n if features else 1, k + 1), np.float32)  # Σ_f x_f a_f of each row

    @property
    def idx(self) -> IntArray:
        """(n_ratings,) the row of each rating"""
        return self._ratings.idx

    @property
    def rows(self) -> FloatArray:
        """(n, k + 1) [factors, bias]"""
        return np.column_stack([self.factors[:, : self.k], self.bias])

    @property
    def moments(self) -> Moments:
        return Moments.of_parts(self.factors[:, : self.k], self.bias)

    @property
    def side(self) -> ScoredSide:
        return ScoredSide(self.factors, self.bias, self.idx)

    @property
    def expected(self) -> FloatArray:
        """(n, d), or (1, d) where all rows are alike before their ratings: the prior's mean."""
        return self.population.mean.astype(np.float32) + self._known

    @property
    def typical(self) -> FloatArray:
        """(d,) the expectation of the average row."""
        return (self.population.mean + self._known.mean(axis=0, dtype=np.float64)).astype(np.float32)

    @property
    def settled(self) -> FloatArray:
        """(n, d) the rows, one without ratings at its expectation."""
        rows, idle = self.rows, self.counts == 0
        if idle.any():
            rows[idle] = np.broadcast_to(self.expected, rows.shape)[idle]
        return rows

    def state(self) -> dict[str, Array]:
        """The rows, and what is known of them beforehand, as copies."""
        own = {"factors": self.factors.copy(), "bias": self.bias.copy(), "known": self._known.copy()}
        groups = {f"group{n}": group for n, group in enumerate(self.groups)}
        return own | self.population.state() | state_of_parts(groups)

    def restore(self, state: Mapping[str, Array]) -> None:
        """Be as when `state` was taken."""
        self.factors[:], self.bias[:], self._known[:] = state["factors"], state["bias"], state["known"]
        self.population = Population.of_state(state)
        restore_parts({f"group{n}": group for n, group in enumerate(self.groups)}, state)

    def draw_prior(self, rng: np.random.Generator) -> None:
        """The population, then the coefficients of all features, the rows being given."""
        if not self.groups:
            self.population = Population.draw_given(self.moments, rng)
            return
        left = np.subtract(self.rows, self._known, out=self._known)  # there may be no room to hold it twice
        self.population = Population.draw(left, rng)
        mean = self.population.mean.astype(np.float32)
        left -= mean
        for group in self.groups:
            group.draw(left, self.population.precision, rng)
        np.subtract(self.rows, left, out=self._known)
        self._known -= mean

    def draw_rows(
        self, others: Sequence["Field"], targets: FloatArray, weights: FloatArray | None, noise: float,
        rng: np.random.Generator,
    ) -> FloatArray:  # fmt: skip
        """All rows, the other fields' being given; what each explains, (n,) (`posterior.solve`).

        targets, weights: (n_ratings,), what a rating's score should be, and how precise it is: noise · weight
        """
        sides = [other.side for other in others]
        part, law, offset, third = self._ratings.facing(sides, targets, weights, noise)
        key = int(rng.integers(2**62))
        population, width = self.population, self.factors.shape[1]
        prior, bias = padded_prior(self._known, population.precision, self.bias, width, mean=population.mean)
        problem = RowProblem(others[0].factors, offset, part, law, prior, third, bias)
        explained = solve(self.factors, problem, self._plan, draw=key)
        unused = self.factors[:, self.k :]  # where nothing is, a draw is noise, and explains nothing
        explained += np.einsum("rk,rk->r", unused, unused)
        unused[:] = 0
        return explained
