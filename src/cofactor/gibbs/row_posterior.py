"""The posteriors of rows from their draws."""

from collections.abc import Sequence

import numpy as np

from cofactor.arrays import FloatArray
from cofactor.contract.row_posterior import RowPosterior

__all__ = ["posterior_of_draws"]

MIN_VARIANCE = 1e-9  # of a factor in which all rows are the same


def posterior_of_draws(
    rows: FloatArray, others: FloatArray, others_mean: FloatArray, which: Sequence[int], unit: float
) -> RowPosterior:
    """Draws side by side, each in its own metric, so that the squared distance of two rows is the mean over the draws.

    What is unknown of the rows is in these distances; `variances` are 0. The metric is the covariance of the other
    side's drawn rows: that of their prior leaves out what their attributes and companions let expect.
    rows, others: (n, n_draws, d), (m, n_draws, d) [factors, bias], halves; of the other side those with ratings
    others_mean: (n_draws, d) its prior's mean     which: the draws that places are made of
    unit: ratings per unit of the scores
    """
    scale = np.float32(unit / np.sqrt(len(which)))
    places = [rows[:, at, :-1].astype(np.float32) @ _root_covariance(others[:, at, :-1]) * scale for at in which]
    return RowPosterior(
        np.concatenate(places, axis=1), np.zeros(len(rows), np.float32), unit**2 * _bias_variances(rows, others_mean)
    )


def _root_covariance(rows: FloatArray) -> FloatArray:
    """(k, k) float32 L, L Lᵀ being the covariance of rows (m, k)."""
    centred = rows.astype(np.float64) - rows.mean(axis=0, dtype=np.float64)
    covariance = centred.T @ centred / len(rows) + MIN_VARIANCE * np.eye(rows.shape[1])
    return np.linalg.cholesky(covariance).astype(np.float32)


def _bias_variances(rows: FloatArray, others_mean: FloatArray) -> FloatArray:
    """(n,) the variance over the draws of each row's score by the other side's average row, less their mean."""
    by_average = zip(np.swapaxes(rows, 0, 1), others_mean, strict=True)
    scores = np.stack([row.astype(np.float32) @ np.append(mean[:-1], np.float32(1)) for row, mean in by_average])
    return (scores - scores.mean(axis=1, keepdims=True)).var(axis=0)
