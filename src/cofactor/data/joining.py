"""Later ratings joined to earlier ones: known users and items keep their index, new ones come behind."""

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from cofactor.arrays import Array, BoolArray, FloatArray, IntArray
from cofactor.data.alignment import indices_in
from cofactor.data.ids import UNKNOWN, IdMap
from cofactor.data.kinds import expect_kind
from cofactor.data.ratings import NO_TIME, Ratings
from cofactor.kernels.ratings.layout import count_indices

__all__ = ["Joined", "join"]


class Joined(NamedTuple):
    """Old and new ratings as one table, and the users and items that are affected."""

    ratings: Ratings
    users: IntArray  # ascending: with new ratings, or new
    items: IntArray  # ascending: not rated before, or new


def join(old: Ratings, new: Ratings) -> Joined:
    """The ratings of both tables; of a pair that is in both the new rating counts. Counts of a pair are added up.

    Raises `BadTable` where the tables are of two kinds, such as clicks and ratings, and where their ids are.
    """
    expect_kind(old.kind, new.kind)
    users, user_index = _joined_ids(old.users, new.users, new.user_counts, new.user_attributes)
    items, item_index = _joined_ids(old.items, new.items, new.item_counts, new.item_attributes)
    user_idx, item_idx = user_index[new.user_idx], item_index[new.item_idx]
    pairs = _pair_numbers(old.user_idx, old.item_idx, len(items)), _pair_numbers(user_idx, item_idx, len(items))
    kept = ~np.isin(*pairs)
    values = new.values if old.kind != "counts" else _added_up(new.values, pairs[1], old.values[~kept], pairs[0][~kept])
    joined = replace(
        old, users=users, items=items, user_idx=np.append(old.user_idx[kept], user_idx),
        item_idx=np.append(old.item_idx[kept], item_idx), values=np.append(old.values[kept], values),
        timestamps=_times(old, new, kept), titles=_titles(old, new, items, item_index),
        item_attributes=_columns(old.item_attributes, new.item_attributes, item_index, old.n_items, len(items)),
        user_attributes=_columns(old.user_attributes, new.user_attributes, user_index, old.n_users, len(users)),
        item_totals=_totals(old, item_idx, old.item_idx[~kept], len(items)),
    )  # fmt: skip
    before = np.append(old.item_counts, np.zeros(len(items) - len(old.items), int))
    rated_now = np.unique(item_idx)
    new_ids = np.arange(old.n_users, len(users)), np.arange(old.n_items, len(items))
    first_rated = rated_now[before[rated_now] == 0]
    return Joined(joined, np.union1d(user_idx, new_ids[0]), np.union1d(first_rated, new_ids[1]))


def _joined_ids(old: IdMap, new: IdMap, counts: IntArray, attributes: Mapping[str, Array]) -> tuple[IdMap, IntArray]:
    """The ids of both, and the index of each of `new` in them; -1 for new ones without ratings and attributes."""
    index = indices_in(new, old)
    new_ids = np.flatnonzero(index == UNKNOWN)
    described = [_is_present(column[new_ids]) for column in attributes.values()]
    new_ids = new_ids[np.any([counts[new_ids] > 0, *described], axis=0)]
    if not len(new_ids):
        return old, index
    ids = new.values[new_ids]
    index[new_ids] = np.arange(len(old), len(old) + len(new_ids))
    both = [old.values, ids]
    if not all(one.dtype.kind == "i" for one in both):  # text, and whole numbers beyond 64 bits
        both = [one.astype(object) for one in both]
    return IdMap(np.concatenate(both), old.kind), index


def _pair_numbers(user_idx: IntArray, item_idx: IntArray, n_items: int) -> IntArray:
    return user_idx.astype(np.int64) * n_items + item_idx


def _added_up(values: FloatArray, pairs: IntArray, earlier: FloatArray, earlier_pairs: IntArray) -> FloatArray:
    """(n,) the counts of these pairs with the earlier ones of the same pairs added; no pair comes twice on one side."""
    if not len(earlier):
        return values
    order = np.argsort(pairs)
    total = values.copy()
    np.add.at(total, order[np.searchsorted(pairs[order], earlier_pairs)], earlier)
    return total


def _times(old: Ratings, new: Ratings, kept: Array) -> IntArray | None:
    if old.timestamps is None and new.timestamps is None:
        return None
    of_old, of_new = (np.full(len(one), NO_TIME) if one.timestamps is None else one.timestamps for one in (old, new))
    return np.append(of_old[kept], of_new)


def _totals(old: Ratings, added: IntArray, replaced: IntArray, n_items: int) -> IntArray | None:
    """(n_items,) the ratings of each item, of a catalogue that says them; None of a table that holds its ratings."""
    if old.item_totals is None:
        return None
    totals = np.append(old.item_totals, np.zeros(n_items - old.n_items, np.int64))
    return totals + count_indices(added, n_items) - count_indices(replaced, n_items)


def _titles(old: Ratings, new: Ratings, items: IdMap, item_index: IntArray) -> Array | None:
    if old.titles is None and new.titles is None:
        return None
    none_old, none_new = (np.full(one.n_items, None, object) for one in (old, new))
    of_old, of_new = old.titles if old.titles is not None else none_old, new.titles
    return _filled(of_old, none_new if of_new is None else of_new, item_index, len(items))


def _columns(
    old: Mapping[str, Array], new: Mapping[str, Array], index: IntArray, n_old: int, n: int
) -> dict[str, Array]:
    """Each attribute of either table; old cells stay, missing ones are filled from the new table."""
    names = [*old, *(name for name in new if name not in old)]
    nothing = np.full(n_old, None, object), np.full(len(index), None, object)
    return {name: _filled(old.get(name, nothing[0]), new.get(name, nothing[1]), index, n) for name in names}


def _is_present(column: Array) -> BoolArray:
    """(n,) False where a cell is missing."""
    return np.array([one is not None and one == one for one in column.tolist()], bool)


def _filled(old: Array, new: Array, index: IntArray, n: int) -> Array:
    """(n,) the old column, its missing and its new cells filled from the new one; numbers stay numbers.

    index: of each row of the new column in the result, -1: nowhere
    """
    filled = np.full(n, None, object)
    filled[: len(old)] = old
    to_fill = (index >= 0) & ~_is_present(filled)[index] & _is_present(new)
    filled[index[to_fill]] = new[to_fill]
    missing = ~_is_present(filled)
    numeric = old.dtype.kind in "if" and (new.dtype.kind in "if" or missing[len(old) :].all())
    if not numeric:
        return filled
    if not missing.any() and new.dtype.kind == "i":
        return filled.astype(old.dtype)
    filled[missing] = np.nan
    return filled.astype(np.float64)
