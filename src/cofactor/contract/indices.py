"""Ids turned into indices and checked: users and items, pairs, times.

Everything here reads the ratings that a model learned from; nothing here knows a model.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from cofactor.arrays import Array, Id, IntArray
from cofactor.contract.absent_people import mend_for_absent
from cofactor.data.ids import UNKNOWN
from cofactor.errors import BadOption, UnknownIds, counted, shown
from cofactor.hyperparameters import conformed

if TYPE_CHECKING:
    from cofactor.data.ratings import Ratings

__all__ = ["Unknown", "as_list", "find", "is_one_id", "pair_indices", "seconds_of_pairs"]

Unknown = Literal["raise", "fallback"]


def find(
    ratings: "Ratings", side: Literal["user", "item"], ids: Id | Sequence[Id] | Array, unknown: str = "raise", *,
    may_fall_back: bool = False,
) -> IntArray:  # fmt: skip
    """(n,) the index of each id, of items also by exact title; with unknown="fallback" -1 for an unknown one.

    may_fall_back: whether the caller could have asked for unknown="fallback", which the error then advises
    Raises `UnknownIds`.
    """
    if type(unknown) is not str or unknown not in ("raise", "fallback"):
        unknown = conformed("unknown", Unknown, unknown)
    asked = ids if isinstance(ids, np.ndarray) and ids.ndim == 1 else as_list(ids)
    idx = ratings.find_items(asked) if side == "item" else ratings.users.find(asked)
    if unknown == "raise" and (idx == UNKNOWN).any():
        strangers = [asked[at] for at in np.flatnonzero(idx == UNKNOWN).tolist()]
        known = ratings.items if side == "item" else ratings.users
        near = ratings.titles_like(strangers[0]) if side == "item" else ()
        mend = mend_for_absent(ratings) if side == "user" else ""
        raise UnknownIds(side, strangers, len(known), near, made_of=known.holds, may_fall_back=may_fall_back, mend=mend)
    return idx


def pair_indices(user_idx: IntArray, item_idx: IntArray) -> tuple[IntArray, IntArray]:
    """Pairs of a user and an item, where one of either is repeated. Raises `BadOption` for lists of two lengths."""
    if len(user_idx) != len(item_idx) and 1 not in (len(user_idx), len(item_idx)):
        raise BadOption(
            f"Pairs are a user and an item each, but {len(user_idx):,} users and {len(item_idx):,} items came. Give as "
            f"many of both, or one of either."
        )
    user_idx, item_idx = np.broadcast_arrays(user_idx, item_idx)
    return user_idx, item_idx


def as_list(ids: Any) -> list[Id]:
    """One id, or several: strings, tuples and numbers are one. Raises `BadOption` for an array of two dimensions."""
    if isinstance(ids, np.ndarray):
        if ids.ndim > 1:
            raise BadOption(
                f"Ids come one by one or in a list, but an array of {ids.ndim} dimensions came: {shown(ids)}."
            )
        return ids.tolist() if ids.ndim else [ids.item()]
    return [ids] if is_one_id(ids) else list(ids)


def is_one_id(ids: Any) -> bool:
    """True for one id, and for somebody new; False for a list of ids."""
    is_iterable = isinstance(ids, Iterable) and not (isinstance(ids, np.ndarray) and not ids.ndim)
    return isinstance(ids, (str, bytes, tuple, Mapping)) or not is_iterable


def seconds_of_pairs(times: Any, shape: tuple[int, ...]) -> IntArray:
    """Seconds since 1970 of each pair, from one time for all or as many. Raises `BadOption` for what are none."""
    try:
        given = np.asarray(times if isinstance(times, np.ndarray) else as_list(times))
    except (TypeError, ValueError):  # no list, or lists of several lengths
        given = np.zeros(0, object)
    is_whole = given.dtype.kind in "iuf" and bool((abs(given) < 2.0**63).all() and (given == np.trunc(given)).all())
    if not is_whole or given.shape not in ((), (1,), shape):
        raise BadOption(
            f"times are whole numbers, the seconds since 1970 of each of {counted(shape[0], 'pair')}, but "
            f"{shown(times)} came."
        )
    return np.broadcast_to(given.astype(np.int64), shape)
