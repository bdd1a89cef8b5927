"""The key of a user: a hash of the id that is the same on every machine, in every run and version.

It decides in which shard somebody is and which of their ratings are held out, so no table of all users is needed.

Of a whole number it is the finaliser of SplitMix64 [steele2014splitmix], which can be undone: the key is the id, and no
other id has it. Of text it is that finaliser over the bytes in UTF-8, eight at a time: h = mix(length), then
h = mix(h ^ word) for each word (little-endian, the last filled up with zeros). Two texts with one key are still two
users, as their ids lie beside the shard.
"""

from typing import TYPE_CHECKING

import numpy as np

from cofactor.arrays import Array, IntArray
from cofactor.kernels.arithmetic.splitmix_numpy import mix, unmix

if TYPE_CHECKING:
    import polars as pl

__all__ = ["ids_of_keys", "keys_of", "keys_of_column", "text_bytes"]

WORD = 8  # bytes


def keys_of(ids: Array) -> IntArray:
    """(n,) uint64, the key of each id: of a whole number, or of an id's text.

    >>> keys_of(np.array([1, 2])).tolist()[0] == keys_of(np.array([1])).tolist()[0]
    True
    """
    if ids.dtype.kind in "iu":
        return _keys_of_numbers(ids)
    texts = [str(one).encode("utf-8", "surrogatepass") for one in ids.tolist()]
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    return _keys_of_texts(np.frombuffer(b"".join(texts), np.uint8), lengths)


def keys_of_column(ids: "pl.Series") -> IntArray:
    """(n,) uint64, the keys of a column of whole numbers (Int64) or texts, none of them missing."""
    return _keys_of_numbers(ids.to_numpy()) if ids.dtype.is_integer() else _keys_of_texts(*text_bytes(ids))


def ids_of_keys(keys: IntArray) -> IntArray:
    """(n,) int64, the whole numbers that have these keys.

    >>> ids_of_keys(keys_of(np.array([-7, 196]))).tolist()
    [-7, 196]
    """
    return unmix(keys).view(np.int64)


def text_bytes(texts: "pl.Series") -> tuple[IntArray, IntArray]:
    """The texts in UTF-8, one behind the other, and the number of bytes of each (n,)."""
    import polars as pl

    lengths = texts.str.len_bytes().to_numpy().astype(np.int64)
    return np.frombuffer(texts.str.join("").cast(pl.Binary)[0], np.uint8), lengths


def _keys_of_numbers(ids: IntArray) -> IntArray:
    return mix(ids.astype(np.int64).view(np.uint64)) if len(ids) else np.empty(0, np.uint64)


def _keys_of_texts(joined: IntArray, lengths: IntArray) -> IntArray:
    """joined: the bytes of all texts     lengths: (n,) of each"""
    if not len(lengths):
        return np.empty(0, np.uint64)
    filled = np.append(joined, np.zeros(WORD, np.uint8))
    words = np.ndarray(len(joined) + 1, np.dtype("<u8"), filled.data, strides=(1,))  # that begin at each byte
    starts, keys, at = np.cumsum(lengths) - lengths, mix(lengths), np.arange(len(lengths))
    for done in range(0, int(lengths.max()), WORD):
        at = at[lengths[at] > done]  # the texts that go on
        n_bits = np.minimum(lengths[at] - done, WORD).astype(np.uint64) * np.uint64(8)
        word = words[starts[at] + done] & (np.uint64(2**64 - 1) >> (np.uint64(64) - n_bits))
        keys[at] = mix(keys[at] ^ word)
    return keys
