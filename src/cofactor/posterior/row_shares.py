"""How a row follows from its ratings: each one's share of the row, linear in the ratings.

With the other side fixed, a row is R y, y being what the prior mean leaves of its ratings. For the posterior mean R has
a closed form. For a row that training left elsewhere it is that of the ridge regression nearest to the row.
"""

from functools import cache

import numpy as np

from cofactor.arrays import FloatArray

__all__ = ["nearest_ridge", "posterior_shares"]

MIN_EIGENVALUE = 1e-12  # of a Gram matrix, as a share of the largest: below it rounding alone is left


def posterior_shares(design: FloatArray, precision: FloatArray, direction: FloatArray) -> FloatArray:
    """(m,) by how much each target moves the posterior mean along a direction, under unit noise.

    design: (m, f), a row for each rating     precision: (f, f) of the prior     direction: (f,)
    """
    return design @ np.linalg.solve(precision + design.T @ design, direction)


def nearest_ridge(
    design: FloatArray, targets: FloatArray, row: FloatArray, metric: FloatArray, direction: FloatArray
) -> FloatArray:
    """(m,) by how much each target moves a trained row along a direction, by the scaled ridge regression nearest to it.

        row ≈ c (κ I + AᵀA)⁻¹ Aᵀ y        c ≥ 0 and κ are those of the smallest error

    Training need not end at a posterior mean: a penalty that is the same for all factors, steps that were not taken,
    and the other side's last move leave it near such a regression.
    design: (m, f) A     targets: (m,) y     row: (f,)     metric: (f, f) M: the error is eᵀ M e     direction: (f,)
    """
    values, axes = np.linalg.eigh(design.T @ design)
    values = np.maximum(values, MIN_EIGENVALUE * max(values[-1], 1e-30))
    pull = axes.T @ (design.T @ targets)
    filters = 1 / (values + values.mean() * _strengths()[:, None])  # (g, f)
    m, b = axes.T @ metric @ axes, axes.T @ row
    rows = filters * pull  # (g, f), along the axes
    across, sizes = rows @ (m @ b), np.einsum("gf,gf->g", rows @ m, rows)
    scales = np.maximum(across, 0) / np.maximum(sizes, 1e-30)
    best = int(np.argmax(scales * across))  # by so much the error is below that of a zero row
    return scales[best] * (design @ (axes @ (filters[best] * (axes.T @ direction))))


@cache
def _strengths() -> FloatArray:
    """(g,) the κ that are tried, in units of the mean eigenvalue of AᵀA."""
    return 2.0 ** np.arange(-10, 9)
