"""How far ratings lie from their scores: τ for all, and for each user and item a factor of its own.

    r ~ N(score, 1 / (τ α_u β_i))        α_u ~ Gamma(ν/2, ν/2), ν learned; β_i likewise

Some people rate carefully and some at random, some films divide and some do not; where that is learned, the careful
ratings count more. Without u and i the ratings would have Student's t distribution [lakshminarayanan2011robust].
"""

from math import lgamma, log

import numpy as np

from cofactor.arrays import FloatArray, IntArray

__all__ = ["Noise"]

SHAPE, RATE = 1.0, 1.0  # of τ's Gamma
FREEDOM = 5.0  # ν to begin with
LEAST = 2.0  # ν stays above, where the noise still has a variance
TAIL = 50.0  # ν ~ Exponential with this mean
STEP, TRIES = 0.15, 3  # of ν's random walk, in logarithms


class Noise:
    """The precision of every rating: `precision` · `weights`."""

    def __init__(self, variance: float, sides: tuple[tuple[IntArray, int], ...], *, fixed: bool = False) -> None:
        """sides: (index of each rating's row, number of rows) of those that have noise of their own; may be empty.

        fixed: τ stays as it is
        """
        self.precision, self._fixed = 1 / max(variance, 1e-3), fixed
        self.sides = tuple(_RowNoise(idx, n) for idx, n in sides)
        self.weights: FloatArray | None = self._product() if sides else None  # (n_ratings,) float32; None: all 1

    def draw(self, errors: FloatArray, rng: np.random.Generator) -> None:
        """All of it, given target - score of every rating."""
        squares = np.square(errors)
        for side in self.sides:
            others = np.float32(self.precision) * self._product() / side.each
            side.draw(squares * others, rng)
        if self.sides:
            self.weights = self._product()
            squares *= self.weights
        if not self._fixed:
            self.draw_precision(float(squares.sum(dtype=np.float64)), len(errors), rng)

    def draw_precision(self, total: float, n: int, rng: np.random.Generator) -> None:
        """τ given the sum of n squared errors, each times its weight."""
        self.precision = rng.gamma(SHAPE + n / 2) / (RATE + total / 2)

    def _product(self) -> FloatArray:
        """(n_ratings,) the factors of each rating's rows, multiplied."""
        return np.prod([side.each for side in self.sides], axis=0)


class _RowNoise:
    """The factors of one side's rows, and the ν of their distribution."""

    def __init__(self, idx: IntArray, n: int) -> None:
        self._idx, self._counts = idx, np.bincount(idx, minlength=n)
        self.factors, self.freedom = np.ones(n), FREEDOM
        self.each = np.ones(len(idx), np.float32)  # (n_ratings,) the factor of each rating's row

    def draw(self, squares: FloatArray, rng: np.random.Generator) -> None:
        """squares: (n_ratings,), each multiplied by the precision that it has without this side's factor."""
        sums = np.bincount(self._idx, squares, len(self.factors))
        self.factors = rng.gamma((self.freedom + self._counts) / 2) / ((self.freedom + sums) / 2)
        self.each = self.factors.astype(np.float32)[self._idx]
        self._draw_freedom(rng)

    def _draw_freedom(self, rng: np.random.Generator) -> None:
        """A few steps of Metropolis on log ν."""
        n, inclination = len(self.factors), float((np.log(self.factors) - self.factors).sum())

        def log_density(v: float) -> float:
            return n * (v / 2 * log(v / 2) - lgamma(v / 2)) + v / 2 * inclination - v / TAIL + log(v)

        for _ in range(TRIES):
            new = self.freedom * float(np.exp(STEP * rng.standard_normal()))
            if new > LEAST and log(rng.random()) < log_density(new) - log_density(self.freedom):
                self.freedom = new
