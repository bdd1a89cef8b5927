"""The rows of one kind (users, items, days), their ratings, their population and what is known of them beforehand."""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.data.features import Features
from cofactor.kernels.pairs import pair_scores
from cofactor.kernels.posterior import Law, Part, Prior, padded, plan_rows, solve
from cofactor.kernels.rows import NO_INDICES, NO_NUMBERS, NO_ROWS
from cofactor.training.als import design_of
from cofactor.training.gibbs.group import Group
from cofactor.training.gibbs.population import Population

__all__ = ["Field"]

AnArray = TypeVar("AnArray", FloatArray, IntArray)
START = 0.1  # spread of the first factors


class Field:
    """Rows [factors (k), bias], of which each rating has one."""

    def __init__(self, idx: IntArray, n: int, k: int, features: Sequence[Features], rng: np.random.Generator) -> None:
        self.idx, self.k, width = np.ascontiguousarray(idx, np.int32), k, padded(k + 1)  # (n_ratings,)
        self._order = np.argsort(idx, kind="stable")
        self._is_sorted = bool((np.diff(idx) >= 0).all())
        self.counts = np.bincount(idx, minlength=n)
        self._indptr = np.concatenate([[0], np.cumsum(self.counts)])
        self._plan = plan_rows(self._indptr, width)
        self.rows = np.zeros((n, width), np.float32)
        self.rows[:, :k] = START * rng.standard_normal((n, k), dtype=np.float32)
        self.population, self.groups = Population.standard(k + 1), [Group(one, n, k + 1) for one in features]
        self._known = np.zeros((n if features else 1, k + 1), np.float32)  # Σ_f x_f a_f of each row

    @property
    def expected(self) -> FloatArray:
        """(n, d), or (1, d) where all rows are alike before their ratings: the prior's mean."""
        return self.population.mean + self._known

    def draw_prior(self, rng: np.random.Generator) -> None:
        """The population, then the coefficients of all features, the rows being given."""
        rows = self.rows[:, : self.k + 1]
        self.population = Population.draw(rows - self._known, rng)
        if self.groups:
            left = rows - self.expected
            for group in self.groups:
                left = group.draw(left, self.population.precision, rng)
            self._known = (rows - self.population.mean - left).astype(np.float32)

    def draw_rows(
        self, others: Sequence["Field"], targets: FloatArray, weights: FloatArray | None, noise: float,
        rng: np.random.Generator,
    ) -> None:  # fmt: skip
        """All rows, the other fields' being given.

        targets, weights: (n_ratings,), what a rating's score should be, and how precise it is: noise · weight
        """
        first, k = others[0], self.k
        offset, third, joined = first.rows[:, k].copy(), NO_ROWS, NO_INDICES
        if len(others) > 1:
            second = others[1]
            targets = targets - pair_scores(first.rows, second.rows, first.idx, second.idx, k)
            offset, third, joined = np.zeros_like(offset), second.rows.copy(), self._sorted(second.idx)
            third[:, k:] = 0  # its bias is in the targets
        values, own = self._sorted(targets), NO_NUMBERS if weights is None else self._sorted(weights)
        part = Part(self._indptr, self._sorted(first.idx), values, own, joined)
        law = Law(np.float32(noise), np.float32(0), np.float32(0), np.float32(noise))
        key, design = int(rng.integers(2**62)), design_of(first.rows, k)
        solve(self.rows, design, offset, part, law, self._prior(), self._plan, draw=key, third=third)
        self.rows[:, k + 1 :] = 0  # where nothing is, a draw is noise

    def _prior(self) -> Prior:
        d, width = self.k + 1, self.rows.shape[1]
        expected, precision = self.expected, np.eye(width)
        centre = np.zeros((len(expected), width))
        centre[:, :d], precision[:d, :d] = expected, self.population.precision
        flat, pull = precision.astype(np.float32).ravel(), (centre @ precision).astype(np.float32)
        return Prior(flat, np.zeros(1, np.float32), pull)

    def _sorted(self, of_ratings: AnArray) -> AnArray:
        """The same numbers, row by row."""
        return of_ratings if self._is_sorted else of_ratings[self._order]
