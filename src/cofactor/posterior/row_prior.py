"""Empirical-Bayes prior over rows, N(mean, covariance), for future users and items.

Trained rows are over-shrunk, by the penalty they were trained with, and over-fitted to their ratings. One EM step
corrects covariance and noise. With the other side fixed, V_i = (covariance⁻¹ + Σ a aᵀ / noise)⁻¹ is the posterior
covariance of row i, and m_i its posterior mean:

    covariance  =  that of the trained rows  +  mean_i V_i                  one step of EM [rubin1982em]
    noise       =  squared errors / (ratings - effective dof)               [mackay1992bayesian]
    mean        =  mean_i (m_i - trained row i)                             one step of EM

where the effective degrees of freedom are Σ_i tr(Σ a aᵀ V_i) / noise. V is computed for a sample of probe rows, m for
these or more. Their moves m_i - row i are regressed on the rows, and the regression is evaluated at the average of all
rows. Further steps would over-count: the other side was learned from the same ratings.
"""

from collections.abc import Iterable
from typing import NamedTuple, Self

import numpy as np

from cofactor.arrays import BoolArray, FloatArray

__all__ = [
    "LinearisedRatings",
    "PriorEvidence",
    "ProbeSums",
    "mean_move",
    "noise_variance",
    "row_covariance",
    "sum_of_rows",
]

MAX_SAMPLE = 20_000  # rows: they tell the covariance to one per cent
N_PROBE_ROWS = 32  # whose posterior covariances are computed for the prior of rows to come
ROWS_AT_ONCE = 2_000  # rows converted to double precision at once
MIN_VARIANCE = 1e-6  # of a coordinate in which all rows are the same
MAX_USED_SHARE = 0.9  # of the ratings, as degrees of freedom


class LinearisedRatings(NamedTuple):
    """The m ratings of a trained row, linearised at that row: rating ≈ prediction + design · (x - row)."""

    row: FloatArray  # (f,)
    design: FloatArray  # (m, f)
    errors: FloatArray  # (m,) rating less prediction


class ProbeSums(NamedTuple):
    """The sums over the ratings of s trained rows: a is the design, y a rating less what a row of zeros predicts."""

    rows: FloatArray  # (s, f) as trained
    grams: FloatArray  # (s, f, f) Σ a aᵀ
    pulls: FloatArray  # (s, f) Σ a y

    @classmethod
    def of(cls, probes: Iterable[LinearisedRatings]) -> Self:
        """The sums over the ratings of some rows."""
        columns = zip(*map(_sums, probes), strict=True)
        return cls(*(np.stack(column).astype(np.float64) for column in columns))


class PriorEvidence:
    """The covariance and the mean of future rows of one side, estimated from its trained rows.

    rows: (n, f) with mean 0     noise: the mean squared error of training     probes: of some of the rows
    covariance: (f, f) of future rows     effective_dof: effective degrees of freedom of a row, on average
    """

    def __init__(self, rows: FloatArray, noise: float, probes: ProbeSums) -> None:
        self._trained, self._grams, self._pulls = probes
        self.covariance = row_covariance(rows)
        self.covariance += self._posterior_covariances(noise).mean(axis=0)
        traces = np.einsum("sij,sji->s", self._grams, self._posterior_covariances(noise))
        self.effective_dof = float(traces.mean()) / noise

    def mean(self, noise: float) -> FloatArray:
        """(f,) the mean of future rows by the probes alone, given the variance of a rating."""
        posterior = np.einsum("sij,sj->si", self._posterior_covariances(noise), self._pulls) / noise
        return mean_move(self._trained, posterior)

    def _posterior_covariances(self, noise: float) -> FloatArray:
        """(s, f, f) the posterior covariance V of each of the s probe rows."""
        return np.linalg.inv(np.linalg.inv(self.covariance) + self._grams / noise)


def mean_move(trained: FloatArray, posterior: FloatArray) -> FloatArray:
    """(f,) by how far posterior means are from trained rows, both (n, f), at the average of all rows, which is 0."""
    moves, average = posterior - trained, trained.mean(axis=0)
    centred = trained - average
    slope = (centred * moves).sum(axis=0) / (np.square(centred).sum(axis=0) + MIN_VARIANCE)
    return moves.mean(axis=0) - slope * average


def noise_variance(noise: float, n_ratings: int, effective_dof: float) -> float:
    """The variance of a rating about its score: `noise`, the error of training, corrected for degrees of freedom."""
    return noise * n_ratings / (n_ratings - min(effective_dof, MAX_USED_SHARE * n_ratings))


def row_covariance(rows: FloatArray) -> FloatArray:
    """(f, f) float64, the covariance of rows (n, f) whose mean is 0; rows are converted some at a time."""
    total = len(rows) * MIN_VARIANCE * np.eye(rows.shape[1])
    for at in range(0, len(rows), ROWS_AT_ONCE):
        piece = rows[at : at + ROWS_AT_ONCE].astype(np.float64)
        total += piece.T @ piece
    return total / len(rows)


def sum_of_rows(rows: FloatArray, which: BoolArray) -> FloatArray:
    """(f,) float64, the sum of the rows (n, f) where the mask is True; of many in single precision it would be off."""
    total, ones = np.zeros(rows.shape[1]), which.astype(rows.dtype)
    for at in range(0, len(rows), ROWS_AT_ONCE):
        total += ones[at : at + ROWS_AT_ONCE] @ rows[at : at + ROWS_AT_ONCE]
    return total


def _sums(probe: LinearisedRatings) -> tuple[FloatArray, FloatArray, FloatArray]:
    """The row, Σ a aᵀ, and Σ a y, y being a rating less the prediction of a zero row.

    In double precision: rounded to single, the matrix of many ratings in few directions is not positive.
    """
    row, design, errors = probe
    gram, pull = np.zeros((len(row), len(row))), np.zeros(len(row))
    for at in range(0, len(design), ROWS_AT_ONCE):
        a = design[at : at + ROWS_AT_ONCE].astype(np.float64)
        gram += a.T @ a
        pull += a.T @ (errors[at : at + ROWS_AT_ONCE] + a @ row)
    return row, gram, pull
