"""The NumPy twin of `normals.py`, in double precision."""

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.kernels.arithmetic.splitmix_numpy import mix

__all__ = ["normals"]


def normals(key: int, rows: IntArray, n: int) -> FloatArray:
    """(n_rows, n) standard normal numbers, by Box and Muller; n is even.

    Those of a row depend on key and its number alone, so all rows can be drawn at once.
    """
    starts = mix(mix(rows) ^ np.uint64(key % 2**64))
    bits = mix(starts[:, None] + np.arange(0, n, 2, dtype=np.uint64))
    share = ((bits >> np.uint64(40)).astype(np.float64) + 1) / 16777217
    angle = 2 * np.pi * (bits & np.uint64(0xFFFFFF)).astype(np.float64) / 16777216
    length = np.sqrt(-2 * np.log(share))
    return np.stack([length * np.cos(angle), length * np.sin(angle)], axis=-1).reshape(len(rows), -1)
