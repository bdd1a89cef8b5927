"""Somebody new in every draw at once: their row at its posterior mean, the items being given."""

import numpy as np

from cofactor.arrays import FloatArray

__all__ = ["newcomer_rows"]

ROUNDS = 3  # until how noisily a newcomer rates has settled


def newcomer_rows(
    items: FloatArray, item_spread: FloatArray, values: FloatArray, expected: FloatArray, precision: FloatArray,
    noise: FloatArray, freedom: float | None,
) -> tuple[FloatArray, float]:  # fmt: skip
    """(n_draws, d), and by how much the variance of their ratings exceeds the usual.

    items: (m, n_draws, d) that they rated     item_spread: (m,) by how much the variance of their ratings does
    values: (m,) beside the mean of all     expected: (n_draws, d) of the row beforehand, with that precision
    noise: (n_draws,), the precision of a rating     freedom: ν of how noisily a row rates; None: all alike
    """
    design = items.transpose(1, 0, 2).astype(np.float64)
    targets = values - design[..., -1]
    design[..., -1] = 1
    rows, spread = expected, 1.0
    for _ in range(ROUNDS if freedom is not None else 1):
        sure = noise[:, None] / (spread * item_spread)
        rows = _means(design, targets, sure, expected, precision)
        errors = targets - np.einsum("smd,sd->sm", design, rows)
        if freedom is not None:
            squares = spread * float((sure * errors**2).sum(axis=1).mean())
            spread = (freedom + squares) / (freedom + len(values))
    return rows.astype(np.float32), spread


def _means(
    design: FloatArray, targets: FloatArray, sure: FloatArray, expected: FloatArray, precision: FloatArray
) -> FloatArray:
    """(s, m, d), (s, m), (s, m), (s, d), (s, d, d) -> (s, d)"""
    weighed = (design * sure[..., None]).transpose(0, 2, 1)  # a product of matrices: einsum would add one by one
    right = precision @ expected[..., None] + weighed @ targets[..., None]
    return np.linalg.solve(precision + weighed @ design, right)[..., 0]
