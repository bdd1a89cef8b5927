"""Draws from the posterior of a regression of many coordinates on sparse columns: Y = X A + noise."""

from typing import NamedTuple, TypeAlias

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.kernels.alignment import padded_width
from cofactor.kernels.compiling.native import Native
from cofactor.kernels.threads import on_threads
from cofactor.kernels.twins import with_numpy_twin

__all__ = ["Rotation", "column_sums", "draw_coefficients"]

COORDINATES_AT_ONCE = 16  # coordinates that one thread draws side by side
ROWS_AT_ONCE = 4_096  # rows rotated at once

Columns: TypeAlias = tuple[IntArray, IntArray, FloatArray, FloatArray]

_draw_slice, _sum_columns = (
    Native("cofactor.kernels.gibbs.coefficients_loops", name) for name in ("draw_slice", "sum_columns")
)


class Rotation(NamedTuple):
    """The map to coordinates in which the noise and the prior of coefficients are diagonal."""

    forward: FloatArray  # (d, d) float32: the new coordinates are x @ forward
    inverse: FloatArray  # (d, d) its inverse


@with_numpy_twin
def column_sums(columns: Columns) -> FloatArray:
    """The sums (f,) float64 of the columns of X, given as in `draw_coefficients`."""
    sums = np.zeros(len(columns[0]) - 1)
    _sum_columns(sums, *columns)
    return sums


@with_numpy_twin
def draw_coefficients(
    columns: Columns, residual: FloatArray, coefficients: FloatArray, rotation: Rotation, precision: FloatArray,
    mean: FloatArray, key: int,
) -> None:  # fmt: skip
    """Draw each row of A given all others, in one Gibbs sweep; residual and coefficients are changed in place.

    columns: X (n, f) by columns: indptr (f + 1,) int64, rows int32, values float32 of the entries, and (0,); or (0,)
        for the values, and (n,) float32, the value of all entries of each row
    residual: (n, d) float32, Y - X A     coefficients: (f, d) float32, A
    rotation: to coordinates in which the noise of Y is N(0, I)
    precision, mean: (d,) in those coordinates, of the prior of every row of A
    A draw depends on the key alone, whatever the number of threads.
    """
    d = residual.shape[1]
    rotated, drawn = _rotated_slices(residual, rotation.forward), _rotated_slices(coefficients, rotation.forward)
    prior_precision = np.pad(precision, (0, padded_width(d) - d), constant_values=1).astype(np.float32)
    prior_mean = np.pad(mean, (0, padded_width(d) - d)).astype(np.float32)

    def one(at: int) -> None:
        part = slice(at * COORDINATES_AT_ONCE, (at + 1) * COORDINATES_AT_ONCE)
        space = np.empty((2, COORDINATES_AT_ONCE), np.float32)
        _draw_slice(*columns, rotated[at], drawn[at], prior_precision[part], prior_mean[part], space, key + at)

    on_threads(one, len(rotated))
    _rotate_back(coefficients, drawn, rotation.inverse)
    _rotate_back(residual, rotated, rotation.inverse)


def _rotated_slices(array: FloatArray, forward: FloatArray) -> FloatArray:
    """The rotated array (n, d) as slices of 16 coordinates, (⌈d / 16⌉, n, 16), on each of which one thread works."""
    n, d = array.shape
    slices = np.zeros((padded_width(d) // COORDINATES_AT_ONCE, n, COORDINATES_AT_ONCE), np.float32)

    def some(block: int) -> None:
        rows = slice(block * ROWS_AT_ONCE, (block + 1) * ROWS_AT_ONCE)
        found = array[rows] @ forward
        for at, one in enumerate(slices):
            part = found[:, at * COORDINATES_AT_ONCE : (at + 1) * COORDINATES_AT_ONCE]
            one[rows, : part.shape[1]] = part

    on_threads(some, -(-n // ROWS_AT_ONCE))
    return slices


def _rotate_back(array: FloatArray, slices: FloatArray, inverse: FloatArray) -> None:
    """array (n, d) ← the slices (⌈d / 16⌉, n, 16), rotated back."""
    n, d = array.shape

    def some(block: int) -> None:
        rows = slice(block * ROWS_AT_ONCE, (block + 1) * ROWS_AT_ONCE)
        np.matmul(np.concatenate(slices[:, rows], axis=1)[:, :d], inverse, out=array[rows])

    on_threads(some, -(-n // ROWS_AT_ONCE))
