"""The posteriors of rows from their draws."""

from collections.abc import Sequence

import numpy as np

from cofactor.arrays import FloatArray
from cofactor.contract.row_posterior import RowPosterior

__all__ = ["posterior_of_draws"]


def posterior_of_draws(
    rows: FloatArray, others_mean: FloatArray, others_precision: FloatArray, which: Sequence[int], unit: float
) -> RowPosterior:
    """Draws side by side, each in its own metric, so that the squared distance of two rows is the mean over the draws.

    What is unknown of the rows is in these distances; `variances` are 0.
    rows: (n, n_draws, d) [factors, bias], halves     others_mean, others_precision: of the other side's prior, by draw
    which: the draws that places are made of     unit: ratings per unit of the scores
    """
    scale = np.float32(unit / np.sqrt(len(which)))
    roots = (np.linalg.cholesky(np.linalg.inv(others_precision[at])[:-1, :-1]).astype(np.float32) for at in which)
    places = [rows[:, at, :-1].astype(np.float32) @ root * scale for at, root in zip(which, roots, strict=True)]
    return RowPosterior(
        np.concatenate(places, axis=1), np.zeros(len(rows), np.float32), unit**2 * _bias_variances(rows, others_mean)
    )


def _bias_variances(rows: FloatArray, others_mean: FloatArray) -> FloatArray:
    """(n,) the variance over the draws of each row's score by the other side's average row, less their mean."""
    by_average = zip(np.swapaxes(rows, 0, 1), others_mean, strict=True)
    scores = np.stack([row.astype(np.float32) @ np.append(mean[:-1], np.float32(1)) for row, mean in by_average])
    return (scores - scores.mean(axis=1, keepdims=True)).var(axis=0)
