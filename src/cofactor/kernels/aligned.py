"""Arrays whose rows are whole vectors and begin with a cache line, as the loops ask for them."""

import math

import numpy as np

from cofactor.arrays import FloatArray

__all__ = ["WIDTH", "empty_lines", "on_lines", "padded"]

WIDTH = 16  # rows are padded to a multiple of it
LINE = 64  # bytes of a cache line, and of a vector


def padded(k: int) -> int:
    """The next multiple of 16."""
    return -(-k // WIDTH) * WIDTH


def empty_lines(shape: tuple[int, ...]) -> FloatArray:
    """Uninitialised float32 that begins with a cache line: a vector that lies across two costs twice."""
    raw = np.empty(4 * math.prod(shape) + LINE, np.uint8)
    start = -raw.ctypes.data % LINE
    return raw[start : start + 4 * math.prod(shape)].view(np.float32).reshape(shape)


def on_lines(array: FloatArray) -> FloatArray:
    """The array itself, or a copy, so that it begins with a cache line."""
    if array.ctypes.data % LINE == 0:
        return array
    copy = empty_lines(array.shape)
    copy[:] = array
    return copy
