"""Principal components of weighted vectors, their variances, and which of these are too close to be told apart."""

from typing import NamedTuple

import numpy as np

from cofactor.arrays import FloatArray

__all__ = ["Components", "damped", "interchangeable", "principal_components", "relative_error"]

NORMAL_95 = 1.959964  # standard deviations to each side


class Components(NamedTuple):
    """Principal components of m centred vectors.

    places: (m, n) coordinates along the first n     variances: (min(m, f),) along all of them, descending; sums
    """

    places: FloatArray
    variances: FloatArray


def damped(vectors: FloatArray, weights: FloatArray) -> FloatArray:
    """(m, f) float64: each vector less the weighted mean of all, times its weight; their mean is 0.

    With weights n / (n + damping) a row of n ratings is drawn towards the centre as if it had been rated `damping` more
    times by the average person.
    """
    rows = vectors.astype(np.float64)
    centre = weights @ rows / max(float(weights.sum()), 1e-12)
    return (rows - centre) * weights[:, None]


def principal_components(x: FloatArray, n: int) -> Components:
    """The first n principal components of centred rows x (m, f), from the smaller of xᵀx and xxᵀ."""
    m, f = x.shape
    values, axes = np.linalg.eigh(x.T @ x if f <= m else x @ x.T)
    variances, first = np.maximum(values[::-1], 0), axes[:, ::-1][:, :n]
    return Components(x @ first if f <= m else first * np.sqrt(variances[:n]), variances)


def relative_error(weights: FloatArray) -> float:
    """√(2 / N), the standard error of a variance as a share of it: North's rule of thumb [north1982sampling].

    N = (Σ w²)² / Σ w⁴: rows that are drawn to the centre add little to a variance, so they count less.
    """
    squares = np.square(weights)
    n = float(squares.sum()) ** 2 / max(float(np.square(squares).sum()), 1e-12)
    return float(np.sqrt(2 / max(n, 1.0)))


def interchangeable(variances: FloatArray, error: float) -> tuple[tuple[int, ...], ...]:
    """Groups of components of which the 95 % interval of each variance overlaps the next one's; variances descend.

    Two components of truly equal variance are found so in 98 % of samples (their gap has Rayleigh's distribution);
    within one standard error of each other, as the rule of thumb has it, they would be in 22 %.
    Any rotation of such a group among itself fits nearly as well: other rows could have given another one.

    >>> interchangeable(np.array([9.0, 5.0, 4.8, 1.0]), error=0.1)
    ((1, 2),)
    """
    close = variances[:-1] - variances[1:] < NORMAL_95 * error * (variances[:-1] + variances[1:])
    groups = np.split(np.arange(len(variances)), np.flatnonzero(~close) + 1)
    return tuple(tuple(group.tolist()) for group in groups if len(group) > 1)
