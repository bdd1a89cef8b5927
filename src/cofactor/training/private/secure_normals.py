"""Normal noise from the system's secure source of randomness. There is no seed, so none can be kept."""

import os

import numpy as np

from cofactor.arrays import FloatArray

__all__ = ["secure_normals"]


def secure_normals(n: int) -> FloatArray:
    """(n,) float64 standard normal numbers, each by the inverse of the distribution from 53 bits of `os.urandom`.

    As of all normal numbers in floating point, their last bits are not those of the real distribution: attacks on
    these (Mironov 2012 [mironov2012significance]) are not covered.
    """
    from scipy.special import ndtri

    bits = np.frombuffer(os.urandom(8 * n), np.uint64) >> np.uint64(11)
    return ndtri((bits.astype(np.float64) + 0.5) / 2.0**53)
