"""Half precision to single, by moving bits: both hold a sign, an exponent and a fraction, of other lengths."""

import numpy as np
from numba import njit

from cofactor.kernels.adam_loops import FRESH

__all__ = ["widen"]

SIGN, REST = np.uint32(0x8000), np.uint32(0x7FFF)
BIAS = np.float32(2.0**112)  # exponents begin at -15 in the one, at -127 in the other


@njit(**FRESH)
def widen(out, bits, halves, start, first, last):
    """Rows first to last of out (n, w) float32 ← halves[:, start : start + w], the bits of float16.

    bits: out again, as uint32
    """
    for row in range(first, last):
        for j in range(out.shape[1]):
            half = np.uint32(halves[row, start + j])
            bits[row, j] = ((half & SIGN) << np.uint32(16)) | ((half & REST) << np.uint32(13))
        for j in range(out.shape[1]):
            out[row, j] *= BIAS
