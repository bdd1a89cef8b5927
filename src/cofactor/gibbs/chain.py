"""Bayesian matrix factorisation: draws from the posterior of all parameters, row by row (Gibbs sampling).

    r_ui ~ N(μ + b_u + b_i + p_u · q_i, noise)      [p_u, b_u] ~ N(m + A x_u, Λ⁻¹), of the items likewise
    m, Λ ~ Normal-Wishart, and so the rows of A

Salakhutdinov & Mnih, "Bayesian probabilistic matrix factorization using MCMC", ICML 2008, section 3
[salakhutdinov2008bpmf], with biases inside the rows; x_u are companions and attributes of a row (`feature_group`), the
noise is each row's own (`noise`). With days, b_t + p_u · t + q_i · t is added: the factorisation machine of the
three [rendle2012libfm]. The precision of every prior is drawn too, so only the rank is left to tune.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from cofactor.arrays import Array, FloatArray, IntArray
from cofactor.data.csr_rows import Rows
from cofactor.data.features import Features, bag, features_of
from cofactor.data.ratings import NO_TIME, Ratings
from cofactor.gibbs.factor_block import FactorBlock
from cofactor.gibbs.likelihood import Gaussian, Ordinal
from cofactor.gibbs.noise import Noise
from cofactor.gibbs.residual import Residual
from cofactor.gibbs.row_ratings import FixedTargets, RowRatings, SortedTargets
from cofactor.gibbs.state import RandomState, Stateful, restore_parts, state_of_parts
from cofactor.kernels.absent import NO_NUMBERS
from cofactor.kernels.ratings.layout import sum_rows
from cofactor.kernels.scoring.pairs import NO_SIDE, pair_scores

__all__ = ["GibbsSampler", "ModelSpec", "days_of"]

DAY = 86_400  # seconds


class ModelSpec(NamedTuple):
    """The rank of the model, and the parts it has beside users and items."""

    n_factors: int
    user_bag: bool = False  # the items that a user rated shift the prior mean of their row: companions
    item_bag: bool = False  # the users who rated an item, likewise
    attributes: bool = False  # their attributes shift it, too
    days: IntArray | None = None  # (n_days,) the days that have rows, ascending
    row_noise: bool = False  # every user and item has a noise factor of its own
    ordinal: bool = False  # ratings are ordered levels (probit), not numbers


class GibbsSampler:
    """A Markov chain over all parameters: `sweep` draws each of them once, given the rest."""

    def __init__(self, train: Ratings, spec: ModelSpec, seed: int | list[int]) -> None:
        self.rng, rows, k = np.random.default_rng(seed), train.by_user, spec.n_factors
        self._rows, self._mean = rows, train.mean
        self._has_fixed_targets = not spec.ordinal and spec.days is None
        of_users = [bag(train.by_item, train.user_counts)] if spec.user_bag else []
        of_items = [bag(train.by_user, train.item_counts)] if spec.item_bag else []
        if spec.attributes:
            of_users += _columns_of(train.user_attributes)
            of_items += _columns_of(train.item_attributes)
        counts = (rows.counts, train.by_item.counts) if spec.row_noise else ()
        self.noise = Noise(1.0 if spec.ordinal else _variance(rows), counts, fixed=spec.ordinal)
        ratings_by_user, ratings_by_item = self._ratings_of_sides(train)
        self.users = FactorBlock(ratings_by_user, k, of_users, self.rng)
        self.items = FactorBlock(ratings_by_item, k, of_items, self.rng)
        # the group of companions, where there is one, comes first
        self.attribute_groups = self.users.groups[spec.user_bag :], self.items.groups[spec.item_bag :]
        self.days: FactorBlock | None = None
        if spec.days is not None:
            days = SortedTargets(_day_of_each(train, spec.days), len(spec.days))
            self.days = FactorBlock(days, k, [], self.rng)
        self.blocks = [block for block in (self.users, self.items, self.days) if block is not None]
        values = NO_NUMBERS if self._has_fixed_targets else rows.values
        self.likelihood: Gaussian | Ordinal = Ordinal(values) if spec.ordinal else Gaussian(values, train.mean)
        is_unweighted = self._has_fixed_targets and not spec.row_noise
        self._residual = Residual(rows, train.mean, self.users, self.items) if is_unweighted else None

    def _ratings_of_sides(self, train: Ratings) -> tuple[RowRatings, RowRatings]:
        """The ratings user by user, and item by item."""
        if self._has_fixed_targets:
            noise = self.noise.sides
            return FixedTargets(self._rows, self._mean, noise), FixedTargets(train.by_item, self._mean, noise[::-1])
        user_idx = np.repeat(np.arange(train.n_users, dtype=np.int32), self._rows.counts)
        return SortedTargets(user_idx, train.n_users), SortedTargets(self._rows.indices, train.n_items)

    def sweep(self) -> float:
        """Draw every row, the priors of rows, and the noise; returns the mean squared error under the draw."""
        weights = None if self._has_fixed_targets else self.noise.weights(self._idx)
        targets, explained = self.likelihood.targets, np.zeros(0)
        for block in self.blocks:
            others = [other for other in self.blocks if other is not block]
            block.draw_prior(self.rng)
            explained = block.draw_rows(others, targets, weights, self.noise.precision, self.rng)
        if self._has_fixed_targets:
            return self._draw_noise(explained) / len(self._rows.indices)
        scores = self._scores()
        errors = targets - scores
        self.noise.draw(errors, self._idx, self.rng)
        self.likelihood.draw(scores, self.noise.weights(self._idx), self.rng)
        return float(np.square(errors).mean(dtype=np.float64))

    def _draw_noise(self, explained: FloatArray) -> float:
        """Draw the noise where targets are fixed; returns Σ error².

        explained: of each row drawn last, as `FactorBlock.draw_rows` returned it
        """
        if self._residual is None:
            sides = self.users.side, self.items.side
            return self.noise.draw_fixed_targets(self._rows.part, *sides, self._mean, self.rng)
        total = self._residual.total(explained, self.noise.precision)
        self.noise.draw_precision(total, len(self._rows.indices), self.rng)
        return total

    @property
    def _idx(self) -> tuple[IntArray, IntArray]:
        return self.users.idx, self.items.idx

    def state(self) -> dict[str, Array]:
        """Everything that the next sweep depends on, as copies."""
        return state_of_parts(self._parts)

    def restore(self, state: Mapping[str, Array]) -> None:
        """Restore the arrays that `state` returned, of a chain with the same ratings, spec and seed."""
        restore_parts(self._parts, state)

    @property
    def _parts(self) -> dict[str, Stateful]:
        blocks = {"users": self.users, "items": self.items} | ({"days": self.days} if self.days else {})
        return {**blocks, "noise": self.noise, "likelihood": self.likelihood, "random": RandomState(self.rng)}

    def start_at(self, users: FloatArray, items: FloatArray, known: tuple[IntArray, IntArray]) -> None:
        """Start at rows (n, d) of another chain; known: the index there of each row here, or -1."""
        for block, rows, where in zip((self.users, self.items), (users, items), known, strict=True):
            here = np.flatnonzero(where >= 0)
            start = rows[where[here]]
            block.factors[here, : block.k], block.bias[here] = start[:, :-1], start[:, -1]

    def _scores(self) -> FloatArray:
        third = NO_SIDE if self.days is None else self.days.side
        return pair_scores(self.users.side, self.items.side, third)


def _variance(rows: Rows) -> float:
    sums, squares = sum_rows(rows.part)
    n = max(1, len(rows.indices))
    return squares / n - (float(sums.sum()) / n) ** 2


def days_of(timestamps: IntArray) -> IntArray:
    """The day of each time, counted from 1970; -1 where the time is unknown."""
    return np.where(timestamps == NO_TIME, -1, timestamps // DAY)


def _day_of_each(train: Ratings, days: IntArray) -> IntArray:
    """The row of each rating's day, user by user; a rating without a time belongs to a day of its own, the first."""
    assert train.timestamps is not None
    row = np.searchsorted(days, days_of(train.timestamps))
    return replace(train, values=row.astype(np.float32)).by_user.values.astype(np.int32)


def _columns_of(attributes: Mapping[str, Array]) -> list[Features]:
    return list(features_of(attributes).values())
