"""Ratings and ids in the indices of another table."""

from typing import NamedTuple

import numpy as np

from cofactor.arrays import IntArray
from cofactor.data.ids import IdMap
from cofactor.data.ratings import Ratings
from cofactor.errors import BadTable

__all__ = ["Pairs", "aligned_pairs", "indices_in"]


class Pairs(NamedTuple):
    """User and item of each rating, (n,) int32; -1 where the other table does not know the id."""

    user_idx: IntArray
    item_idx: IntArray


def aligned_pairs(ratings: Ratings, other: Ratings) -> Pairs:
    """The users and items of `ratings` in the indices of `other`.

    Raises `BadTable` where the ids of the two tables are of two kinds.
    """
    return Pairs(
        indices_in(ratings.users, other.users)[ratings.user_idx],
        indices_in(ratings.items, other.items)[ratings.item_idx],
    )


def indices_in(ids: IdMap, other: IdMap) -> IntArray:
    """(len(ids),) int32 the index of each of these ids in `other`, -1 where it has none.

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
    one, known = (f"{its.holds}, such as {its.example!r}" for its in (ids, other))
    mend = f"Read them with {as_text}" if other.holds == "text" else f"Mend them, or read both tables with {as_text}"
    raise BadTable(f"The {side} ids here are {one}, but those of the model {known}: no {side} would be known. {mend}.")
