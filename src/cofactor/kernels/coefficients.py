"""Regression of many coordinates on sparse columns, drawn from its posterior: Y = X A + noise."""

from typing import TypeAlias

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.kernels.native import Native
from cofactor.kernels.rows import padded
from cofactor.kernels.threads import on_threads

__all__ = ["column_sums", "draw_coefficients"]

LANES = 16

Columns: TypeAlias = tuple[IntArray, IntArray, FloatArray, FloatArray]

_draw_slice, _sum_columns = (
    Native("cofactor.kernels.coefficient_loops", name) for name in ("draw_slice", "sum_columns")
)


def column_sums(columns: Columns) -> FloatArray:
    """(f,) float64, of X by columns as in `draw_coefficients`."""
    sums = np.zeros(len(columns[0]) - 1)
    _sum_columns(sums, *columns)
    return sums


def draw_coefficients(
    columns: Columns, residual: FloatArray, coefficients: FloatArray, precision: FloatArray, mean: FloatArray, key: int
) -> tuple[FloatArray, FloatArray]:  # fmt: skip
    """One Gibbs sweep: each row of A is drawn given all others, its coordinates being independent.

    columns: X (n, f) by columns, indptr (f + 1,) int64, rows int32, and values float32 of the entries; or no values
        but shares (n,) float32, what all entries of a row are
    residual: (n, d), Y - X A, whose noise is N(0, 1)     coefficients: (f, d), A
    precision, mean: (d,) of the prior of every row of A
    Returns the new A and the new residual. A draw depends on the key alone, whatever the number of threads.
    """
    d = residual.shape[1]
    left, drawn = _slices(residual), _slices(coefficients)
    sure = np.pad(precision, (0, padded(d) - d), constant_values=1).astype(np.float32)
    centre = np.pad(mean, (0, padded(d) - d)).astype(np.float32)

    def one(at: int) -> None:
        part, space = slice(at * LANES, (at + 1) * LANES), np.empty((2, LANES), np.float32)
        _draw_slice(*columns, left[at], drawn[at], sure[part], centre[part], space, key + at)

    on_threads(one, len(left))
    return _whole(drawn, d), _whole(left, d)


def _slices(array: FloatArray) -> FloatArray:
    """(n, d) -> (⌈d / 16⌉, n, 16): what a thread works on lies together."""
    n, d = array.shape
    slices = np.zeros((padded(d) // LANES, n, LANES), np.float32)
    for at, one in enumerate(slices):
        part = array[:, at * LANES : (at + 1) * LANES]
        one[:, : part.shape[1]] = part
    return slices


def _whole(slices: FloatArray, d: int) -> FloatArray:
    array = np.empty((slices.shape[1], d), np.float32)
    for at, one in enumerate(slices):
        part = array[:, at * LANES : (at + 1) * LANES]
        part[:] = one[:, : part.shape[1]]
    return array
