"""The posterior mean of one row, the other side being fixed, in plain NumPy: fold-in of one user or item.

    precision = Λ + Σ_j w_j a_j a_jᵀ        mean = precision⁻¹ Σ_j w_j a_j y_j

with a_j = [1, q_j], so that the row's bias is its first coordinate.
"""

from collections.abc import Callable

import numpy as np

from cofactor.arrays import FloatArray

__all__ = ["MAX_NEWTON_STEPS", "nonlinear_row_mean", "row_mean", "rows_without_each", "sigmoid_row_mean"]

MAX_NEWTON_STEPS = 12
MAX_HALVINGS = 8  # of a step that raised the cost
MIN_DISTANCE = 1e-6  # of a leverage from 1, which a rating has that alone determines a part of the row


def row_mean(design: FloatArray, targets: FloatArray, precision: FloatArray) -> FloatArray:
    """The posterior mean of a row under unit noise.

    design: (m, f), a row for each rating     targets: (m,)     precision: (f, f) of the prior, whose mean is 0
    Where factors are so large that the prior is lost beside them: the shortest of the rows that fit.
    """
    return _solved(precision + design.T @ design, design.T @ targets)


def _solved(posterior: FloatArray, pull: FloatArray) -> FloatArray:
    try:
        return np.linalg.solve(posterior, pull)
    except np.linalg.LinAlgError:
        return np.linalg.lstsq(posterior, pull)[0]


def sigmoid_row_mean(
    design: FloatArray,
    offset: FloatArray,
    ratings: FloatArray,
    precision: FloatArray,
    low: float,
    high: float,
) -> FloatArray:
    """The posterior mean of a row x where ratings = low + (high - low) · sigmoid(design · x + offset).

    design: (m, f)     offset, ratings: (m,)     precision: (f, f) of the prior, whose mean is 0
    """
    span = high - low

    def curve(x: FloatArray) -> tuple[FloatArray, FloatArray]:
        s = 1 / (1 + np.exp(-np.clip(design @ x + offset, -30, 30)))
        return low + span * s, (span * s * (1 - s))[:, None] * design

    return nonlinear_row_mean(curve, ratings, precision)


def nonlinear_row_mean(
    curve: Callable[[FloatArray], tuple[FloatArray, FloatArray]], ratings: FloatArray, precision: FloatArray
) -> FloatArray:
    """The posterior mean of a row where ratings = curve(row), whatever the curve: damped Gauss-Newton from 0.

    curve: (f,) -> the expected ratings (m,) and their Jacobian (m, f). Each step is to the posterior mean of the model
        linearised at x
    ratings: (m,)     precision: (f, f) of the prior, whose mean is 0
    """

    def cost(x: FloatArray, expected: FloatArray) -> float:
        return float(np.sum((ratings - expected) ** 2) + x @ precision @ x)

    x = np.zeros(len(precision))
    expected, tangent = curve(x)
    for _ in range(MAX_NEWTON_STEPS):
        step, before = row_mean(tangent, ratings - expected + tangent @ x, precision) - x, cost(x, expected)
        expected, tangent = curve(x + step)
        while cost(x + step, expected) > before and np.abs(step).max() > 2.0**-MAX_HALVINGS * 1e-3:
            step /= 2
            expected, tangent = curve(x + step)
        x = x + step
        if np.abs(step).max() < 1e-6:
            break
    return x


def rows_without_each(
    curve: Callable[[FloatArray], tuple[FloatArray, FloatArray]], row: FloatArray, ratings: FloatArray,
    precision: FloatArray,
) -> FloatArray:  # fmt: skip
    """(m, f) the row of `nonlinear_row_mean` with each of its ratings left out in turn, by one Newton step from it.

        x₋ⱼ = x - C aⱼ eⱼ / (1 - aⱼᵀ C aⱼ)        C = (Λ + AᵀA)⁻¹        e: the errors at x (Sherman and Morrison)

    curve, ratings, precision: as there     row: (f,) what it gave
    """
    expected, tangent = curve(row)
    along = _solved(precision + tangent.T @ tangent, tangent.T).T
    leverage = np.einsum("mf,mf->m", along, tangent)
    return row - along * ((ratings - expected) / np.maximum(1 - leverage, MIN_DISTANCE))[:, None]
