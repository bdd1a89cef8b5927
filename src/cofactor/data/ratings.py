"""The rating table that everything else is given: indices, values, and who they stand for."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Self

import numpy as np

from cofactor.arrays import Array, BoolArray, FloatArray, Id, IntArray
from cofactor.data.id_kinds import id_column
from cofactor.data.ids import UNKNOWN, IdMap
from cofactor.data.options import IdKinds, id_kind
from cofactor.data.report import Report, RowNames
from cofactor.data.value_column import StoredValues, ValueColumn, read_only
from cofactor.errors import AmbiguousTitle, BadOption, BadTable, shown
from cofactor.kernels.absent import NO_CODES
from cofactor.kernels.ratings.csr import CsrRatings
from cofactor.kernels.ratings.layout import count_indices, lay_out, transposed

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["NO_TIME", "Ratings", "Rows"]

ONE = np.ones(1, np.float32)
NO_TIME = np.iinfo(np.int64).min  # the timestamp of a rating whose time is unknown


class Rows(NamedTuple):
    """Compressed sparse rows: row r holds `indices[indptr[r]:indptr[r + 1]]` and what `levels` and `codes` say of them.

    Ratings know few different values, clicks one: a byte says which, or nothing has to.
    """

    indptr: IntArray  # (n_rows + 1,) int64
    indices: IntArray  # (n,) int32, ascending within a row
    levels: FloatArray  # (n,) float32, the values; or with codes the different ones; or (1,): all have it
    codes: IntArray = NO_CODES  # (n,) uint8, which of `levels` each has; or (0,): its own

    @classmethod
    def of_part(cls, part: CsrRatings) -> "Rows":
        return cls(part.indptr, part.indices, part.values, part.codes)

    @property
    def part(self) -> CsrRatings:
        """What the kernels are told."""
        return CsrRatings(self.indptr, self.indices, self.levels, codes=self.codes)

    @property
    def values(self) -> FloatArray:
        """(n,) float32, made when asked for."""
        return self.part.coded.at(slice(None))

    def of(self, row: int) -> tuple[IntArray, FloatArray]:
        """The indices and values of one row; both empty for the index of an unknown id."""
        at = slice(0, 0) if row < 0 else slice(self.indptr[row], self.indptr[row + 1])
        return self.indices[at], self.part.coded.at(at)

    def take(self, rows: IntArray) -> "Rows":
        """These rows alone, in this order."""
        counts = self.counts[rows]
        indptr = np.concatenate([[0], np.cumsum(counts)])
        at = np.arange(indptr[-1]) + np.repeat(self.indptr[rows] - indptr[:-1], counts)
        return Rows(indptr, self.indices[at], self.part.coded.at(at))

    @property
    def counts(self) -> IntArray:
        return np.diff(self.indptr)


@dataclass(frozen=True, eq=False, kw_only=True)
class Ratings:
    """n ratings (or clicks, whose value is 1) by users of items. Frozen, its columns read-only: a split or a filter is
    a new one, and any number of threads may read one table.

    user_idx, item_idx: (n,) int32     values: (n,) float32     timestamps: (n,) int64, seconds since 1970,
    `NO_TIME` where unknown, or None where the table has no time at all.

    A part of a table (`subset`) keeps the whole table's ids, so that indices mean the same in train and test;
    a user without ratings in the part is a newcomer to whoever learns from it.
    """

    users: IdMap
    items: IdMap
    user_idx: IntArray
    item_idx: IntArray
    values: ValueColumn = ValueColumn()  # noqa: RUF009  (an array to whoever gives or reads it)
    timestamps: IntArray | None = None
    explicit: bool = True  # ratings; False: clicks, plays, purchases
    scale: tuple[float, float] | None = None  # lowest and highest rating that can be given
    titles: Array | None = None  # (n_items,) object, None where an item has none
    item_attributes: Mapping[str, Array] = field(default_factory=dict[str, Array])  # each (n_items,)
    user_attributes: Mapping[str, Array] = field(default_factory=dict[str, Array])  # each (n_users,)
    name: str = "ratings"
    synthetic: bool = False  # generated, not observed; shown wherever the data are
    library: str = "polars"  # the table library it came in, in which answers are given back
    report: Report | None = None  # what was found, guessed and left out when it was read

    @classmethod
    def from_arrays(
        cls, users: Iterable[Id], items: Iterable[Id], values: Iterable[float] | None = None, *,
        ids: IdKinds = "auto", **rest: Any,
    ) -> Self:  # fmt: skip
        """From three columns of equal length; without `values` they are clicks.

        ids: "text" makes all ids text, {"user": "text"} those of one side; as in `cofactor.read`
        Raises `BadTable` for a value that is no finite number, a missing id, and ids of several kinds.

        >>> Ratings.from_arrays(["ann", "ann", "bob"], [10, 20, 10], [5, 3, 4])
        Ratings('ratings': 3 ratings of 2 items by 2 users)
        """
        user_map, user_idx = IdMap.encode(id_column(users, "user", id_kind(ids, "user")), "user")
        item_map, item_idx = IdMap.encode(id_column(items, "item", id_kind(ids, "item")), "item")
        given = np.ones(len(user_idx), np.float32) if values is None else _finite(values)
        return cls(
            users=user_map, items=item_map, user_idx=user_idx, item_idx=item_idx,
            values=given, explicit=values is not None, **rest,
        )  # fmt: skip

    def __post_init__(self) -> None:
        lengths = {len(self.user_idx), len(self.item_idx), len(self.values)}
        if self.timestamps is not None:
            lengths.add(len(self.timestamps))
        if len(lengths) != 1:
            raise BadTable(f"The columns of a table must have one length, but these have {sorted(lengths)}.")
        for name in ("user_idx", "item_idx", "timestamps"):
            column = getattr(self, name)
            if column is not None:
                object.__setattr__(self, name, read_only(column))
        if self.explicit and self.scale is None and len(self.values):
            object.__setattr__(self, "scale", (float(self.values.min()), float(self.values.max())))

    def __len__(self) -> int:
        return len(self.user_idx)

    @property
    def _stored(self) -> StoredValues:
        return vars(self)["stored_values"]

    def values_of(self, rows: slice | IntArray | BoolArray) -> FloatArray:
        """The values of some ratings; all need not be made for them."""
        return self._stored.some(rows)

    def __repr__(self) -> str:
        kind = "ratings" if self.explicit else "clicks"
        label = f"{self.name!r}{', synthetic' if self.synthetic else ''}"
        return f"Ratings({label}: {len(self):,} {kind} of {self.n_items:,} items by {self.n_users:,} users)"

    @property
    def n_users(self) -> int:
        return len(self.users)

    @property
    def n_items(self) -> int:
        return len(self.items)

    @property
    def density(self) -> float:
        """Share of the user-item matrix that is filled, 0 to 1."""
        return len(self) / max(1, self.n_users * self.n_items)

    @cached_property
    def mean(self) -> float:
        return float(self.values.mean(dtype=np.float64)) if len(self) else float("nan")

    @cached_property
    def user_counts(self) -> IntArray:
        """(n_users,) ratings of each user."""
        return self._counted(self.user_idx, self.n_users, "by_user")

    @cached_property
    def item_counts(self) -> IntArray:
        """(n_items,) ratings of each item."""
        return self._counted(self.item_idx, self.n_items, "by_item")

    def _counted(self, idx: IntArray, n: int, laid_out: Literal["by_user", "by_item"]) -> IntArray:
        """How often each row occurs; known already where the ratings are laid out and no pair occurs twice."""
        rows: Rows | None = vars(self).get(laid_out)
        if rows is not None and len(rows.indices) == len(self):
            return rows.counts
        return count_indices(idx, n)

    @cached_property
    def matrix(self) -> "csr_array":
        """(n_users, n_items) sparse float32; a pair that occurs twice keeps its last value."""
        rows = self.by_user
        from scipy.sparse import csr_array

        return csr_array((rows.values, rows.indices, rows.indptr), shape=(self.n_users, self.n_items))

    @cached_property
    def by_user(self) -> Rows:
        """Each user's items, ascending, and values. The table, too, keeps but a byte of each value from now on."""
        return Rows.of_part(lay_out(self.user_idx, self.item_idx, self._stored.shrink(), self.n_users, self.n_items))

    @cached_property
    def by_item(self) -> Rows:
        """Each item's users, ascending, and values."""
        return Rows.of_part(transposed(self.by_user.part, self.n_items))

    @property
    def clicks_by_item(self) -> Rows:
        """`by_item` for who need not know the values: without them, and not kept, unless it is laid out already."""
        laid_out: Rows | None = vars(self).get("by_item")
        users = self.by_user
        return laid_out or Rows.of_part(transposed(CsrRatings(users.indptr, users.indices, ONE), self.n_items))

    def some_rows(self, side: Literal["user", "item"], which: IntArray) -> Rows:
        """The rows of these users or items (ascending), as `by_user` and `by_item` have them.

        A few of them do not need all ratings sorted.
        """
        of_users = side == "user"
        laid_out: Rows | None = vars(self).get("by_user" if of_users else "by_item")
        if laid_out is not None:
            return laid_out.take(which)
        own, other = (self.user_idx, self.item_idx) if of_users else (self.item_idx, self.user_idx)
        asked = np.zeros(self.n_users if of_users else self.n_items, bool)
        asked[which] = True
        at = np.flatnonzero(asked[own])
        at = at[np.lexsort((other[at], own[at]))]  # stable, so the last of a pair that occurs twice is its last
        is_last = np.append((np.diff(own[at]) != 0) | (np.diff(other[at]) != 0), np.ones(min(1, len(at)), bool))
        at = at[is_last]
        counts = np.bincount(np.searchsorted(which, own[at]), minlength=len(which))
        return Rows(np.concatenate([[0], np.cumsum(counts)]), other[at], self.values_of(at))

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over ids, indices, values and times, in row order: equal data, equal fingerprint."""
        digest = hashlib.sha256()
        for ids in (self.users, self.items):
            numeric = ids.values.dtype.kind == "i"
            digest.update(ids.values.tobytes() if numeric else repr(ids.values.tolist()).encode())
        for column in (self.user_idx, self.item_idx, self.values, self.timestamps):
            digest.update(b"none" if column is None else np.ascontiguousarray(column).data)
        return digest.hexdigest()

    def subset(self, rows: IntArray | BoolArray, name: str | None = None) -> Self:
        """The ratings of these rows, with the whole table's ids, attributes and scale."""
        times = None if self.timestamps is None else self.timestamps[rows]
        return replace(
            self, user_idx=self.user_idx[rows], item_idx=self.item_idx[rows], values=self.values_of(rows),
            timestamps=times, name=name or self.name,
        )  # fmt: skip

    def without(self, *, users: Iterable[Id] = (), items: Iterable[Id] = ()) -> Self:
        """The table as if these users and items, given by their ids, had never been in it.

        Their ratings, ids, attributes and titles are gone, and the indices behind them move up. Whoever has no rating
        left stays, with none. The scale stays that of the whole table, as in `subset`; the report goes, since it may
        quote the ids and rows that were read. A table of nobody is allowed.
        Raises `UnknownIds`, which names the ids that the table does not hold, and `BadOption` for what is no list.

        >>> table = Ratings.from_arrays(["ann", "ann", "bob"], [10, 20, 10], [5, 3, 4])
        >>> table.without(users=["ann"])
        Ratings('ratings': 1 ratings of 2 items by 1 users)
        """
        keep_user, keep_item = _all_but(users, self.users), _all_but(items, self.items)
        rows = keep_user[self.user_idx] & keep_item[self.item_idx]
        new_user_idx, new_item_idx = (np.cumsum(keep, dtype=np.int32) - np.int32(1) for keep in (keep_user, keep_item))
        return replace(
            self, users=_only(self.users, keep_user), items=_only(self.items, keep_item),
            user_idx=new_user_idx[self.user_idx[rows]], item_idx=new_item_idx[self.item_idx[rows]],
            values=self.values_of(rows), timestamps=None if self.timestamps is None else self.timestamps[rows],
            titles=None if self.titles is None else self.titles[keep_item],
            user_attributes=self.attributes_of("user", keep_user),
            item_attributes=self.attributes_of("item", keep_item), report=None,
        )  # fmt: skip

    def attributes_of(self, side: Literal["user", "item"], rows: IntArray | BoolArray) -> dict[str, Array]:
        """The attributes of these users or items, by index or mask; each one value for each of them."""
        attributes = self.user_attributes if side == "user" else self.item_attributes
        return {name: column[rows] for name, column in attributes.items()}

    def title_of(self, item_idx: IntArray) -> list[str]:
        """The title of each item, or its id as text where it has none."""
        ids = self.items.gather(item_idx)
        titles = ids if self.titles is None else self.titles[item_idx]
        return [str(one if title is None else title) for title, one in zip(titles, ids, strict=True)]

    def find_items(self, items: Iterable[Id]) -> IntArray:
        """The index of each item given by its id or, where no id is of that name, by its exact title.

        `UNKNOWN` (-1) for strangers. Raises `AmbiguousTitle` for a title that several items carry.
        """
        asked = items if isinstance(items, np.ndarray) else list(items)
        idx = self.items.find(asked)
        if self.titles is not None and (idx < 0).any():
            idx = idx.copy()
            for at in np.flatnonzero(idx < 0):
                idx[at] = self._item_titled(asked[at])
        return idx

    def _item_titled(self, title: Id) -> int:
        titled = self._items_of_title.get(title, ()) if isinstance(title, str) else ()
        if len(titled) > 1:
            raise AmbiguousTitle(str(title), self.items.gather(np.array(titled)).tolist())
        return titled[0] if titled else UNKNOWN

    def titles_like(self, text: Id, n: int = 3) -> list[str]:
        """Up to n titles that a reader may have meant: those that hold the text, else those spelt nearly so."""
        titles = list(dict.fromkeys(title for title in self._items_of_title if isinstance(title, str)))
        if not isinstance(text, str) or not text:
            return []
        holding = sorted((title for title in titles if text.lower() in title.lower()), key=len)
        return holding[:n] or get_close_matches(text, titles, n)

    @cached_property
    def _items_of_title(self) -> dict[str, tuple[int, ...]]:
        places: dict[str, tuple[int, ...]] = {}
        for at, title in enumerate(self.titles if self.titles is not None else ()):
            if title is not None:
                places[title] = (*places.get(title, ()), at)
        return places


def _all_but(leaving: Iterable[Id], ids: IdMap) -> BoolArray:
    """(len(ids),) False for those who leave."""
    if isinstance(leaving, str | bytes | Mapping) or not isinstance(leaving, Iterable):
        raise BadOption(f"without({ids.kind}s=…) takes a list of ids, such as [{shown(leaving)}].")
    keep = np.ones(len(ids), np.bool_)
    keep[ids.index_of(leaving if isinstance(leaving, np.ndarray) else list(leaving))] = False
    return keep


def _only(ids: IdMap, keep: BoolArray) -> IdMap:
    return ids if keep.all() else IdMap(ids.values[keep], ids.kind)


def _finite(values: Iterable[float]) -> FloatArray:
    try:
        with np.errstate(over="ignore"):
            numbers = np.asarray(values if isinstance(values, np.ndarray) else list(values), np.float32)
    except (TypeError, ValueError, OverflowError) as error:
        raise BadTable(f"The ratings are not all numbers: {error}.") from None
    wrong = np.flatnonzero(~np.isfinite(numbers))
    if len(wrong):
        raise BadTable(
            f"The rating is not a finite number ({numbers.ravel()[wrong[0]]}) {RowNames().where(wrong)}. "
            f"Leave such rows out."
        )
    return numbers
