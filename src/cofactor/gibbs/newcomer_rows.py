"""A newcomer's row under every draw at once: its posterior mean with the items fixed."""

import numpy as np

from cofactor.arrays import FloatArray

__all__ = ["newcomer_rows"]

N_ROUNDS = 3  # of row and noise in turn; a newcomer's own noise has then converged


def newcomer_rows(
    items: FloatArray, item_variance: FloatArray, values: FloatArray, expected: FloatArray, precision: FloatArray,
    noise: FloatArray, dof: float | None,
) -> tuple[FloatArray, float]:  # fmt: skip
    """(n_draws, d) the rows, and the noise variance of the newcomer's ratings that they follow from, relative to the
    usual.

    items: (m, n_draws, d) the rated items     item_variance: (m,) the noise variance of their ratings, likewise
    values: (m,) less the mean of all     expected, precision: (n_draws, d), (n_draws, d, d) of the prior
    noise: (n_draws,) precision of a rating     dof: ν of the rows' own noise factors; None: all rows have the usual
    """
    design = items.transpose(1, 0, 2).astype(np.float64)
    targets = values - design[..., -1]
    design[..., -1] = 1
    rows, variance = expected, 1.0
    for round_ in range(N_ROUNDS if dof is not None else 1):
        if dof is not None and round_:
            errors = targets - np.einsum("smd,sd->sm", design, rows)
            squares = float((noise[:, None] / item_variance * errors**2).sum(axis=1).mean())
            variance = (dof + squares) / (dof + len(values))
        rows = _means(design, targets, noise[:, None] / (variance * item_variance), expected, precision)
    return rows.astype(np.float32), variance


def _means(
    design: FloatArray, targets: FloatArray, precisions: FloatArray, expected: FloatArray, precision: FloatArray
) -> FloatArray:
    """(s, m, d), (s, m), (s, m), (s, d), (s, d, d) -> (s, d)"""
    weighted = (design * precisions[..., None]).transpose(0, 2, 1)  # a product of matrices: einsum would add one by one
    right = precision @ expected[..., None] + weighted @ targets[..., None]
    return np.linalg.solve(precision + weighted @ design, right)[..., 0]
