"""Which ratings are held out, by a hash of user and item: the same whatever shard, try or machine they are met on."""

import numpy as np

from cofactor.arrays import BoolArray, IntArray
from cofactor.kernels.compiling.native import Native
from cofactor.kernels.threads import n_threads, on_threads, row_shares
from cofactor.kernels.twins import with_numpy_twin

__all__ = ["is_held_out"]

_mark_held_out = Native("cofactor.kernels.ratings.held_out_loops", "mark_held_out")


@with_numpy_twin
def is_held_out(indptr: IntArray, indices: IntArray, keys: IntArray, item_keys: IntArray, share: float) -> BoolArray:
    """(n,) True for about this share of the ratings, drawn by the hash of (user, item) alone.

    indptr: (n_users + 1,)     indices: (n,) int32     keys: (n_users,) uint64     item_keys: (n_items,) uint64
    """
    out, limit = np.empty(len(indices), np.uint8), np.array([round(share * 2**53)], np.uint64)
    cuts = row_shares(indptr, n_threads())
    on_threads(
        lambda at: _mark_held_out(out, indptr, indices, keys, item_keys, limit, cuts[at], cuts[at + 1]), len(cuts) - 1
    )
    return out.view(np.bool_)
