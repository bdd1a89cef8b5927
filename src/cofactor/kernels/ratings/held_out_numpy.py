"""The NumPy twin of `held_out.py`."""

import numpy as np

from cofactor.arrays import BoolArray, IntArray
from cofactor.kernels.arithmetic.splitmix_numpy import mix

__all__ = ["is_held_out"]


def is_held_out(indptr: IntArray, indices: IntArray, keys: IntArray, item_keys: IntArray, share: float) -> BoolArray:
    """The upper 53 bits of mix(user's key ^ item's key) are below share · 2⁵³."""
    hashed = mix(np.repeat(keys, np.diff(indptr)) ^ item_keys[indices]) if len(indices) else np.empty(0, np.uint64)
    return (hashed >> np.uint64(11)) < np.uint64(round(share * 2**53))
