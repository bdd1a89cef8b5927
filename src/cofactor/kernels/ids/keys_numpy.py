"""The NumPy twins of `keys.py`."""

import numpy as np

from cofactor.arrays import IntArray
from cofactor.kernels.arithmetic.splitmix_numpy import mix
from cofactor.kernels.ids.keys import WORD

__all__ = ["keys_of_numbers", "keys_of_texts"]


def keys_of_numbers(ids: IntArray) -> IntArray:
    """`mix` of all at once."""
    return mix(ids.view(np.uint64)) if len(ids) else np.empty(0, np.uint64)


def keys_of_texts(joined: IntArray, lengths: IntArray) -> IntArray:
    """The words that begin at each byte, then the first word of every text, the second, …"""
    if not len(lengths):
        return np.empty(0, np.uint64)
    filled = np.append(joined, np.zeros(WORD, np.uint8))
    words = np.ndarray(len(joined) + 1, np.dtype("<u8"), filled.data, strides=(1,))
    starts, keys, at = np.cumsum(lengths) - lengths, mix(lengths), np.arange(len(lengths))
    for done in range(0, int(lengths.max()), WORD):
        at = at[lengths[at] > done]  # the texts that go on
        n_bits = np.minimum(lengths[at] - done, WORD).astype(np.uint64) * np.uint64(8)
        word = words[starts[at] + done] & (np.uint64(2**64 - 1) >> (np.uint64(64) - n_bits))
        keys[at] = mix(keys[at] ^ word)
    return keys
