"""Ids hashed to 64 bits; the loops are in `keys_loops.py`."""

import numpy as np

from cofactor.arrays import IntArray
from cofactor.kernels.compiling.native import Native
from cofactor.kernels.twins import with_numpy_twin

__all__ = ["WORD", "keys_of_numbers", "keys_of_texts"]

WORD = 8  # bytes that are mixed in at a time

_hash_numbers, _hash_texts = (
    Native("cofactor.kernels.ids.keys_loops", name) for name in ("hash_numbers", "hash_texts")
)


@with_numpy_twin
def keys_of_numbers(ids: IntArray) -> IntArray:
    """(n,) uint64: the finaliser of SplitMix64 of whole numbers [steele2014splitmix], which can be undone.

    ids: (n,) int64
    """
    keys = np.empty(len(ids), np.uint64)
    _hash_numbers(keys, np.ascontiguousarray(ids).view(np.uint64))
    return keys


@with_numpy_twin
def keys_of_texts(joined: IntArray, lengths: IntArray) -> IntArray:
    """(n,) uint64: of each text h = mix(length), then h = mix(h ^ word) for each word of eight bytes.

    Words are little-endian, the last one filled up with zeros; `mix` is SplitMix64's finaliser.

    joined: (m,) uint8, the bytes of all texts, one behind the other     lengths: (n,) int64, the bytes of each
    """
    keys = np.empty(len(lengths), np.uint64)
    _hash_texts(keys, joined, lengths)
    return keys
