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

COEFFICIENT_VARIANCE = 0.01  # of the prior of coefficients: most attributes explain little


class FeatureGroup:
    """Features (n_rows, f) and their coefficients (f, d)."""

    def __init__(self, features: Features, n_rows: int, d: int) -> None:
        self.features = features
        self.coefficients = np.zeros((len(features.indptr) - 1, d), np.float32)
        self.row_prior = RowPrior.standard(d, COEFFICIENT_VARIANCE)
        self._column_means = column_sums(features) / n_rows

    @property
    def average(self) -> FloatArray:
        """(d,) the shift of the prior mean of the average row."""
        return (self._column_means @ self.coefficients).astype(np.float32)

    def state(self) -> dict[str, Array]:
        """The coefficients and their prior, as copies."""
        return {"coefficients": self.coefficients.copy()} | self.row_prior.state()

    def restore(self, state: Mapping[str, Array]) -> None:
        """Restore the arrays that `state` returned."""
        self.coefficients[:], self.row_prior = state["coefficients"], RowPrior.of_state(state)

    def draw(self, residuals: FloatArray, precision: FloatArray, rng: np.random.Generator) -> None:
        """Draw the coefficients, then their prior.

        residuals: (n, d) float32, the rows less their prior mean; updated in place     precision: (d, d) of the rows
        """
        basis, precisions = _joint_diagonalisation(precision, self.row_prior.precision)
        inverse, key = np.linalg.inv(basis), int(rng.integers(2**62))
        rotation, mean = (
            Rotation(inverse.T.astype(np.float32), basis.T.astype(np.float32)),
            inverse @ self.row_prior.mean,
        )
        draw_coefficients(self.features, residuals, self.coefficients, rotation, precisions, mean, key)
        self.row_prior = RowPrior.draw(self.coefficients, rng, COEFFICIENT_VARIANCE)


def _joint_diagonalisation(a: FloatArray, b: FloatArray) -> tuple[FloatArray, FloatArray]:
    """W and w with Wᵀ a W = I and Wᵀ b W = diag(w), a and b being positive definite."""
    inverse = np.linalg.inv(np.linalg.cholesky(a))
    values, vectors = np.linalg.eigh(inverse @ b @ inverse.T)
    return inverse.T @ vectors, values
