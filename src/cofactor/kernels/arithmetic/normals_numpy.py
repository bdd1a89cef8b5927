"""The NumPy twin of `normals.py`, in double precision."""

import numpy as np

from cofactor.arrays import FloatArray
from cofactor.kernels.arithmetic.splitmix_numpy import mix, mix_one

__all__ = ["normals"]


def normals(key: int, row: int, n: int) -> FloatArray:
    """(n,) standard normal numbers that depend on key and row alone, by Box and Muller; n is even."""
    start = mix_one(mix_one(row) ^ key % 2**64)
    bits = mix(np.uint64(start) + np.arange(0, n, 2, dtype=np.uint64))
    share = ((bits >> np.uint64(40)).astype(np.float64) + 1) / 16777217
    angle = 2 * np.pi * (bits & np.uint64(0xFFFFFF)).astype(np.float64) / 16777216
    length = np.sqrt(-2 * np.log(share))
    return np.column_stack([length * np.cos(angle), length * np.sin(angle)]).ravel()
