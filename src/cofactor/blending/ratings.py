"""Weights of models that predict ratings, by stacking: linear regression on their predictions, no weight below 0.

Breiman, "Stacked regressions", Machine Learning 1996 [breiman1996].
"""

import numpy as np

from cofactor.arrays import BoolArray, FloatArray
from cofactor.blending.weights import BlendWeights, folds

__all__ = ["blend_ratings"]

RIDGE = 1e-4  # times the predictions' variance: a penalty that gives equal models equal weights


def blend_ratings(predicted: FloatArray, values: FloatArray, in_first: BoolArray) -> BlendWeights:
    """The weights of the lowest mean squared error; members and blend are measured by their RMSE.

    predicted: (n, m) by each model     values: (n,) ratings     in_first: (n,), True in one half of the users
    """
    cross_fitted = np.empty(len(values))
    for half, other in folds(in_first):
        weights, intercept = _stack(predicted[other], values[other])
        cross_fitted[half] = predicted[half] @ weights + intercept
    members = [_root_mean_square(column - values) for column in predicted.T]
    return BlendWeights(*_stack(predicted, values), np.array(members), _root_mean_square(cross_fitted - values))


def _stack(predicted: FloatArray, values: FloatArray) -> tuple[FloatArray, float]:
    """Weights of 0 or more and an intercept by least squares, from the Cholesky factor of the normal equations."""
    from scipy.linalg import solve_triangular
    from scipy.optimize import nnls

    x, y = predicted.astype(np.float64), values.astype(np.float64)
    centred, target = x - x.mean(axis=0), y - y.mean()
    gram, m = centred.T @ centred / len(y), x.shape[1]
    ridge = RIDGE * max(float(np.trace(gram)) / m, 1e-12)
    root = np.linalg.cholesky(gram + ridge * np.eye(m))
    right = centred.T @ target / len(y) + ridge / m  # towards 1/m each
    weights = nnls(root.T, solve_triangular(root, right, lower=True))[0]
    return weights, float(y.mean() - x.mean(axis=0) @ weights)


def _root_mean_square(errors: FloatArray) -> float:
    return float(np.sqrt(np.mean(np.square(errors, dtype=np.float64))))
