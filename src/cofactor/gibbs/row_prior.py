"""The prior of the rows of one kind, N(mean, precision⁻¹), drawn from its Normal-Wishart posterior given the rows."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from cofactor.arrays import Array, FloatArray

__all__ = ["Moments", "RowPrior"]

N_PRIOR_ROWS = 2.0  # β₀ of the Normal-Wishart: the prior mean 0 weighs as much as so many rows


class Moments(NamedTuple):
    """Sums over n rows, the sufficient statistics of their prior."""

    n: int
    sums: FloatArray  # (d,) float64
    products: FloatArray  # (d, d) float64, Σ x xᵀ

    @classmethod
    def of(cls, rows: FloatArray) -> "Moments":
        """The moments of rows (n, d)."""
        return cls(len(rows), rows.sum(axis=0, dtype=np.float64), (rows.T @ rows).astype(np.float64))

    @classmethod
    def of_parts(cls, factors: FloatArray, bias: FloatArray) -> "Moments":
        """The moments of rows [factors, bias], without a copy of them side by side."""
        k, ones = factors.shape[1], np.ones(len(bias), np.float32)
        sums, products = np.empty(k + 1), np.empty((k + 1, k + 1))
        sums[:k], sums[k] = ones @ factors, bias.sum(dtype=np.float64)
        products[:k, :k] = factors.T @ factors
        products[:k, k] = products[k, :k] = bias @ factors
        products[k, k] = bias @ bias
        return cls(len(bias), sums, products)

    def quadratic(self, precision: FloatArray, centre: FloatArray) -> float:
        """Σ (x - c)ᵀ Λ (x - c), Λ (d, d) symmetric and c (d,)."""
        about = self.products - 2 * np.outer(self.sums, centre) + self.n * np.outer(centre, centre)
        return float(np.einsum("ij,ij->", precision, about))


class RowPrior(NamedTuple):
    """The prior of rows: N(mean, precision⁻¹)."""

    mean: FloatArray  # (d,)
    precision: FloatArray  # (d, d)

    @classmethod
    def standard(cls, d: int, variance: float = 1.0) -> "RowPrior":
        """The prior N(0, variance · I) of rows of d numbers."""
        return cls(np.zeros(d), np.eye(d) / variance)

    @classmethod
    def draw(cls, rows: FloatArray, rng: np.random.Generator, variance: float = 1.0) -> "RowPrior":
        """A draw given the rows (n, d): the Normal-Wishart posterior with W₀ = I / variance, ν₀ = d, mean 0.

        Salakhutdinov & Mnih 2008, eq. 14 [salakhutdinov2008bpmf].
        """
        return cls.draw_given(Moments.of(rows), rng, variance)

    @classmethod
    def draw_given(cls, moments: "Moments", rng: np.random.Generator, variance: float = 1.0) -> "RowPrior":
        """`draw`, with the rows given by their moments."""
        n, d = moments.n, len(moments.sums)
        average = moments.sums / n
        about = moments.products - n * np.outer(average, average)
        shift = n * N_PRIOR_ROWS / (n + N_PRIOR_ROWS) * np.outer(average, average)
        root = np.linalg.cholesky(np.linalg.inv(variance * np.eye(d) + about + shift))
        half = root @ _bartlett(d, n + d, rng)
        precision = half @ half.T
        centre = n * average / (n + N_PRIOR_ROWS)
        return cls(centre + cls(centre, precision).deviation(rng) / np.sqrt(n + N_PRIOR_ROWS), precision)

    @classmethod
    def of_state(cls, state: Mapping[str, Array]) -> "RowPrior":
        """The prior whose arrays `state` returned, as copies."""
        return cls(state["mean"].copy(), state["precision"].copy())

    def state(self) -> dict[str, Array]:
        """Its arrays, as copies."""
        return {name: array.copy() for name, array in self._asdict().items()}

    def deviation(self, rng: np.random.Generator) -> FloatArray:
        """(d,) a draw of a row less its prior mean."""
        return np.linalg.solve(np.linalg.cholesky(self.precision).T, rng.standard_normal(len(self.mean)))


def _bartlett(d: int, dof: int, rng: np.random.Generator) -> FloatArray:
    """Lower triangular L with L Lᵀ ~ Wishart(I, dof)."""
    lower = np.tril(rng.standard_normal((d, d)), -1)
    lower[np.diag_indices(d)] = np.sqrt(rng.chisquare(dof - np.arange(d)))
    return lower
