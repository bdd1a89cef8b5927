"""How a row follows from its ratings: each one's share of the row, linear in the ratings.

With the other side fixed, a row is R y, y being what the prior mean leaves of its ratings. For the posterior mean R has
a closed form. A row that training left elsewhere has that of the mixture of ridge regressions nearest to it.
"""

import numpy as np

from cofactor.arrays import FloatArray

__all__ = ["posterior_shares", "trained_shares"]

STRENGTHS = np.array([0.001, 0.01, 0.1, 1.0, 10.0])  # of the ridge regressions, in mean eigenvalues of AᵀA


def posterior_shares(design: FloatArray, precision: FloatArray, direction: FloatArray) -> FloatArray:
    """(m,) by how much each target moves the posterior mean along a direction, under unit noise.

    design: (m, f), a row for each rating     precision: (f, f) of the prior     direction: (f,)
    """
    return design @ np.linalg.solve(precision + design.T @ design, direction)


def trained_shares(
    design: FloatArray, targets: FloatArray, row: FloatArray, metric: FloatArray, direction: FloatArray
) -> FloatArray:
    """(m,) by how much each target moves a trained row along a direction, by the nearest mixture of ridge regressions.

        row ≈ Σ_g c_g (κ_g I + AᵀA)⁻¹ Aᵀ y        c: least squares

    A penalty that is the same for all factors, steps that were not taken and the other side's last move leave a trained
    row near such a mixture. On ml-100k it leaves 9 % of a score under y_range and 4 % of one by least squares (median);
    one regression of the best strength and scale left 10 and 4 %, that with the prior of newcomers 15 and 13 %.
    design: (m, f) A     targets: (m,) y     row: (f,)     metric: (f, f) M: the error is eᵀ M e     direction: (f,)
    """
    values, axes = np.linalg.eigh(design.T @ design)
    if not values.any():  # no ratings, or of items that nothing is known about
        return np.zeros(len(design))
    ridges = 1 / (np.maximum(values, 0)[:, None] + values.mean() * STRENGTHS)  # (f, g), along the axes
    rows = axes @ (ridges * (axes.T @ (design.T @ targets))[:, None])
    root = np.linalg.cholesky(metric).T
    weights = np.linalg.lstsq(root @ rows, root @ row)[0]
    return design @ (axes @ ((ridges @ weights) * (axes.T @ direction)))
