"""The rows of one kind (users, items, days), their ratings, their population and what is known of them beforehand."""

from collections.abc import Sequence
from typing import TypeVar, cast

import numpy as np

from cofactor.arrays import Array, FloatArray, IntArray
from cofactor.data.features import Features
from cofactor.kernels.pairs import ScoredSide, pair_scores
from cofactor.kernels.posterior import Law, Part, padded, plan_rows, solve
from cofactor.kernels.rows import NO_INDICES, NO_NUMBERS, NO_ROWS, prior_of
from cofactor.training.gibbs.group import Group
from cofactor.training.gibbs.population import Population

__all__ = ["Field"]

AnArray = TypeVar("AnArray", FloatArray, IntArray)
START = 0.1  # spread of the first factors


class Field:
    """Rows of factors (k) and a bias, of which each rating has one."""

    def __init__(self, idx: IntArray, n: int, k: int, features: Sequence[Features], rng: np.random.Generator) -> None:
        self.idx, self.k, width = np.ascontiguousarray(idx, np.int32), k, padded(k)  # (n_ratings,)
        self._is_sorted = bool((idx[1:] >= idx[:-1]).all())
        none = np.zeros(0, np.int32)
        self._order = none if self._is_sorted else np.argsort(idx, kind="stable").astype(np.int32)
        self._held = dict[str, tuple[Array, Array]]()  # what `_sorted` was last asked for, and what it gave
        self.counts = np.bincount(idx, minlength=n)
        self._indptr = np.concatenate([[0], np.cumsum(self.counts)])
        self._plan = plan_rows(self._indptr, width)
        self.factors, self.bias = np.zeros((n, width), np.float32), np.zeros(n, np.float32)
        self.factors[:, :k] = START * rng.standard_normal((n, k), dtype=np.float32)
        self.population, self.groups = Population.standard(k + 1), [Group(one, n, k + 1) for one in features]
        self._known = np.zeros((n if features else 1, k + 1), np.float32)  # Σ_f x_f a_f of each row

    @property
    def rows(self) -> FloatArray:
        """(n, k + 1) [factors, bias]"""
        return np.column_stack([self.factors[:, : self.k], self.bias])

    @property
    def side(self) -> ScoredSide:
        return ScoredSide(self.factors, self.bias, self.idx)

    @property
    def expected(self) -> FloatArray:
        """(n, d), or (1, d) where all rows are alike before their ratings: the prior's mean."""
        return self.population.mean + self._known

    def draw_prior(self, rng: np.random.Generator) -> None:
        """The population, then the coefficients of all features, the rows being given."""
        rows = self.rows
        self.population = Population.draw(rows - self._known, rng)
        if self.groups:
            left = rows - self.expected
            for group in self.groups:
                left = group.draw(left, self.population.precision, rng)
            self._known = (rows - self.population.mean - left).astype(np.float32)

    def draw_rows(
        self, others: Sequence["Field"], targets: FloatArray, weights: FloatArray | None, noise: float,
        rng: np.random.Generator,
    ) -> FloatArray:  # fmt: skip
        """All rows, the other fields' being given; what each explains, (n,) (`posterior.solve`).

        targets, weights: (n_ratings,), what a rating's score should be, and how precise it is: noise · weight
        """
        first, offset, third, joined = others[0], others[0].bias, NO_ROWS, NO_INDICES
        if len(others) > 1:
            second = others[1]
            targets = targets - pair_scores(first.side, second.side)
            offset, third, joined = np.zeros_like(offset), second.factors, self._sorted("joined", second.idx)
        values = self._sorted("targets", targets)
        own = NO_NUMBERS if weights is None else self._sorted("weights", weights)
        part = Part(self._indptr, self._sorted("met", first.idx), values, own, joined)
        law = Law(np.float32(noise), np.float32(0), np.float32(0), np.float32(noise))
        key = int(rng.integers(2**62))
        prior, bias = prior_of(self.expected, self.population.precision, self.bias, self.factors.shape[1])
        explained = solve(
            self.factors, first.factors, offset, part, law, prior, self._plan, draw=key, third=third, bias=bias
        )
        unused = self.factors[:, self.k :]  # where nothing is, a draw is noise, and explains nothing
        explained += np.einsum("rk,rk->r", unused, unused)
        unused[:] = 0
        return explained

    def _sorted(self, name: str, of_ratings: AnArray) -> AnArray:
        """The same numbers, row by row; what has not changed since the last sweep is not sorted again."""
        if self._is_sorted:
            return of_ratings
        if name not in self._held or self._held[name][0] is not of_ratings:
            self._held[name] = of_ratings, of_ratings[self._order]
        return cast(AnArray, self._held[name][1])
