"""What attributes say of rows before their ratings: row ~ N(X A, σ²), learned together with the rows.

A is a ridge regression of the rows on their features. How strongly the coefficients of each attribute are
held to 0 is learned from the rows themselves, by the evidence (MacKay, "Bayesian interpolation", 1992
[mackay1992bayesian]), an attribute a group: one that says nothing shrinks to nothing.
"""

from collections.abc import Mapping

import numpy as np

from cofactor.arrays import Array, BoolArray, FloatArray
from cofactor.data.features import Encoding, encode, feature_matrix, learn_encodings

__all__ = ["AttributePrior"]

VARIANCE = 0.01  # of a coefficient, in units of the rows' own, to begin with
LEAST, MOST = 1e-6, 1e9  # of a group's precision
SETTLED = 10  # calls until how far attributes are believed changes no more
STEPS = 2  # of the evidence at each call; calls go on where the last one ended


class AttributePrior:
    """Coefficients for each column of the attributes that tell rows apart."""

    def __init__(self, attributes: Mapping[str, Array], d: int) -> None:
        self.encodings: list[Encoding] = learn_encodings(attributes)
        features = encode(self.encodings, attributes)
        self.x = feature_matrix(features, len(next(iter(attributes.values()))) if attributes else 0)
        self._group = np.repeat(np.arange(len(features)), [len(one.indptr) - 1 for one in features.values()])
        self._precision = np.full(len(features), 1 / VARIANCE)  # of each group's coefficients, noise being 1
        self.coefficients = np.zeros((len(self._group), d))

    @property
    def expected(self) -> FloatArray:
        """(n, d)"""
        return (self.x @ self.coefficients).astype(np.float32)

    def expected_of(self, attributes: Mapping[str, Array], n: int) -> FloatArray:
        """(n, d) of others, with these attributes."""
        return feature_matrix(encode(self.encodings, attributes), n) @ self.coefficients

    @property
    def arrays(self) -> dict[str, FloatArray]:
        """What `learn` goes on from; views."""
        return {"coefficients": self.coefficients, "precision": self._precision}

    def learn(self, rows: FloatArray, known: BoolArray) -> None:
        """From the rows (n, d) that are `known` (n,): each counts the same, however many ratings it has, as those it
        is to be told of will have few."""
        if not len(self._group):
            return
        x, rows = self.x[known], rows[known].astype(np.float64)
        gram, right = (x.T @ x).toarray(), x.T @ rows
        for _ in range(STEPS):
            covariance = np.linalg.inv(gram + np.diag(self._precision[self._group]))
            self.coefficients[:] = covariance @ right
            self._reweigh(covariance, rows - x @ self.coefficients)

    def settle(self, rows: FloatArray, known: BoolArray) -> None:
        """Learn from rows that will not change any more."""
        for _ in range(SETTLED):
            self.learn(rows, known)

    def _reweigh(self, covariance: FloatArray, left: FloatArray) -> None:
        """Each group's precision from how much of its coefficients the rows decide, γ of f, and how large they are."""
        (n, d), size = left.shape, len(self._precision)
        decided = 1 - self._precision[self._group] * np.diag(covariance)
        gamma = np.maximum(np.bincount(self._group, decided, size), 1e-3)
        squares = np.bincount(self._group, np.square(self.coefficients).sum(axis=1), size) / d
        noise = float(np.square(left).mean()) * n / max(n - gamma.sum(), 1.0)
        self._precision[:] = np.clip(gamma * noise / np.maximum(squares, 1e-12), LEAST, MOST)
