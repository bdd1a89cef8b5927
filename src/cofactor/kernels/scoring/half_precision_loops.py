"""Half precision to single precision by shifting bits: sign, exponent and fraction of both have other lengths."""

import numpy as np
from numba import njit

from cofactor.kernels.compiling.jit import JIT
from cofactor.kernels.scoring.half_precision import HalfPrecisionSide

__all__ = ["HalfPrecisionSide", "multiply", "score_draws", "widen"]  # entries find the argument structs here, by name

SIGN, REST = np.uint32(0x8000), np.uint32(0x7FFF)
BIAS = np.float32(2.0**112)  # the exponent of half precision has a bias of 15, that of single precision of 127


@njit(**JIT)
def widen_row(out, bits, halves):
    """out (w,) float32 ← halves (w,), the bits of float16. bits: out again, as uint32"""
    for j in range(out.size):
        half = np.uint32(halves[j])
        bits[j] = ((half & SIGN) << np.uint32(16)) | ((half & REST) << np.uint32(13))
    for j in range(out.size):
        out[j] *= BIAS


@njit(**JIT)
def widen(out, bits, halves, start, first, last):
    """Rows first to last of out (n, w) ← halves[:, start : start + w]."""
    for row in range(first, last):
        widen_row(out[row], bits[row], halves[row, start : start + out.shape[1]])


@njit(**JIT)
def multiply(out, rows, halves, space, bits, first, last):
    """out[:, first:last] ← rows @ halves[first:last]ᵀ; space, bits: (w,) the same memory, as float32 and uint32"""
    for i in range(first, last):
        widen_row(space, bits, halves[i])
        for b in range(len(rows)):
            out[b, i] = _product(rows[b], space, 0, space.size)


@njit(**JIT)
def score_draws(out, users, items, days, space, bits, d, first, last):
    """out[first:last] ← the scores of each draw (`half_precision.draw_scores`); space, bits: (3, n_draws · d)"""
    p, q, t = space[0], space[1], space[2]
    for n in range(first, last):
        _load_row(p, bits[0], users, n)
        _load_row(q, bits[1], items, n)
        if days.idx.size:
            _load_row(t, bits[2], days, n)
        for draw in range(out.shape[1]):
            at, bias = draw * d, draw * d + d - 1
            score = _product(p, q, at, d - 1) + p[bias] + q[bias]
            if days.idx.size:
                score += _product(p, t, at, d - 1) + _product(q, t, at, d - 1) + t[bias]
            out[n, draw] = score


@njit(**JIT)
def _load_row(out, bits, side, n):
    """The row of rating n."""
    at = side.idx[n]
    if at < 0:
        for j in range(out.size):
            out[j] = side.unknown[j]
    else:
        widen_row(out, bits, side.halves[at])


@njit(**JIT)
def _product(x, y, at, n):
    total = np.float32(0)
    for j in range(at, at + n):
        total += x[j] * y[j]
    return total
