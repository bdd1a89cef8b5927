"""Arrays that begin at a cache line and whose rows are whole vectors, as the loops need them."""

import math

import numpy as np

from cofactor.arrays import FloatArray

__all__ = ["WIDTH_MULTIPLE", "aligned", "empty_aligned", "padded_width"]

WIDTH_MULTIPLE = 16  # rows are padded to a multiple of so many float32
CACHE_LINE_BYTES = 64  # bytes of a cache line, and of a vector


def padded_width(k: int) -> int:
    """The width k rounded up to a multiple of 16."""
    return -(-k // WIDTH_MULTIPLE) * WIDTH_MULTIPLE


def empty_aligned(shape: tuple[int, ...]) -> FloatArray:
    """An uninitialised float32 array that begins at a cache line: a vector that crosses one costs twice."""
    raw = np.empty(4 * math.prod(shape) + CACHE_LINE_BYTES, np.uint8)
    start = -raw.ctypes.data % CACHE_LINE_BYTES
    return raw[start : start + 4 * math.prod(shape)].view(np.float32).reshape(shape)


def aligned(array: FloatArray) -> FloatArray:
    """The array, or a copy of it, that begins at a cache line."""
    if array.ctypes.data % CACHE_LINE_BYTES == 0:
        return array
    copy = empty_aligned(array.shape)
    copy[:] = array
    return copy
