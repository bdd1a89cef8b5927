"""What a row is expected to be before any rating of it is known: N(mean, covariance), learned from the rows there are.

A trained row is no draw of it. It was held to the average, by a penalty that was chosen for training, so that rows
spread too little; and it has followed its ratings, so that they lie nearer to what it says than their noise. Three
steps put that right, the other side being given, with V_i = (covariance⁻¹ + Σ a aᵀ / noise)⁻¹ what stays unknown of row
i and m_i its posterior mean:

    covariance  =  that of the trained rows  +  mean_i V_i                      a step of EM [rubin1982em]
    noise       =  squared errors / (ratings - what they decide of the rows)    [mackay1992bayesian]
    mean        =  mean_i (m_i - trained row i)                                 a step of EM

with Σ_i tr(Σ a aᵀ V_i) / noise what ratings decide. Some rows tell it for all; how far they move goes with where they
stand, so that for the mean it is set against that, and asked for where all of them stand on average. There are no
further steps: the other side was learned from the same ratings, and would seem to tell more and more.
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from cofactor.arrays import FloatArray

__all__ = ["RowEvidence", "Told", "spread", "unfitted"]

SOME = 2_000  # rows copied at once in twice the precision
LEAST = 1e-6  # variance of a coordinate in which all rows are the same
MOST = 0.9  # of the ratings, that the rows can have used up


class Told(NamedTuple):
    """What a trained row was told: its m ratings, made linear where it is."""

    row: FloatArray  # (f,)
    design: FloatArray  # (m, f)
    errors: FloatArray  # (m,) by how much the ratings are above what it expects


class RowEvidence:
    """What some of the rows of a side were told, and how all of them spread.

    rows: (n, f), their mean 0     noise: the mean squared error of training     told: of some of them
    """

    def __init__(self, rows: FloatArray, noise: float, told: Iterable[Told]) -> None:
        parts = zip(*map(_sums, told), strict=True)
        self._trained, self._grams, self._pulls = (np.stack(part).astype(np.float64) for part in parts)
        self.covariance = spread(rows)
        self.covariance += self._unknown(noise).mean(axis=0)
        self.decided = float(np.einsum("sij,sji->s", self._grams, self._unknown(noise)).mean()) / noise  # of each row

    def mean(self, noise: float) -> FloatArray:
        """(f,) of rows to come."""
        moved = np.einsum("sij,sj->si", self._unknown(noise), self._pulls) / noise - self._trained
        middle = self._trained.mean(axis=0)
        beside = self._trained - middle
        slope = (beside * moved).sum(axis=0) / (np.square(beside).sum(axis=0) + LEAST)
        return moved.mean(axis=0) - slope * middle

    def _unknown(self, noise: float) -> FloatArray:
        """(s, f, f) V of each row."""
        return np.linalg.inv(np.linalg.inv(self.covariance) + self._grams / noise)


def unfitted(noise: float, n_ratings: int, decided: float) -> float:
    """The variance of ratings, of which that much was left when they had decided so many numbers."""
    return noise * n_ratings / (n_ratings - min(decided, MOST * n_ratings))


def spread(rows: FloatArray) -> FloatArray:
    """(f, f) the covariance of rows (n, f) whose mean is 0, in float64, some rows at a time."""
    total = len(rows) * LEAST * np.eye(rows.shape[1])
    for at in range(0, len(rows), SOME):
        piece = rows[at : at + SOME].astype(np.float64)
        total += piece.T @ piece
    return total / len(rows)


def _sums(one: Told) -> tuple[FloatArray, FloatArray, FloatArray]:
    """The row, Σ a aᵀ, and Σ a y of what its ratings are beside a row of 0."""
    return one.row, one.design.T @ one.design, one.design.T @ (one.errors + one.design @ one.row)
