"""The key of a user: a hash of the id that is the same on every machine, in every run and version.

It decides in which shard somebody is and which of their ratings are held out, so no table of all users is needed. Ids
with the same key are still two users, as the ids are kept.
"""

import hashlib

import numpy as np

from cofactor.arrays import Array, IntArray
from cofactor.kernels.arithmetic.splitmix_numpy import mix

__all__ = ["keys_of"]


def keys_of(ids: Array) -> IntArray:
    """(n,) uint64: of whole numbers by SplitMix64, of text the first eight bytes of its SHA-256.

    >>> keys_of(np.array([1, 2])).tolist()[0] == keys_of(np.array([1])).tolist()[0]
    True
    """
    if ids.dtype.kind in "iu":
        return mix(ids.astype(np.int64).view(np.uint64)) if len(ids) else np.empty(0, np.uint64)
    return np.fromiter((_key_of_text(str(one)) for one in ids.tolist()), np.uint64, len(ids))


def _key_of_text(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:8], "little")
