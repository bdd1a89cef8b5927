"""Weights of models that predict ratings, by stacking: linear regression on their predictions, no weight below 0.

Breiman, "Stacked regressions", Machine Learning 1996 [breiman1996].
"""

import numpy as np

from cofactor.arrays import BoolArray, FloatArray
from cofactor.blending.weights import BlendWeights

__all__ = ["blend_ratings"]

RIDGE = 1e-4  # share of the predictions' variance that pulls the weights together: equal models share equally


def blend_ratings(predicted: FloatArray, values: FloatArray, in_first: BoolArray) -> BlendWeights:
    """The weights of the lowest mean squared error, measured by its root.

    predicted: (n, m) by each model     values: (n,)     in_first: (n,), True in one half of the users
    """
    across = np.empty(len(values))
    for half in (in_first, ~in_first):
        others = ~half if (~half).any() else half
        weights, intercept = _stack(predicted[others], values[others])
        across[half] = predicted[half] @ weights + intercept
    members = [_root_mean_square(column - values) for column in predicted.T]
    return BlendWeights(*_stack(predicted, values), np.array(members), _root_mean_square(across - values))


def _stack(predicted: FloatArray, values: FloatArray) -> tuple[FloatArray, float]:
    """Least squares with weights of 0 or more, by the normal equations' root: m × m, however many ratings."""
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
