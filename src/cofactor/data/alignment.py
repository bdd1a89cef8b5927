"""The same ratings in another table's indices."""

from typing import NamedTuple

import numpy as np

from cofactor.arrays import IntArray
from cofactor.data.ids import IdMap
from cofactor.data.ratings import Ratings
from cofactor.errors import BadTable

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
    """(len(ids),) int32: where each of these ids stands in `other`, -1 where it does not.

    Raises `BadTable` where the ids are of two kinds: 12 and "12" would be two people.
    """
    if ids is other:
        return np.arange(len(ids), dtype=np.int32)
    _expect_one_kind(ids, other)
    return other.find(ids.values)


def _expect_one_kind(ids: IdMap, other: IdMap) -> None:
    if not (len(ids) and len(other)) or ids.holds == other.holds:
        return
    side, as_text = ids.kind, f"ids={{{ids.kind!r}: 'text'}}"
    one, known = (f"{its.holds}, such as {its.values.tolist()[0]!r}" for its in (ids, other))
    mend = f"Read them with {as_text}" if other.holds == "text" else f"Mend them, or read both tables with {as_text}"
    raise BadTable(f"The {side} ids here are {one}, but those of the model {known}: no {side} would be known. {mend}.")
