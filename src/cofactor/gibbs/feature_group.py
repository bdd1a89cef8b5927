"""A group of features that move the prior's mean of a row: p_r ~ N(m + Σ_f x_rf a_f, Λ⁻¹).

The coefficients a_f are rows themselves, with a prior of their own, so those of a group that explains nothing shrink to
0. Simm et al., "Macau: scalable Bayesian factorization with high-dimensional side information", MLSP 2017
[simm2017macau], draws all of A at once by conjugate gradients; we draw one a_f after the other, in coordinates in
which both precisions are diagonal, so that all d coordinates are independent and a sweep costs 4 d operations for
each entry of X.
"""

from collections.abc import Mapping

import numpy as np

from cofactor.arrays import Array, FloatArray
from cofactor.data.features import Features
from cofactor.gibbs.row_prior import RowPrior
from cofactor.kernels.gibbs.coefficients import Rotation, column_sums, draw_coefficients

__all__ = ["FeatureGroup"]

COEFFICIENT_VARIANCE = 0.01  # expected by their prior: most attributes explain little


class FeatureGroup:
    """Features (n_rows, f) and their coefficients (f, d)."""

    def __init__(self, features: Features, n_rows: int, d: int) -> None:
        self.features = features
        self.coefficients = np.zeros((len(features.indptr) - 1, d), np.float32)
        self.row_prior = RowPrior.standard(d, COEFFICIENT_VARIANCE)
        self._column_means = column_sums(features) / n_rows

    @property
    def average(self) -> FloatArray:
        """(d,) by how much the group shifts the prior mean of the average row."""
        return (self._column_means @ self.coefficients).astype(np.float32)

    def state(self) -> dict[str, Array]:
        """The coefficients and their prior, as copies."""
        return {"coefficients": self.coefficients.copy()} | self.row_prior.state()

    def restore(self, state: Mapping[str, Array]) -> None:
        """Be as when `state` was taken."""
        self.coefficients[:], self.row_prior = state["coefficients"], RowPrior.of_state(state)

    def draw(self, left: FloatArray, noise: FloatArray, rng: np.random.Generator) -> None:
        """Draw the coefficients, then their prior.

        left: (n, d) float32, the rows less their prior mean, with precision `noise` (d, d); updated in place
        """
        back, own = _both_diagonal(noise, self.row_prior.precision)
        there, key = np.linalg.inv(back), int(rng.integers(2**62))
        turn = Rotation(there.T.astype(np.float32), back.T.astype(np.float32))
        draw_coefficients(self.features, left, self.coefficients, turn, own, there @ self.row_prior.mean, key)
        self.row_prior = RowPrior.draw(self.coefficients, rng, COEFFICIENT_VARIANCE)


def _both_diagonal(a: FloatArray, b: FloatArray) -> tuple[FloatArray, FloatArray]:
    """W and w with Wᵀ a W = I and Wᵀ b W = diag(w), both given positive definite."""
    inverse = np.linalg.inv(np.linalg.cholesky(a))
    values, vectors = np.linalg.eigh(inverse @ b @ inverse.T)
    return inverse.T @ vectors, values
