"""Prior mean of rows by their attributes: row ~ N(X A, σ²), learned together with the rows.

A is a ridge regression of the rows on their features. Each attribute is a group of coefficients with a precision of its
own, which maximises the evidence (MacKay, "Bayesian interpolation", 1992 [mackay1992bayesian]): the coefficients of an
attribute that explains nothing shrink to 0.
"""

from collections.abc import Mapping

import numpy as np

from cofactor.arrays import Array, BoolArray, FloatArray
from cofactor.data.features import Encoding, encode, feature_matrix, learn_encodings

__all__ = ["AttributePrior"]

START_VARIANCE = 0.01  # of a coefficient; the noise of a row is 1
MIN_PRECISION, MAX_PRECISION = 1e-6, 1e9  # of a group's precision
N_FINAL_CALLS = 10  # of `learn`, after which the precisions no longer change
N_EVIDENCE_STEPS = 2  # at each call of `learn`, which continues from the last call


class AttributePrior:
    """The encodings of some rows' attributes, and the coefficients (f, d) of their features."""

    def __init__(self, attributes: Mapping[str, Array], d: int) -> None:
        self.encodings: list[Encoding] = learn_encodings(attributes)
        features = encode(self.encodings, attributes)
        self.x = feature_matrix(features, len(next(iter(attributes.values()))) if attributes else 0)
        self._group = np.repeat(np.arange(len(features)), [len(one.indptr) - 1 for one in features.values()])
        self._precision = np.full(len(features), 1 / START_VARIANCE)  # of each group's coefficients, noise being 1
        self.coefficients = np.zeros((len(self._group), d))

    @property
    def expected(self) -> FloatArray:
        """(n, d) the prior means of the rows whose attributes were given to the constructor."""
        return (self.x @ self.coefficients).astype(np.float32)

    def expected_of(self, attributes: Mapping[str, Array], n: int) -> FloatArray:
        """(n, d) the prior means of n other rows with these attributes."""
        return feature_matrix(encode(self.encodings, attributes), n) @ self.coefficients

    @property
    def arrays(self) -> dict[str, FloatArray]:
        """The coefficients and the precisions of their groups, from which `learn` continues; views."""
        return {"coefficients": self.coefficients, "precision": self._precision}

    def learn(self, rows: FloatArray, known: BoolArray) -> None:
        """Update the coefficients and their precisions from rows (n, d), of which the mask `known` (n,) selects some.

        Each row counts the same, however many ratings it has: the rows to be predicted will have few.
        """
        if not len(self._group):
            return
        x, rows = self.x[known], rows[known].astype(np.float64)
        gram, right = (x.T @ x).toarray(), x.T @ rows
        for _ in range(N_EVIDENCE_STEPS):
            covariance = np.linalg.inv(gram + np.diag(self._precision[self._group]))
            self.coefficients[:] = covariance @ right
            self._update_precisions(covariance, rows - x @ self.coefficients)

    def learn_finally(self, rows: FloatArray, known: BoolArray) -> None:
        """`learn` from rows that no longer change, until the precisions have converged."""
        for _ in range(N_FINAL_CALLS):
            self.learn(rows, known)

    def _update_precisions(self, covariance: FloatArray, residuals: FloatArray) -> None:
        """Set each group's precision to γ · noise / mean squared coefficient, γ its effective degrees of freedom."""
        (n, d), size = residuals.shape, len(self._precision)
        dof = 1 - self._precision[self._group] * np.diag(covariance)
        gamma = np.maximum(np.bincount(self._group, dof, size), 1e-3)
        squares = np.bincount(self._group, np.square(self.coefficients).sum(axis=1), size) / d
        noise = float(np.square(residuals).mean()) * n / max(n - gamma.sum(), 1.0)
        self._precision[:] = np.clip(gamma * noise / np.maximum(squares, 1e-12), MIN_PRECISION, MAX_PRECISION)
