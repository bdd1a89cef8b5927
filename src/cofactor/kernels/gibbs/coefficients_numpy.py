"""The NumPy twins of `coefficients.py`: one coefficient row after the other, all its coordinates at once."""

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.kernels.arithmetic.normals_numpy import normals
from cofactor.kernels.gibbs.coefficients import COORDINATES_AT_ONCE, Columns, Rotation

__all__ = ["column_sums", "draw_coefficients"]


def column_sums(columns: Columns) -> FloatArray:
    """The sum of each column."""
    return np.array([_column(columns, f)[1].sum(dtype=np.float64) for f in range(len(columns[0]) - 1)])


def draw_coefficients(
    columns: Columns, residual: FloatArray, coefficients: FloatArray, rotation: Rotation, precision: FloatArray,
    mean: FloatArray, key: int,
) -> None:  # fmt: skip
    """a_f ~ N((xᵀ r + precision · mean) / s, 1 / s) with r the residual without a_f, and s = xᵀ x + precision."""
    left, drawn = (array.astype(np.float64) @ rotation.forward for array in (residual, coefficients))
    noise = _normals(key, *drawn.shape)
    for f, a in enumerate(drawn):
        rows, x = _column(columns, f)
        s = x @ x + precision
        expected = (x @ left[rows] + (x @ x) * a + precision * mean) / s
        new = expected + noise[f] / np.sqrt(s)
        left[rows] -= np.outer(x, new - a)  # a row is in a column once
        drawn[f] = new
    coefficients[:], residual[:] = drawn @ rotation.inverse, left @ rotation.inverse


def _normals(key: int, n: int, d: int) -> FloatArray:
    """(n, d) standard normals as the loops draw them: each slice of coordinates has a key of its own."""
    n_slices = -(-d // COORDINATES_AT_ONCE)
    slices = [normals(key + at, np.arange(n), COORDINATES_AT_ONCE) for at in range(n_slices)]
    return np.concatenate(slices, axis=1)[:, :d]


def _column(columns: Columns, f: int) -> tuple[IntArray, FloatArray]:
    """The rows of the entries of a column, and the entries."""
    indptr, rows, values, shares = columns
    own = slice(int(indptr[f]), int(indptr[f + 1]))
    return rows[own], (shares[rows[own]] if len(shares) else values[own]).astype(np.float64)
