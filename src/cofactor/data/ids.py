"""Ids outside, indices inside: the only place where one becomes the other.

An id is what people write (196, "u42", "tt0133093"); an index is a row of our arrays, from 0.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from numbers import Number
from typing import Any, Self, cast

import numpy as np

from cofactor.arrays import Array, BoolArray, Id, IntArray, object_array
from cofactor.data.id_keys import keys_of
from cofactor.data.id_kinds import kind_of
from cofactor.data.options import IdKinds, Side
from cofactor.data.text_ids import TextIds
from cofactor.errors import BadOption, BadTable, UnknownIds, shown

__all__ = ["UNKNOWN", "IdMap", "kinds_of_ids"]

UNKNOWN = -1  # the index of an id nothing is known about
FIRST = np.zeros(1, np.int64)
MAX_WHOLE = 2**63 - 1
WHOLE = re.compile("0|-?[1-9][0-9]{0,18}")  # as Python writes a whole number: "007" and "+7" are not 7


class IdMap:
    """The ids of one side (users or items), in the order of their indices.

    ids: (n,), unique; int64 for whole numbers, `TextIds` for text that came packed, else an object array of the ids as
    they came

    Whole-number ids are also found by their decimal text, so that "196" from a command line or a URL
    means 196; no two ids can collide by that.

    >>> users = IdMap.of(["ann", "bob"])
    >>> users.index_of(["bob", "ann"])
    array([1, 0], dtype=int32)
    """

    def __init__(self, ids: Array | TextIds, kind: str = "user") -> None:
        self._ids, self.kind = ids, kind

    def __repr__(self) -> str:
        return f"IdMap({len(self):,} {self.kind} ids: {self.holds})"

    @cached_property
    def values(self) -> Array:
        """(n,) int64 for whole numbers, else an object array; of packed text it is made when it is first asked for."""
        return self._ids.objects() if isinstance(self._ids, TextIds) else self._ids

    @cached_property
    def texts(self) -> TextIds | None:
        """The ids packed, where all of them are text; None where they are not."""
        if isinstance(self._ids, TextIds):
            return self._ids
        if self._ids.dtype.kind == "i" or not all(type(one) is str for one in self._ids):
            return None
        return TextIds.of(self._ids.tolist())

    @classmethod
    def of(cls, ids: Iterable[Id], kind: str = "user") -> Self:
        """The map of these ids, in their order; raises `BadTable` where one occurs twice."""
        ids = ids if isinstance(ids, np.ndarray) else list(ids)
        id_map = cls(_id_array(ids), kind)
        n_different = len(np.unique(id_map.values) if id_map.values.dtype.kind == "i" else id_map._index)
        if n_different != len(id_map):
            raise BadTable(f"{kind} ids must be unique, but some of the {len(id_map):,} occur twice.")
        return id_map

    @classmethod
    def encode(cls, column: Iterable[Id], kind: str = "user") -> tuple[Self, IntArray]:
        """The distinct ids of a column (sorted where they can be) and the index of each of its rows."""
        values = _id_array(column if isinstance(column, np.ndarray) else list(column))
        try:
            unique, idx = np.unique(values, return_inverse=True)
        except TypeError:  # ids of several types have no order: first come, first numbered
            place: dict[Id, int] = {}
            idx = np.fromiter((place.setdefault(v, len(place)) for v in values), np.int32, len(values))
            unique = _id_array(list(place))
        return cls(unique, kind), idx.astype(np.int32)

    def __len__(self) -> int:
        return len(self._ids)

    def __contains__(self, one: object) -> bool:
        return self.find([cast(Id, one)])[0] != UNKNOWN

    @property
    def holds(self) -> str:
        """The kind of the ids, in words: "whole numbers", "text", …; "nothing" where there are none."""
        return "nothing" if not len(self) else kind_of(type(self.gather(FIRST)[0]))

    @property
    def example(self) -> Id:
        """The first id, as Python has it; there has to be one."""
        return self.gather(FIRST).tolist()[0]

    def gather(self, idx: IntArray) -> Array:
        """The ids at these indices, same shape."""
        return self._ids.gather(idx) if isinstance(self._ids, TextIds) else self._ids[idx]

    def find(self, ids: Sequence[Id] | Array) -> IntArray:
        """The index of each id, `UNKNOWN` for strangers; (len(ids),) int32."""
        if isinstance(self._ids, TextIds):
            return self._ids.find(ids)
        if self._ids.dtype.kind != "i":
            return np.fromiter((self._find_one(one) for one in ids), np.int32, len(ids))
        if not isinstance(ids, np.ndarray) or ids.dtype.kind not in "iu":
            return self._find_written(ids)
        found = self._find_integers(ids.astype(np.int64))
        return np.where(ids > MAX_WHOLE, np.int32(UNKNOWN), found) if ids.dtype == np.uint64 else found

    def index_of(self, ids: Sequence[Id] | Array) -> IntArray:
        """The index of each id, (len(ids),) int32; raises `UnknownIds`, which names the strangers."""
        idx = self.find(ids)
        if (idx == UNKNOWN).any():
            strangers = dict.fromkeys(ids[at] for at in np.flatnonzero(idx == UNKNOWN).tolist())
            raise UnknownIds(self.kind, strangers, len(self), made_of=self.holds)
        return idx

    @cached_property
    def keys(self) -> IntArray:
        """(n,) uint64, a hash of each id, which is the same in every table (`id_keys.py`)."""
        return keys_of(self.values) if self.texts is None else self.texts.keys

    def sample(self, which: IntArray, n: int) -> IntArray:
        """n of these indices, or all, ascending: those of the smallest keys, the same ids in whatever order they come.

        >>> IdMap.of([3, 1, 2]).sample(np.arange(3), 2), IdMap.of([1, 2, 3]).sample(np.arange(3), 2)
        (array([0, 1]), array([0, 2]))
        """
        return np.sort(which[np.argpartition(self.keys[which], n)[:n]]) if n < len(which) else which

    def all_but(self, leaving: Iterable[Id]) -> BoolArray:
        """(n,) False for these ids, True for all others.

        Raises `UnknownIds`, which names the strangers, and `BadOption` for what is no list of ids.
        """
        if isinstance(leaving, str | bytes | Mapping) or not isinstance(leaving, Iterable):
            raise BadOption(f"{self.kind}s={shown(leaving)} is no list of ids. Give one, such as [{shown(leaving)}].")
        keep = np.ones(len(self), np.bool_)
        keep[self.index_of(leaving if isinstance(leaving, np.ndarray) else list(leaving))] = False
        return keep

    def only(self, keep: BoolArray) -> Self:
        """The ids where the mask is True, in their order."""
        if keep.all():
            return self
        return type(self)(self._ids.only(keep) if isinstance(self._ids, TextIds) else self._ids[keep], self.kind)

    @cached_property
    def digest(self) -> bytes:
        """SHA-256 of the ids in their order: equal ids, equal digest."""
        if self.texts is not None:
            found = hashlib.sha256(np.ascontiguousarray(self.texts.ends).data)
            found.update(np.ascontiguousarray(self.texts.text).data)
        else:
            is_whole = self.values.dtype.kind == "i"
            found = hashlib.sha256(self.values.tobytes() if is_whole else repr(self.values.tolist()).encode())
        return found.digest()

    @cached_property
    def _index(self) -> dict[Any, int]:
        return {one: at for at, one in enumerate(self.values.tolist())}

    @cached_property
    def _order(self) -> IntArray:
        return np.argsort(self.values, kind="stable")

    def _find_one(self, one: object) -> int:
        try:
            return self._index.get(one, UNKNOWN)
        except TypeError:  # unhashable, so it cannot be an id
            return UNKNOWN

    def _find_written(self, ids: Sequence[Id] | Array) -> IntArray:
        """The index of each of what may be a whole number, or its text."""
        numbers = [_whole_number(one) for one in ids]
        found = self._find_integers(np.array([one or 0 for one in numbers], np.int64))
        return np.where([one is not None for one in numbers], found, np.int32(UNKNOWN))

    def _find_integers(self, ids: IntArray) -> IntArray:
        if not len(self):
            return np.full(len(ids), UNKNOWN, np.int32)
        at = np.searchsorted(self.values, ids, sorter=self._order)
        place = self._order[np.minimum(at, len(self) - 1)]
        return np.where(self.values[place] == ids, place, UNKNOWN).astype(np.int32)


def _whole_number(one: object) -> int | None:
    """The whole number of 64 bits that this is, or that this text says; Python takes True for 1, we do not."""
    if isinstance(one, str):
        one = int(one) if WHOLE.fullmatch(one) else None
    if not isinstance(one, Number) or isinstance(one, bool):
        return None
    try:
        whole = int(cast(Any, one))
    except (TypeError, ValueError, OverflowError):  # complex, nan, infinity
        return None
    return whole if whole == one and -MAX_WHOLE - 1 <= whole <= MAX_WHOLE else None


def _id_array(ids: Sequence[Id] | Array) -> Array:
    """int64 where every id is a whole number that fits, else objects (strings stay strings, dates dates)."""
    if isinstance(ids, np.ndarray):
        too_large = ids.dtype == np.uint64 and ids.size and ids.max() > MAX_WHOLE
        return ids.astype(np.int64 if ids.dtype.kind in "iu" and not too_large else object)
    if ids and all(isinstance(one, int | np.integer) and not isinstance(one, bool) for one in ids):
        try:
            return np.array(ids, np.int64)
        except OverflowError:
            pass  # beyond 2**63
    return object_array([one.item() if isinstance(one, np.generic) else one for one in ids])  # 7 is 7 in NumPy, too


def kinds_of_ids(users: IdMap, items: IdMap) -> IdKinds:
    """The option `ids` of `cofactor.read` for another table of these users and items: text where theirs are text."""
    sides: tuple[tuple[Side, IdMap], ...] = (("user", users), ("item", items))
    return {side: "text" for side, ids in sides if ids.holds == "text"}
