"""The posterior of one row, the other side being given: what fold-in asks for.

    precision = Λ + Σ_j w_j a_j a_jᵀ        mean = precision⁻¹ Σ_j w_j a_j y_j

with a_j = [1, q_j], so that the row's bias is its first coordinate.
"""

import numpy as np

from cofactor.arrays import FloatArray

__all__ = ["row_mean", "squashed_row_mean"]

NEWTON_STEPS = 12
HALVINGS = 8  # of a step that went too far


def row_mean(design: FloatArray, targets: FloatArray, precision: FloatArray) -> FloatArray:
    """The posterior mean of a row under unit noise.

    design: (m, f), a row for each rating     targets: (m,)     precision: (f, f) of the prior, whose mean is 0
    """
    return np.linalg.solve(precision + design.T @ design, design.T @ targets)


def squashed_row_mean(
    design: FloatArray,
    offset: FloatArray,
    ratings: FloatArray,
    precision: FloatArray,
    low: float,
    high: float,
) -> FloatArray:
    """The same where ratings = low + (high - low) · sigmoid(design · x + offset): damped Gauss-Newton from 0.

    Each step is the row posterior of the model made linear at x.
    """
    span = high - low

    def squashed(x: FloatArray) -> FloatArray:
        return 1 / (1 + np.exp(-np.clip(design @ x + offset, -30, 30)))

    def cost(x: FloatArray) -> float:
        return float(np.sum((ratings - low - span * squashed(x)) ** 2) + x @ precision @ x)

    x = np.zeros(design.shape[1])
    for _ in range(NEWTON_STEPS):
        s = squashed(x)
        slope = span * s * (1 - s)
        tangent = slope[:, None] * design
        step = row_mean(tangent, ratings - low - span * s + tangent @ x, precision) - x
        before = cost(x)
        while cost(x + step) > before and np.abs(step).max() > 2.0**-HALVINGS * 1e-3:
            step /= 2
        x = x + step
        if np.abs(step).max() < 1e-6:
            break
    return x
