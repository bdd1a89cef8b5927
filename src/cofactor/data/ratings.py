"""The table of ratings: indices, values and times, and the ids, titles and attributes behind the indices."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, Self, get_args

import numpy as np

from cofactor.arrays import Array, BoolArray, FloatArray, Id, IntArray
from cofactor.data.csr_rows import Rows, rows_of
from cofactor.data.facts import NO_TIME, counts_in_words, rows_of_facts
from cofactor.data.id_kinds import id_column
from cofactor.data.ids import IdMap
from cofactor.data.kinds import Kind, kind_of_column, values_of_kind
from cofactor.data.options import IdKinds, id_kind
from cofactor.data.removing import all_but, places_of, renumbered
from cofactor.data.report import Report
from cofactor.data.rows.duplicates import merge_repeats, repeated_pairs
from cofactor.data.titles import ItemsByTitle
from cofactor.data.user_digests import digests_of_users
from cofactor.data.value_column import StoredValues, ValueColumn, finite_values, read_only
from cofactor.errors import BadOption, BadTable
from cofactor.kernels.ratings.csr import CsrRatings
from cofactor.kernels.ratings.layout import count_indices, lay_out, transposed
from cofactor.sheet import Sheet, SheetMixin

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["NO_TIME", "Ratings"]

ONE = np.ones(1, np.float32)


@dataclass(frozen=True, eq=False, kw_only=True)
class Ratings(SheetMixin):
    """n ratings, clicks (of value 1) or counts by users of items; `kind` says which (see `data/kinds.py`).

    Frozen, its columns read-only: a split or a filter is a new one, and any number of threads may read one table.

    user_idx, item_idx: (n,) int32     values: (n,) float32     timestamps: (n,) int64, seconds since 1970,
    `NO_TIME` where unknown, or None where the table has no time at all.

    A part of a table (`subset`) keeps the whole table's ids, so that indices mean the same in train and test;
    a user without ratings in the part is a newcomer to whoever learns from it.
    Raises `BadTable` where the columns have not one length, `BadOption` for an unknown kind.
    """

    users: IdMap
    items: IdMap
    user_idx: IntArray
    item_idx: IntArray
    values: ValueColumn = ValueColumn()  # noqa: RUF009  (an array to whoever gives or reads it)
    timestamps: IntArray | None = None
    kind: Kind = "ratings"  # clicks: that somebody had an item; counts: how often, such as plays and quantities
    scale: tuple[float, float] | None = None  # lowest and highest rating that can be given
    titles: Array | None = None  # (n_items,) object, None where an item has none
    item_attributes: Mapping[str, Array] = field(default_factory=dict[str, Array])  # each (n_items,)
    user_attributes: Mapping[str, Array] = field(default_factory=dict[str, Array])  # each (n_users,)
    name: str = "ratings"
    synthetic: bool = False  # generated, not observed; shown wherever the data are
    library: str = "polars"  # the table library it came in, in which answers are given back
    report: Report | None = None  # what was found, guessed and left out when it was read
    item_totals: IntArray | None = None  # (n_items,) ratings of each item, of a catalogue whose ratings lie elsewhere

    @classmethod
    def from_arrays(
        cls, users: Iterable[Id], items: Iterable[Id], values: Iterable[float] | None = None, *,
        kind: Kind | None = None, ids: IdKinds = "auto", **rest: Any,
    ) -> Self:  # fmt: skip
        """The table of three columns of equal length; without `values` they are clicks.

        kind: what the values are, "ratings", "clicks" or "counts"; None: by the rule of `cofactor.read`, and ratings
            where a `scale` is given. Counts of one pair are added up
        ids: "text" makes all ids text, {"user": "text"} those of one side; as in `cofactor.read`
        Raises `BadTable` for a value that is no finite number, a missing id, and ids of several kinds.

        >>> Ratings.from_arrays(["ann", "ann", "bob"], [10, 20, 10], [5, 3, 4])
        Ratings('ratings': 3 ratings of 2 items by 2 users)
        """
        user_map, user_idx = IdMap.encode(id_column(users, "user", id_kind(ids, "user")), "user")
        item_map, item_idx = IdMap.encode(id_column(items, "item", id_kind(ids, "item")), "item")
        column = values if values is None or isinstance(values, np.ndarray) else list(values)
        numbers = np.ones(len(user_idx), np.float32) if column is None else finite_values(column)
        if kind is None:
            kind = kind_of_column(column, numbers, rest.get("scale"))
        table = cls(
            users=user_map, items=item_map, user_idx=user_idx, item_idx=item_idx, kind=kind,
            values=values_of_kind(numbers, kind), **rest,
        )  # fmt: skip
        return table._each_pair_once("sum", table.timestamps) if kind == "counts" else table

    def _each_pair_once(self, policy: Literal["last", "sum"], times: IntArray | None) -> Self:
        """The table with repeats of a pair left out or added up, in place of the last by `times`; None: by row."""
        repeated = repeated_pairs(self.user_idx, self.item_idx, self.n_items)
        if not len(repeated.rows):
            return self
        out, values = merge_repeats(repeated, self.values, times, policy)
        kept = np.ones(len(self), np.bool_)
        kept[out] = False
        return replace(self, values=values).subset(kept)

    def __post_init__(self) -> None:
        if self.kind not in get_args(Kind):
            raise BadOption(f"kind={self.kind!r} is not known. Choose one of: {', '.join(get_args(Kind))}.")
        lengths = {len(self.user_idx), len(self.item_idx), len(self.values)}
        if self.timestamps is not None:
            lengths.add(len(self.timestamps))
        if len(lengths) != 1:
            raise BadTable(f"The columns of a table must have one length, but these have {sorted(lengths)}.")
        for name in ("user_idx", "item_idx", "timestamps"):
            column = getattr(self, name)
            if column is not None:
                object.__setattr__(self, name, read_only(column))
        if self.kind == "ratings" and self.scale is None and len(self.values):
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
        label = f"{self.name!r}{', synthetic' if self.synthetic else ''}"
        return f"Ratings({label}: {counts_in_words(self.kind, len(self), self.n_items, self.n_users)})"

    def sheet(self) -> Sheet:
        """One row a fact, under the table's name; of ratings that lie elsewhere how many they are."""
        name = f"{self.name}{' (synthetic)' if self.synthetic else ''}"
        if self.item_totals is not None:
            rows = [("users kept", f"{self.n_users:,}"), ("items", f"{self.n_items:,}")]
            return Sheet(f"{name}, in shards", (), [*rows, (self.kind, f"{self.item_totals.sum():,}")])
        facts = rows_of_facts(self.kind, self.n_users, self.n_items, self.values, self.timestamps)
        return Sheet(name, (), facts)

    @property
    def explicit(self) -> bool:
        """True for ratings, which are opinions on a scale; False for clicks and counts."""
        return self.kind == "ratings"

    @property
    def n_users(self) -> int:
        """The number of users, those without ratings included."""
        return len(self.users)

    @property
    def n_items(self) -> int:
        """The number of items, those without ratings included."""
        return len(self.items)

    @property
    def density(self) -> float:
        """Share of the user-item matrix that is filled, 0 to 1."""
        return len(self) / max(1, self.n_users * self.n_items)

    @cached_property
    def n_dislikes(self) -> int:
        """The number of dislikes: values of 0 or below, of whatever kind the table is."""
        return self._stored.n_up_to(0)

    @property
    def positives(self) -> Self:
        """The table without its dislikes, for models that learn from who has what; itself where it has none."""
        return self._positives if self.n_dislikes else self

    @cached_property
    def _positives(self) -> Self:
        table = self._each_pair_once("last", None)
        return table.subset(table.values > 0)

    @cached_property
    def mean(self) -> float:
        """The mean of all values; nan where there are none."""
        return float(self.values.mean(dtype=np.float64)) if len(self) else float("nan")

    @cached_property
    def user_counts(self) -> IntArray:
        """(n_users,) ratings of each user."""
        return self._counted(self.user_idx, self.n_users, "by_user")

    @cached_property
    def item_counts(self) -> IntArray:
        """(n_items,) ratings of each item."""
        if self.item_totals is not None:
            return self.item_totals
        return self._counted(self.item_idx, self.n_items, "by_item")

    def _counted(self, idx: IntArray, n: int, laid_out: Literal["by_user", "by_item"]) -> IntArray:
        """(n,) how often each index occurs; known already where the ratings are laid out and no pair occurs twice."""
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
        """Each user's items, ascending, and their values. From now on the table keeps a byte of each value only."""
        return Rows.of_part(lay_out(self.user_idx, self.item_idx, self._stored.shrink(), self.n_users, self.n_items))

    @cached_property
    def by_item(self) -> Rows:
        """Each item's users, ascending, and values."""
        return Rows.of_part(transposed(self.by_user.part, self.n_items))

    @property
    def clicks_by_item(self) -> Rows:
        """Each item's users, without the values unless `by_item` is laid out already; it is not kept."""
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
        return rows_of(which, own, other, self.n_users if of_users else self.n_items, self.values_of)

    def are_all_held(self, item_idx: IntArray) -> BoolArray:
        """(m,) True where all ratings of an item are in the table, False where some lie elsewhere."""
        if self.item_totals is None:
            return np.ones(len(item_idx), np.bool_)
        return count_indices(self.item_idx, self.n_items)[item_idx] >= self.item_totals[item_idx]

    def items_of(self, user_idx: IntArray) -> IntArray:
        """The items that any of these users (ascending) has rated, ascending."""
        return np.unique(self.some_rows("user", user_idx).indices)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over kind, ids, indices, values and times, in row order: equal data, equal fingerprint."""
        digest = hashlib.sha256(self.kind.encode())
        for ids in (self.users, self.items):
            digest.update(ids.digest)
        for column in (self.user_idx, self.item_idx, self.values, self.timestamps):
            digest.update(b"none" if column is None else np.ascontiguousarray(column).data)
        return digest.hexdigest()

    @cached_property
    def user_digests(self) -> Array:
        """(n_users, 32) uint8: the SHA-256 of each user's id, attributes and ratings; of those who stay it is kept."""
        return digests_of_users(self)

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
        Ratings('ratings': 1 rating of 2 items by 1 user)
        """
        keep_user, keep_item = self.users.all_but(users), self.items.all_but(items)
        out = places_of(self.user_idx, keep_user)
        if not keep_item.all():
            out = np.union1d(out, places_of(self.item_idx, keep_item))
        rest = replace(
            self, users=self.users.only(keep_user), items=self.items.only(keep_item),
            user_idx=renumbered(all_but(self.user_idx, out), keep_user),
            item_idx=renumbered(all_but(self.item_idx, out), keep_item), values=self._stored.all_but(out),
            timestamps=None if self.timestamps is None else all_but(self.timestamps, out),
            titles=None if self.titles is None else self.titles[keep_item],
            user_attributes=self.attributes_of("user", keep_user),
            item_attributes=self.attributes_of("item", keep_item), report=None,
            item_totals=self._totals_without(out, keep_item),
        )  # fmt: skip
        known = vars(self)  # what was laid out stays so: a fraction of the time of sorting anew
        if "by_user" in known:
            vars(rest)["by_user"] = self.by_user.only(keep_user, keep_item)
        if "by_item" in known:
            vars(rest)["by_item"] = self.by_item.only(keep_item, keep_user)
        if "user_digests" in known and keep_item.all():
            vars(rest)["user_digests"] = self.user_digests[keep_user]
        return rest

    def _totals_without(self, out: IntArray, keep_item: BoolArray) -> IntArray | None:
        if self.item_totals is None:
            return None
        return (self.item_totals - count_indices(self.item_idx[out], self.n_items))[keep_item]

    @property
    def catalogue(self) -> Self:
        """The table without people: items, titles and their attributes, and neither users nor ratings.

        What it is called and its scale stay; nothing else in it depends on who rated what.
        """
        nobody = self.without(users=self.users.values.tolist())
        return replace(nobody, timestamps=None, user_attributes={})

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
                idx[at] = self._items_by_title.find(asked[at], self.items)
        return idx

    def titles_like(self, text: Id, n: int = 3) -> list[str]:
        """Up to n titles that a reader may have meant: those that hold the text, else those spelt nearly so."""
        return self._items_by_title.like(text, n)

    @cached_property
    def _items_by_title(self) -> ItemsByTitle:
        return ItemsByTitle(self.titles)
