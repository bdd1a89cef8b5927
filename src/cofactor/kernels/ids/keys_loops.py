"""The hash of each id: of a number, or over the bytes of a text where they lie."""

import numpy as np
from numba import njit

from cofactor.kernels.arithmetic.splitmix import mix
from cofactor.kernels.compiling.jit import JIT

__all__ = ["hash_numbers", "hash_texts"]


@njit(**JIT)
def hash_numbers(keys, numbers):
    """keys[i] ← the hash of numbers[i]."""
    for i in range(numbers.size):
        keys[i] = mix(numbers[i])


@njit(**JIT)
def word_at(joined, start, end):
    """The bytes start:end, at most eight, as one little-endian word."""
    word = np.uint64(0)
    for i in range(start, end):
        word |= np.uint64(joined[i]) << np.uint64(8 * (i - start))
    return word


@njit(**JIT)
def hash_texts(keys, joined, lengths):
    """keys[i] ← the hash of the next lengths[i] bytes of `joined`."""
    start = 0
    for i in range(lengths.size):
        end, key = start + lengths[i], mix(np.uint64(lengths[i]))
        while start < end:
            behind = min(start + 8, end)
            key = mix(key ^ word_at(joined, start, behind))
            start = behind
        keys[i] = key
