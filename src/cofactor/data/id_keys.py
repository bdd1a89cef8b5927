"""The key of an id: a hash that is the same on every machine, in every run and version.

It decides in which shard a user is, which of their ratings are held out and who is looked at for all: in whatever order
ids come, and without a table of all users.

Of a whole number it is the finaliser of SplitMix64 [steele2014splitmix], which can be undone: the key is the id, and no
other id has it. Of text it is that finaliser over the bytes in UTF-8, eight at a time: h = mix(length), then
h = mix(h ^ word) for each word (little-endian, the last filled up with zeros). Two texts with one key are still two
users, as their ids lie beside the shard.
"""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from cofactor.arrays import Array, IntArray
from cofactor.data.text_ids import TextIds
from cofactor.kernels.absent import NO_CODES, NO_INDICES
from cofactor.kernels.arithmetic.splitmix_numpy import unmix
from cofactor.kernels.ids.keys import keys_of_numbers, keys_of_texts

if TYPE_CHECKING:
    import polars as pl

__all__ = ["IdTexts", "KeyedIds", "ids_of_keys", "keyed_ids", "keys_of", "text_bytes"]


class IdTexts(NamedTuple):
    """The texts of n ids in UTF-8."""

    joined: IntArray  # (Σ lengths,) uint8, one behind the other
    lengths: IntArray  # (n,) int64, bytes of each


class KeyedIds(NamedTuple):
    """The n ids of a column as kernels take them."""

    keys: IntArray  # (n,) uint64
    lengths: IntArray  # (n,) int32, bytes of each id's text; or (0,): the keys say which numbers they are
    text: IntArray  # (Σ lengths,) uint8


def keys_of(ids: Array) -> IntArray:
    """(n,) uint64, the key of each id: of a whole number, or of an id's text.

    >>> keys_of(np.array([1, 2])).tolist()[0] == keys_of(np.array([1])).tolist()[0]
    True
    """
    if ids.dtype.kind in "iu":
        return keys_of_numbers(ids.astype(np.int64))
    return TextIds.of(map(str, ids.tolist())).keys


def keyed_ids(ids: "pl.Series") -> KeyedIds:
    """The keys of a column of whole numbers (Int64) or texts, none of them missing."""
    if ids.dtype.is_integer():
        return KeyedIds(keys_of_numbers(ids.to_numpy()), NO_INDICES, NO_CODES)
    text, lengths = text_bytes(ids)
    return KeyedIds(keys_of_texts(text, lengths), lengths.astype(np.int32), text)


def ids_of_keys(keys: IntArray) -> IntArray:
    """(n,) int64, the whole numbers that have these keys.

    >>> ids_of_keys(keys_of(np.array([-7, 196]))).tolist()
    [-7, 196]
    """
    return unmix(keys).view(np.int64)


def text_bytes(texts: "pl.Series") -> IdTexts:
    """The texts in UTF-8."""
    import polars as pl

    lengths = texts.str.len_bytes().to_numpy().astype(np.int64)
    return IdTexts(np.frombuffer(texts.str.join("").cast(pl.Binary)[0], np.uint8), lengths)
