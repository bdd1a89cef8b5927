"""How the rows of one kind are distributed, and how strongly a row is held to the average: learned from the rows."""

from typing import NamedTuple

import numpy as np

from cofactor.arrays import FloatArray

__all__ = ["Population"]

STRENGTH = 2.0  # β₀ of the Normal-Wishart: the mean 0 counts like so many rows


class Population(NamedTuple):
    """Rows are N(mean, precision⁻¹)."""

    mean: FloatArray  # (d,)
    precision: FloatArray  # (d, d)

    @classmethod
    def standard(cls, d: int, variance: float = 1.0) -> "Population":
        return cls(np.zeros(d), np.eye(d) / variance)

    @classmethod
    def draw(cls, rows: FloatArray, rng: np.random.Generator, variance: float = 1.0) -> "Population":
        """Given the rows (n, d): the Normal-Wishart posterior with W₀ = I / variance, ν₀ = d, mean 0.

        Salakhutdinov & Mnih 2008, eq. 14 [salakhutdinov2008bpmf].
        """
        n, d = rows.shape
        average = rows.mean(axis=0, dtype=np.float64)
        about = (rows.T @ rows).astype(np.float64) - n * np.outer(average, average)
        shift = n * STRENGTH / (n + STRENGTH) * np.outer(average, average)
        root = np.linalg.cholesky(np.linalg.inv(variance * np.eye(d) + about + shift))
        half = root @ _bartlett(d, n + d, rng)
        precision = half @ half.T
        centre = n * average / (n + STRENGTH)
        return cls(centre + cls(centre, precision).deviation(rng) / np.sqrt(n + STRENGTH), precision)

    def deviation(self, rng: np.random.Generator) -> FloatArray:
        """How far a row lies from its expectation, drawn: (d,)."""
        return np.linalg.solve(np.linalg.cholesky(self.precision).T, rng.standard_normal(len(self.mean)))


def _bartlett(d: int, freedom: int, rng: np.random.Generator) -> FloatArray:
    """Lower triangular L with L Lᵀ ~ Wishart(I, freedom)."""
    lower = np.tril(rng.standard_normal((d, d)), -1)
    lower[np.diag_indices(d)] = np.sqrt(rng.chisquare(freedom - np.arange(d)))
    return lower
