"""Counter-based random numbers: the n-th number of a key is a hash of both, so any thread can draw it at any time.

Steele, Lea & Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014 [steele2014splitmix].
"""

import numpy as np
from numba import njit

from cofactor.kernels.compiling.jit import JIT

__all__ = ["GOLDEN", "mix"]

GOLDEN = np.uint64(0x9E3779B97F4A7C15)


@njit(**JIT)
def mix(number):
    """The finaliser of SplitMix64, uint64 -> uint64: a hash of which every output bit depends on every input bit."""
    z = number + GOLDEN
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))
