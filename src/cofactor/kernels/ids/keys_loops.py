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
def byte_at(text, at, place):
    """Byte `at`, moved to its place in a word."""
    return np.uint64(text[at]) << np.uint64(8 * place)


@njit(**JIT)
def word_at(text, start, end):
    """The bytes start:end, one to eight, as one little-endian word."""
    word = np.uint64(0)
    if start + 8 > text.size:
        for at in range(start, end):
            word |= byte_at(text, at, at - start)
        return word
    # eight written out, which becomes one instruction
    word = byte_at(text, start, 0) | byte_at(text, start + 1, 1) | byte_at(text, start + 2, 2)
    word |= byte_at(text, start + 3, 3) | byte_at(text, start + 4, 4) | byte_at(text, start + 5, 5)
    word |= byte_at(text, start + 6, 6) | byte_at(text, start + 7, 7)
    return word & (np.uint64(0xFFFFFFFFFFFFFFFF) >> np.uint64(8 * (8 - (end - start))))


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
