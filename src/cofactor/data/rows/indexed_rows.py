"""Rows whose ids have become indices: numbered, and each pair of user and item once."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from cofactor.arrays import Array, FloatArray, IntArray, object_array
from cofactor.data.columns.numbering import number, odd_texts
from cofactor.data.formats.series import texts_of
from cofactor.data.ids import IdMap
from cofactor.data.options import Duplicates
from cofactor.data.remarks import Remark, Remarks, left_out, note, problem, untrainable
from cofactor.data.rows.duplicates import Repeated, merge_repeats, repeated_pairs
from cofactor.data.rows.table_rows import TableRows
from cofactor.errors import counted, verb_of

__all__ = [
    "DISLIKES",
    "KEPT",
    "REPEATED",
    "IndexedRows",
    "dislike_remarks",
    "each_pair_once",
    "number_rows",
    "one_only",
    "side_remarks",
]

N_NAMED = 5  # odd ids that a remark names
DISLIKES = "Values of 0 or below are dislikes: no clicks to models of who has what, though not recommended again;"
REPEATED = "The same user and item more than once, {}; left out"
KEPT = {"mean": "mean of the ratings kept", "sum": "their sum kept", "last": "the last one kept"}  # of repeated pairs


@dataclass(frozen=True)
class IndexedRows:
    """Ratings by index, each column (n,); the ids that the indices stand for; the titles of the items, (n_items,)."""

    users: IdMap
    items: IdMap
    user_idx: IntArray
    item_idx: IntArray
    values: FloatArray
    times: IntArray | None
    titles: Array | None
    position: IntArray | None  # of each row in the table as it came; None: all of its rows are here

    def positions(self, rows: IntArray) -> IntArray:
        """The positions of these rows in the table as it came."""
        return rows if self.position is None else self.position[rows]


def number_rows(rows: TableRows) -> IndexedRows:
    """The rows with an index for each id; clicks have the value 1."""
    with ThreadPoolExecutor(2) as pool:
        (users, user_idx), (items, item_idx) = pool.map(number, (rows.users, rows.items), ("user", "item"))
    values = np.ones(len(user_idx), np.float32) if rows.values is None else rows.values
    titles = None if rows.titles is None else _first_titles(rows.titles, item_idx, len(items))
    return IndexedRows(users, items, user_idx, item_idx, values, rows.times, titles, rows.position)


def one_only(kind: str, column: str, which: str = "") -> Remark:
    """The remark on a column of one id. kind: user or item"""
    what = f"Column {column!r} holds one {kind} only{which}, so there is nothing to compare"
    return untrainable(what, mend=f"Name the right column with {kind}=…, or add the ratings of more {kind}s.")


def side_remarks(ids: IdMap, column: str, *, complete: bool) -> Remarks:
    """Remarks on a column that holds one id only, and on ids that hardly anybody meant.

    complete: no row is missing that will be there once the table has been mended
    """
    remarks, odd = list[Remark](), odd_texts(ids)
    if len(ids) == 1 and complete:
        remarks.append(one_only(ids.kind, column, f" ({ids.example!r})"))
    if odd:
        named = ", ".join(map(repr, odd[:N_NAMED])) + (", …" if len(odd) > N_NAMED else "")
        what = f"{counted(len(odd), f'{ids.kind} id')} {verb_of(len(odd), 'look')} unintended: {named}"
        remarks.append(note(what, mend="They were kept as they came."))
    return tuple(remarks)


def dislike_remarks(rows: IndexedRows) -> Remarks:
    """A remark on values of 0 or below, where there are any."""
    if not len(rows.values) or rows.values.min() > 0:
        return ()
    return (note(DISLIKES, rows.positions(np.flatnonzero(rows.values <= 0))),)


def each_pair_once(rows: IndexedRows, policy: Duplicates) -> tuple[IndexedRows, Remarks]:
    """The rows with repeats of a user and item left out, averaged or added up; with "error" they are a problem."""
    repeated = repeated_pairs(rows.user_idx, rows.item_idx, len(rows.items))
    if not len(repeated.rows):
        return rows, ()
    if policy == "error":
        return rows, (_repeats_problem(repeated, rows),)
    out, values = merge_repeats(repeated, rows.values, rows.times, policy)
    kept = np.ones(len(rows.user_idx), np.bool_)
    kept[out] = False
    merged = replace(
        rows, user_idx=rows.user_idx[kept], item_idx=rows.item_idx[kept], values=values[kept],
        times=None if rows.times is None else rows.times[kept], position=rows.positions(np.flatnonzero(kept)),
    )  # fmt: skip
    return merged, (left_out(REPEATED.format(KEPT[policy]), rows.positions(out)),)


def _repeats_problem(repeated: Repeated, rows: IndexedRows) -> Remark:
    one = repeated.rows[[0]]
    (user,), (item,) = rows.users.gather(rows.user_idx[one]).tolist(), rows.items.gather(rows.item_idx[one]).tolist()
    what = f"The same user and item come again (first user {user!r}, item {item!r})"
    mend = "Remove the repeats, or pass duplicates='last', 'mean' or 'sum'."
    return problem(what, rows.positions(repeated.later), mend=mend)


def _first_titles(titles: pl.Series, item_idx: IntArray, n_items: int) -> Array:
    """(n_items,) the first title that stands beside each item."""
    first = np.zeros(n_items, np.int64)
    first[item_idx[::-1]] = np.arange(len(item_idx))[::-1]  # backwards: the first is written last
    return object_array(texts_of(titles.gather(first)).to_list())
