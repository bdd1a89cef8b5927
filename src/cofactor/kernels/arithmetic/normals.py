"""Standard normal random numbers from hashed bits, by sums and products alone, so that loops are vectorised.

Two numbers of 24 random bits make a pair, by Box and Muller: √(-2 ln u) cos 2πv and √(-2 ln u) sin 2πv. The
C library's logarithm, sine and cosine are called number by number, which took a third of the time of drawing a row;
these agree with them to about 10⁻⁷.
"""

from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types

from cofactor.kernels.arithmetic.splitmix import mix
from cofactor.kernels.arithmetic.vector_code import FLOAT, WORD, intrinsic
from cofactor.kernels.compiling.jit import JIT

__all__ = ["add_normals", "natural_log", "sine_and_cosine"]

LN2, ROOT2 = np.float32(np.log(2)), np.float32(np.sqrt(2))
AROUND = np.float32(2 * np.pi)


def _reinterpreted(source: Any, target: Any, code: ir.Type) -> Any:
    @intrinsic
    def reinterpret(_, x):
        return target(source), lambda context, builder, signature, args: builder.bitcast(args[0], code)

    return reinterpret


_bits_of, _number_of = (
    _reinterpreted(types.float32, types.int32, WORD),
    _reinterpreted(types.int32, types.float32, FLOAT),
)


@njit(**JIT)
def natural_log(x):
    """ln x of a positive float32 x = 2ⁿ m, m between √½ and √2: n ln 2 + 2 artanh((m - 1) / (m + 1))."""
    bits = _bits_of(x)
    exponent, rest = (
        (bits >> np.int32(23)) - np.int32(127),
        _number_of(bits & np.int32(0x7FFFFF) | np.int32(0x3F800000)),
    )
    large = rest > ROOT2
    exponent, rest = exponent + np.int32(large), rest * np.float32(0.5) if large else rest
    t = (rest - np.float32(1)) / (rest + np.float32(1))
    s = t * t
    series = np.float32(1 / 7) + s * np.float32(1 / 9)
    series = np.float32(1 / 3) + s * (np.float32(1 / 5) + s * series)
    return np.float32(exponent) * LN2 + np.float32(2) * t * (np.float32(1) + s * series)


@njit(**JIT)
def sine_and_cosine(turns):
    """Sine and cosine of 2π · turns, turns in [0, 1): the nearest quarter turn exactly, the rest by Taylor's series."""
    quarter = np.int32(turns * np.float32(4) + np.float32(0.5))
    x = AROUND * (turns - np.float32(quarter) * np.float32(0.25))
    s = x * x
    sine = x * (np.float32(1) + s * (np.float32(-1 / 6) + s * (np.float32(1 / 120) + s * np.float32(-1 / 5040))))
    cosine = np.float32(1 / 24) + s * (np.float32(-1 / 720) + s * np.float32(1 / 40320))
    cosine = np.float32(1) + s * (np.float32(-0.5) + s * cosine)
    odd, low, left = quarter & np.int32(1), quarter & np.int32(2), (quarter + np.int32(1)) & np.int32(2)
    a, b = (cosine, sine) if odd else (sine, cosine)
    return -a if low else a, -b if left else b


@njit(**JIT)
def add_normals(x, key, row):
    """x += standard normal numbers z that depend on key and row alone, by Box and Muller; returns |z|²."""
    squares = np.float32(0)
    start = mix(np.uint64(key) ^ mix(np.uint64(row)))
    for pair in range(x.size // 2):
        bits = mix(start + np.uint64(2 * pair))
        share = (np.float32(np.int32(bits >> np.uint64(40))) + np.float32(1)) * np.float32(1 / 16777217)
        turns = np.float32(np.int32(bits & np.uint64(0xFFFFFF))) * np.float32(1 / 16777216)
        length = np.sqrt(np.float32(-2) * natural_log(share))
        sine, cosine = sine_and_cosine(turns)
        x[2 * pair] += length * cosine
        x[2 * pair + 1] += length * sine
        squares += length * length
    return squares
