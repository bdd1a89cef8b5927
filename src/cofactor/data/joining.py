"""Ratings that came later, joined to those that were there: who was known keeps their index, strangers come behind."""

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from cofactor.arrays import Array, BoolArray, IntArray
from cofactor.data.alignment import places
from cofactor.data.ids import UNKNOWN, IdMap
from cofactor.data.ratings import NO_TIME, Ratings
from cofactor.errors import BadTable

__all__ = ["Joined", "join"]


class Joined(NamedTuple):
    """Old and new ratings as one table, and whom the new ones are of."""

    ratings: Ratings
    users: IntArray  # ascending: who has new ratings, or is new
    items: IntArray  # ascending: what nobody had rated before, or is new


def join(old: Ratings, new: Ratings) -> Joined:
    """A pair that is in both counts as it was rated last. Raises `BadTable` where the tables are of two kinds."""
    if old.explicit != new.explicit:
        kinds = ["clicks", "ratings"]
        raise BadTable(f"{kinds[new.explicit]} cannot be joined to {kinds[old.explicit]}. Give both as one kind.")
    users, user_places = _with_strangers(old.users, new.users, new.user_counts, new.user_attributes)
    items, item_places = _with_strangers(old.items, new.items, new.item_counts, new.item_attributes)
    user_idx, item_idx = user_places[new.user_idx], item_places[new.item_idx]
    kept = ~np.isin(_keys(old.user_idx, old.item_idx, len(items)), _keys(user_idx, item_idx, len(items)))
    joined = replace(
        old, users=users, items=items, user_idx=np.append(old.user_idx[kept], user_idx),
        item_idx=np.append(old.item_idx[kept], item_idx), values=np.append(old.values[kept], new.values),
        timestamps=_times(old, new, kept), titles=_titles(old, new, items, item_places),
        item_attributes=_columns(old.item_attributes, new.item_attributes, item_places, old.n_items, len(items)),
        user_attributes=_columns(old.user_attributes, new.user_attributes, user_places, old.n_users, len(users)),
    )  # fmt: skip
    before = np.append(old.item_counts, np.zeros(len(items) - len(old.items), int))
    rated_now = np.unique(item_idx)
    strangers = np.arange(old.n_users, len(users)), np.arange(old.n_items, len(items))
    first_rated = rated_now[before[rated_now] == 0]
    return Joined(joined, np.union1d(user_idx, strangers[0]), np.union1d(first_rated, strangers[1]))


def _with_strangers(
    old: IdMap, new: IdMap, counts: IntArray, attributes: Mapping[str, Array]
) -> tuple[IdMap, IntArray]:
    """The ids of both, and where each of `new` stands in them; -1: strangers of whom nothing is known."""
    found = places(new, old)
    strangers = np.flatnonzero(found == UNKNOWN)
    told = [_is_told(column[strangers]) for column in attributes.values()]
    strangers = strangers[np.any([counts[strangers] > 0, *told], axis=0)]
    if not len(strangers):
        return old, found
    ids = new.values[strangers]
    found[strangers] = np.arange(len(old), len(old) + len(strangers))
    both = [old.values, ids]
    if not all(one.dtype.kind == "i" for one in both):  # text, and whole numbers beyond 64 bits
        both = [one.astype(object) for one in both]
    return IdMap(np.concatenate(both), old.kind), found


def _keys(user_idx: IntArray, item_idx: IntArray, n_items: int) -> IntArray:
    return user_idx.astype(np.int64) * n_items + item_idx


def _times(old: Ratings, new: Ratings, kept: Array) -> IntArray | None:
    if old.timestamps is None and new.timestamps is None:
        return None
    of_old, of_new = (np.full(len(one), NO_TIME) if one.timestamps is None else one.timestamps for one in (old, new))
    return np.append(of_old[kept], of_new)


def _titles(old: Ratings, new: Ratings, items: IdMap, item_places: IntArray) -> Array | None:
    if old.titles is None and new.titles is None:
        return None
    none_old, none_new = (np.full(one.n_items, None, object) for one in (old, new))
    of_old, of_new = old.titles if old.titles is not None else none_old, new.titles
    return _grown(of_old, none_new if of_new is None else of_new, item_places, len(items))


def _columns(
    old: Mapping[str, Array], new: Mapping[str, Array], found: IntArray, n_old: int, n: int
) -> dict[str, Array]:
    """Each attribute of either table; what was said before stays, and what was missing is filled in."""
    names = [*old, *(name for name in new if name not in old)]
    nothing = np.full(n_old, None, object), np.full(len(found), None, object)
    return {name: _grown(old.get(name, nothing[0]), new.get(name, nothing[1]), found, n) for name in names}


def _is_told(column: Array) -> BoolArray:
    """(n,) False where a cell is missing."""
    return np.array([one is not None and one == one for one in column.tolist()], bool)


def _grown(old: Array, new: Array, found: IntArray, n: int) -> Array:
    """(n,): the old column, its missing cells and strangers as the new one says; numbers stay numbers."""
    grown = np.full(n, None, object)
    grown[: len(old)] = old
    to_fill = (found >= 0) & ~_is_told(grown)[found] & _is_told(new)
    grown[found[to_fill]] = new[to_fill]
    missing = ~_is_told(grown)
    numeric = old.dtype.kind in "if" and (new.dtype.kind in "if" or missing[len(old) :].all())
    if not numeric:
        return grown
    if not missing.any() and new.dtype.kind == "i":
        return grown.astype(old.dtype)
    grown[missing] = np.nan
    return grown.astype(np.float64)
