"""Precision of ratings about their scores: τ for all, times a factor of each user and of each item.

    r ~ N(score, 1 / (τ α_u β_i))        α_u ~ Gamma(ν/2, ν/2), ν learned; β_i likewise

Some people rate consistently and some at random; with factors of their own, consistent ratings weigh more. Integrated
over its factors a rating has Student's t distribution [lakshminarayanan2011robust].
"""

from collections.abc import Mapping, Sequence
from math import lgamma, log

import numpy as np

from cofactor.arrays import Array, FloatArray, IntArray
from cofactor.errors import Diverged
from cofactor.gibbs.state import restore_parts, state_of_parts
from cofactor.kernels.gibbs.row_noise import draw_row_precisions
from cofactor.kernels.ratings.csr import CsrRatings
from cofactor.kernels.scoring.pairs import ScoredSide

__all__ = ["Noise", "RowNoise"]

SHAPE, RATE = 1.0, 1.0  # of τ's Gamma
START_DOF = 5.0  # first value of ν
MIN_DOF = 2.0  # ν stays above it, so that the noise has a variance
MEAN_DOF = 50.0  # ν ~ Exponential with this mean
WALK_STEP, N_WALK_STEPS = 0.15, 3  # of ν's random walk, in logarithms


class Noise:
    """The precision of ratings: τ, which is `precision`, and the factors α and β of the rows where `sides` has them."""

    def __init__(self, variance: float, counts: Sequence[IntArray] = (), *, fixed: bool = False) -> None:
        """counts: (n,) ratings of each row, for each side that has factors     fixed: τ is not drawn"""
        self.precision, self._fixed = 1 / max(variance, 1e-3), fixed
        self.sides = tuple(RowNoise(one) for one in counts)

    def state(self) -> dict[str, Array]:
        """τ, and the factors and ν of each side, as copies."""
        sides = {f"side{n}": side for n, side in enumerate(self.sides)}
        return {"precision": np.array(self.precision)} | state_of_parts(sides)

    def restore(self, state: Mapping[str, Array]) -> None:
        """Restore the arrays that `state` returned."""
        self.precision = float(state["precision"])
        restore_parts({f"side{n}": side for n, side in enumerate(self.sides)}, state)

    def draw(self, errors: FloatArray, idx: Sequence[IntArray], rng: np.random.Generator) -> None:
        """Draw all factors and τ. errors: (n,) target less score     idx: for each side, (n,) the row of each rating"""
        squares = np.square(errors)
        for side, row_of, other, other_row_of in zip(self.sides, idx, self.sides[::-1], idx[::-1], strict=False):
            precision = other.single[other_row_of] * np.float32(self.precision)
            side.draw(np.bincount(row_of, squares * precision, len(side.factors)).astype(np.float64), rng)
        if not self._fixed:
            weights = self.weights(idx)
            total = squares if weights is None else squares * weights
            self.draw_precision(float(total.sum(dtype=np.float64)), len(errors), rng)

    def draw_fixed_targets(
        self, ratings: CsrRatings, users: ScoredSide, items: ScoredSide, mean: float, rng: np.random.Generator
    ) -> float:
        """`draw` where both sides have factors and targets are values less their mean, by user; returns Σ error²."""
        of_users, of_items = self.sides
        gammas = of_users.gammas(rng)
        factors, sums, total = draw_row_precisions(
            ratings, users, items, mean, self.precision, of_items.single, gammas, of_users.dof
        )
        of_users.set_factors(factors, rng)
        of_items.draw(sums * self.precision, rng)
        self.draw_precision(float(of_items.factors @ sums), len(ratings.indices), rng)
        return total

    def draw_precision(self, total: float, n: int, rng: np.random.Generator) -> None:
        """Draw τ given the sum of n squared errors, each times its weight."""
        self.precision = rng.gamma(SHAPE + n / 2) / (RATE + total / 2)

    def weights(self, idx: Sequence[IntArray]) -> FloatArray | None:
        """(n,) float32, the product of the factors of each rating's rows; None: all 1."""
        if not self.sides:
            return None
        return np.prod([side.single[rows] for side, rows in zip(self.sides, idx, strict=True)], axis=0)


class RowNoise:
    """The factors of one side's rows, and the ν of their distribution."""

    def __init__(self, counts: IntArray) -> None:
        self._counts = counts
        self.factors, self.dof = np.ones(len(counts)), START_DOF

    @property
    def single(self) -> FloatArray:
        """The factors, (n,) float32."""
        return self.factors.astype(np.float32)

    def state(self) -> dict[str, Array]:
        """The factors and ν, as copies."""
        return {"factors": self.factors.copy(), "dof": np.array(self.dof)}

    def restore(self, state: Mapping[str, Array]) -> None:
        """Restore the arrays that `state` returned."""
        self.factors, self.dof = state["factors"].copy(), float(state["dof"])

    def draw(self, sums: FloatArray, rng: np.random.Generator) -> None:
        """Draw the factors. sums: (n,) each row's squared errors, times their precision without this side's factor"""
        self.set_factors(self.gammas(rng) / ((self.dof + sums) / 2), rng)

    def gammas(self, rng: np.random.Generator) -> FloatArray:
        """(n,) draws from Gamma((ν + counts) / 2, 1); divided by the rate of each row, they are its factor."""
        return rng.gamma((self.dof + self._counts) / 2)

    def set_factors(self, factors: FloatArray, rng: np.random.Generator) -> None:
        """Set the factors, and draw the ν of their distribution. Raises `Diverged` where some are 0 or infinite."""
        if not (factors.min(initial=1) > 0 and np.isfinite(factors).all()):
            raise Diverged(
                "Errors left the finite numbers. Are the ratings on one scale? Divide them by their largest."
            )
        self.factors = factors
        self._draw_dof(rng)

    def _draw_dof(self, rng: np.random.Generator) -> None:
        """A few Metropolis steps on log ν."""
        n, statistic = len(self.factors), float((np.log(self.factors) - self.factors).sum())

        def log_density(v: float) -> float:
            return n * (v / 2 * log(v / 2) - lgamma(v / 2)) + v / 2 * statistic - v / MEAN_DOF + log(v)

        for _ in range(N_WALK_STEPS):
            new = self.dof * float(np.exp(WALK_STEP * rng.standard_normal()))
            if new > MIN_DOF and log(rng.random()) < log_density(new) - log_density(self.dof):
                self.dof = new
