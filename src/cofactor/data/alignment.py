"""The same ratings in another table's indices."""

from typing import NamedTuple

import numpy as np

from cofactor.arrays import IntArray
from cofactor.data.ids import IdMap
from cofactor.data.ratings import Ratings

__all__ = ["Pairs", "places", "seen_as"]


class Pairs(NamedTuple):
    """(n,) int32 each; -1 where the other table does not know the id."""

    user_idx: IntArray
    item_idx: IntArray


def seen_as(ratings: Ratings, other: Ratings) -> Pairs:
    """The rows of `ratings` in the indices of `other`; nothing to do for two parts of one table."""
    return Pairs(
        places(ratings.users, other.users)[ratings.user_idx],
        places(ratings.items, other.items)[ratings.item_idx],
    )


def places(ids: IdMap, other: IdMap) -> IntArray:
    """(len(ids),) int32: where each of these ids stands in `other`, -1 where it does not."""
    if ids is other:
        return np.arange(len(ids), dtype=np.int32)
    return other.find(ids.values)
