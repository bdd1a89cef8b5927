"""Numbers in half precision, as draws are kept, in single precision again: NumPy takes ten times as long.

The loop is in `halves_loops.py`.
"""

import math

import numpy as np

from cofactor.arrays import FloatArray
from cofactor.kernels.native import Native
from cofactor.kernels.threads import on_threads, shares

__all__ = ["widened"]

PIECES = 8  # of the work

_widen = Native("cofactor.kernels.halves_loops", "widen")


def widened(halves: FloatArray, column: int | None = None) -> FloatArray:
    """float16 -> float32, in the same shape and finite numbers only; with a column c, of halves[:, c] alone."""
    kept = np.ascontiguousarray(halves)
    out = np.empty(halves.shape if column is None else (len(halves), *halves.shape[2:]), np.float32)
    n, width = len(out), math.prod(out.shape[1:])
    table = kept.reshape(n, math.prod(kept.shape[1:])).view(np.uint16)
    rows = out.reshape(n, width)
    bits, start, cuts = rows.view(np.uint32), (column or 0) * width, shares(n, PIECES)

    def piece(at: int) -> None:
        _widen(rows, bits, table, start, cuts[at], cuts[at + 1])

    on_threads(piece, PIECES)
    return out
