"""The hash of each rating's user and item, against the limit below which it is held out."""

import numpy as np
from numba import njit

from cofactor.kernels.arithmetic.splitmix import mix
from cofactor.kernels.compiling.jit import JIT

__all__ = ["mark_held_out"]


@njit(**JIT)
def mark_held_out(out, indptr, indices, keys, item_keys, limit, first, last):
    """out[t] ← 1 where the upper 53 bits of mix(user's key ^ item's key) are below limit[0], of users first:last."""
    for user in range(first, last):
        for t in range(indptr[user], indptr[user + 1]):
            out[t] = (mix(keys[user] ^ item_keys[indices[t]]) >> np.uint64(11)) < limit[0]
