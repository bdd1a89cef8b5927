"""The ids of an attached table, matched to those of the ratings."""

import numpy as np
import polars as pl

from cofactor.arrays import IntArray, object_array
from cofactor.data.attributes.attached_table import AttachedTable
from cofactor.data.columns.id_columns import as_ids
from cofactor.data.ids import UNKNOWN, IdMap
from cofactor.data.remarks import Remark, note, problem
from cofactor.errors import counted, some_of, verb_of

__all__ = ["find_keys", "first_row_of_each", "match_remarks", "with_unrated"]

EXPECTED_SHARE = 0.5  # of the ids should be found in the attached table
EXCHANGED_SHARE = 0.9  # of the other side's ids: if more are found, the two sides were exchanged


def find_keys(table: AttachedTable, ids: IdMap) -> IntArray:
    """(n_rows,) the index of the id in each row of the table, `UNKNOWN` where the ratings do not hold it."""
    keys = _of_their_kind(table.keys, ids, table)
    return ids.find(keys.to_numpy() if keys.dtype == pl.Int64 and not keys.null_count() else keys.to_list())


def first_row_of_each(found: IntArray, n: int) -> IntArray:
    """(n,) the first row of each id, -1 where the table has none."""
    row = np.full(n, -1, np.int64)
    matched = np.flatnonzero(found != UNKNOWN)[::-1]  # backwards: the first row of an id is written last
    row[found[matched]] = matched
    return row


def with_unrated(ids: IdMap, found: IntArray, table: AttachedTable) -> IdMap | Remark:
    """The ids, and behind them those of the table that nobody has rated; a problem where they are of another kind."""
    unrated = table.keys.filter(pl.Series(found == UNKNOWN))
    new = _of_their_kind(unrated, ids, table).drop_nulls()
    if ids.values.dtype.kind == "i" and new.dtype != pl.Int64:
        what = f"The rated {ids.kind}s have whole numbers as ids, but {unrated.to_list()[0]!r} in {table.name} is none"
        return problem(what, mend=f"Give ids of one kind, or leave unrated {ids.kind}s out (unrated='drop').")
    distinct = list(dict.fromkeys(new.to_list()))
    return IdMap(np.append(ids.values, object_array(distinct).astype(ids.values.dtype)), ids.kind)


def match_remarks(found: IntArray, ids: IdMap, other: IdMap, table: AttachedTable, *, keep: bool) -> list[Remark]:
    """How well the rows of the table and the ids of the ratings belong to each other.

    found: what `find_keys` found     other: ids of the other side     keep: whether unrated rows are kept
    """
    n_matching, n_matched = int((found != UNKNOWN).sum()), _n_different(found)
    remarks = _few_matched(n_matched, ids, other, table)
    if 0 < n_matched < len(ids) and not remarks:
        remarks.append(note(f"{some_of(len(ids) - n_matched, len(ids), ids.kind, 'have')} no row in {table.name}"))
    if n_matching < len(found):
        n_unrated = len(found) - n_matching
        kept = f", and {verb_of(n_unrated, 'are')} kept" if keep else ""
        rows, belong = counted(n_unrated, "row"), verb_of(n_unrated, "belong")
        remarks.append(note(f"{rows} of {table.name} {belong} to no rated {ids.kind}{kept}"))
    if n_repeated := n_matching - n_matched:
        remarks.append(
            note(
                f"{counted(n_repeated, 'row')} of {table.name} {verb_of(n_repeated, 'repeat')} an id; the first counts"
            )
        )
    return remarks


def _few_matched(n_matched: int, ids: IdMap, other: IdMap, table: AttachedTable) -> list[Remark]:
    few = n_matched / max(1, len(ids)) < EXPECTED_SHARE
    if few and _n_different(find_keys(table, other)) > EXCHANGED_SHARE * len(other):
        what = (
            f"Only {some_of(n_matched, len(ids), f'{ids.kind} id', 'stand')} in {table.name}, but the {other.kind} ids "
            f"do: users and items look exchanged"
        )
        return [problem(what, mend="Exchange user=… and item=…; of a matrix, pass the transpose.")]
    if n_matched:
        return []
    samples = f"here {ids.values[:1].tolist()}, there {table.keys.head(1).to_list()}"
    what = (
        f"None of the {counted(len(ids), f'{ids.kind} id')} stands in column {table.key!r} of {table.name} ({samples})"
    )
    return [problem(what, mend="Give the table that belongs to these ratings.")]


def _n_different(found: IntArray) -> int:
    return len(np.unique(found[found != UNKNOWN]))


def _of_their_kind(keys: pl.Series, ids: IdMap, table: AttachedTable) -> pl.Series:
    """Ids as text where those of the ratings are; else as they are."""
    text = ids.values.dtype == object and len(ids) > 0 and isinstance(ids.values[0], str)
    return as_ids(keys, ids.kind, "text" if text else "auto", from_text=table.is_text)
