"""What is known of users and items beside their ratings: attached tables, matched by id."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from cofactor.arrays import Array, IntArray
from cofactor.data.columns.id_columns import as_ids, whole_if_unchanged
from cofactor.data.columns.roles import named_column
from cofactor.data.formats.open_table import name_of, open_table
from cofactor.data.formats.series import texts_of
from cofactor.data.formats.table import Table
from cofactor.data.formats.usual_names import usual_column
from cofactor.data.ids import UNKNOWN, IdMap
from cofactor.data.options import Column, Options
from cofactor.data.remarks import Remark, Remarks, note, problem
from cofactor.errors import BadTable

__all__ = ["Attached", "attach", "typed"]

ENOUGH = 0.5  # of the ids should be found in the attached table
FEW_WORDS = 0.2  # of a column's cells: so much text among numbers is a slip


@dataclass(frozen=True)
class Attached:
    """What a table says of n ids; None or nan where it says nothing.

    ids: those asked for, and behind them, where they are kept, those that only the table has
    attributes: each (n,), int64, float64 or object     titles: (n,) object
    """

    ids: IdMap
    attributes: dict[str, Array] = field(default_factory=dict[str, Array])
    titles: Array | None = None
    n_rows: int = 0


def attach(source: Any, ids: IdMap, other: IdMap, beside: str, options: Options) -> tuple[Attached, Remarks]:
    """What the table `source` says of these ids; None says nothing.

    other: ids of the other side, to notice that the two were exchanged     beside: the column of the ids in the ratings
    Raises `BadTable` where the table cannot be read.
    """
    if source is None:
        return Attached(ids), ()
    table, frame, key, title = _loaded(source, ids.kind, beside, options)
    found = _find(frame[key], ids, table)
    remarks = _match_remarks(found, frame[key], ids, other, table, options)
    if options.unrated == "keep" and (found == UNKNOWN).any():
        unrated = frame[key].filter(pl.Series(found == UNKNOWN))
        new = _of_their_kind(unrated, ids, table).drop_nulls()
        if ids.values.dtype.kind == "i" and new.dtype != pl.Int64:
            return Attached(ids), (*remarks, _other_kind(unrated, ids, table))
        ids = _with_unrated(ids, new)
        found = _find(frame[key], ids, table)
    row = _row_of_each(found, len(ids))
    known = {name: typed(frame[name], table) for name in frame.columns if name != key}
    where = f"{ids.kind}s={table.origin!r}"
    for name, column in known.items():
        remarks += _column_remarks(column, frame[name], where) if name != title else []
    columns = {name: _spread(column, row) for name, column in known.items()}
    titles = columns.pop(title, None) if title is not None else None
    return Attached(ids, columns, None if titles is None else _as_titles(titles), frame.height), tuple(remarks)


def _loaded(source: Any, kind: str, beside: str, options: Options) -> tuple[Table, pl.DataFrame, str, str | None]:
    """The table, its rows, the column of its ids, and that of its titles."""
    try:
        table = open_table(source, Options(encoding=options.encoding))
        if not table.head.width:
            raise BadTable("The table has no columns.")
        frame = table.load(dict.fromkeys(_named_columns(table), pl.String))
        key = _id_column(frame.columns, kind, beside)
        title = _title_column(frame, key, table, options.title) if kind == "item" else None
        _refuse_repeated_names(table, key, title)
    except BadTable as error:
        raise BadTable(f"{kind}s={name_of(source)!r}: {error}") from None
    return table, frame, key, title


def _named_columns(table: Table) -> list[str]:
    """Without those that have no name where others have one: the numbers of the rows, as pandas writes them."""
    return [name for name in table.head.columns if name not in table.header.unnamed]


def _refuse_repeated_names(table: Table, key: str, title: str | None) -> None:
    for name, what in ((key, "ids"), (title, "titles")):
        if name in table.header.repeated:
            raise BadTable(
                f"Several columns are called {name!r}, so it is not clear which holds the {what}. Rename them."
            )


def typed(column: pl.Series, table: Table) -> pl.Series:
    """Numbers where a text file's column holds nothing else."""
    if not table.is_text:
        return column
    whole = whole_if_unchanged(column)
    numbers = column.cast(pl.Float64, strict=False)
    if whole.dtype == pl.Int64 or column.null_count() == len(column):
        return whole
    padded = column.str.contains(r"^0\d").any()  # postcodes and the like are names, not numbers
    return column if numbers.null_count() > column.null_count() or padded else numbers


def _id_column(names: list[str], kind: str, beside: str) -> str:
    plain = {name.lower(): name for name in reversed(names)}
    usual = usual_column([name for name in names if name.lower() != "title"], kind)
    if beside in names and not beside.startswith("column_"):  # which is no name, but a position
        return beside
    return usual or plain.get("id") or names[0]


def _title_column(frame: pl.DataFrame, key: str, table: Table, given: Column) -> str | None:
    """The one given or usually called so; in a file without a header the first other column of text."""
    names = [name for name in frame.columns if name != key]
    found = named_column(frame.columns, "title", given) or usual_column(names, "title")
    if found is None and names and names[0] == "column_1" and typed(frame[names[0]], table).dtype == pl.String:
        return names[0]
    return found


def _find(keys: pl.Series, ids: IdMap, table: Table) -> IntArray:
    """(rows of the table,) the index of each row's id, `UNKNOWN` where the ratings do not hold it."""
    alike = _of_their_kind(keys, ids, table)
    return ids.find(alike.to_numpy() if alike.dtype == pl.Int64 and not alike.null_count() else alike.to_list())


def _of_their_kind(keys: pl.Series, ids: IdMap, table: Table) -> pl.Series:
    """Ids as text where those of the ratings are; else as they are."""
    text = ids.values.dtype == object and len(ids) > 0 and isinstance(ids.values[0], str)
    return as_ids(keys, ids.kind, "text" if text else "auto", from_text=table.is_text)


def _with_unrated(ids: IdMap, new: pl.Series) -> IdMap:
    """The ids, and behind them the new ones, in the order of the table."""
    distinct = list(dict.fromkeys(new.to_list()))
    boxed = np.empty(len(distinct), object)
    boxed[:] = distinct
    return IdMap(np.append(ids.values, boxed.astype(ids.values.dtype)), ids.kind)


def _other_kind(unrated: pl.Series, ids: IdMap, table: Table) -> Remark:
    what = (
        f"The rated {ids.kind}s have whole numbers as ids, but {unrated.to_list()[0]!r} in "
        f"{ids.kind}s={table.origin!r} is none"
    )
    return problem(what, mend=f"Give ids of one kind, or leave unrated {ids.kind}s out (unrated='drop').")


def _match_remarks(
    found: IntArray, keys: pl.Series, ids: IdMap, other: IdMap, table: Table, options: Options
) -> list[Remark]:
    """How well the rows of the table and the ids of the ratings belong to each other."""
    kind, known, where = ids.kind, _known(found), f"{ids.kind}s={table.origin!r}"
    n_matched = len(np.unique(known))
    remarks = _few_matched(n_matched, keys, ids, other, table)
    if 0 < n_matched < len(ids) and not remarks:
        remarks.append(note(f"{len(ids) - n_matched:,} of {len(ids):,} {kind}s have no row in {where}"))
    if len(known) < len(found):
        kept = ", and are kept" if options.unrated == "keep" else ""
        remarks.append(note(f"{len(found) - len(known):,} rows of {where} belong to no rated {kind}{kept}"))
    if len(known) > n_matched:
        remarks.append(note(f"{len(known) - n_matched:,} rows of {where} repeat an id; the first counts"))
    return remarks


def _few_matched(n_matched: int, keys: pl.Series, ids: IdMap, other: IdMap, table: Table) -> list[Remark]:
    kind, where = ids.kind, f"{ids.kind}s={table.origin!r}"
    share = n_matched / max(1, len(ids))
    if share < ENOUGH and len(np.unique(_known(_find(keys, other, table)))) > 0.9 * len(other):
        what = (
            f"Only {n_matched:,} of {len(ids):,} {kind} ids stand in {where}, but the {other.kind} ids do: users and "
            f"items look exchanged"
        )
        return [problem(what, mend="Exchange user=… and item=…; of a matrix, pass the transpose.")]
    if n_matched:
        return []
    samples = f"here {ids.values[:1].tolist()}, there {keys.head(1).to_list()}"
    what = f"None of the {len(ids):,} {kind} ids stands in column {keys.name!r} of {where} ({samples})"
    return [problem(what, mend="Give the table that belongs to these ratings.")]


def _column_remarks(column: pl.Series, written: pl.Series, where: str) -> list[Remark]:
    """What a reader may not have meant: the same in every row; nearly all numbers, and some text."""
    remarks, cells = list[Remark](), written.drop_nulls()
    if column.dtype == pl.Object or column.dtype.is_nested():
        return remarks
    if column.drop_nulls().n_unique() == 1 and len(column) > 1:
        what = f"Column {column.name!r} of {where} says the same in every row, {cells[0]!r}: no model learns from it"
        remarks.append(note(what))
    if column.dtype != pl.String or not len(cells):
        return remarks
    is_text = cells.cast(pl.String).cast(pl.Float64, strict=False).is_null()
    if 0 < is_text.sum() < FEW_WORDS * len(cells):
        words = ", ".join(map(repr, cells.filter(is_text).unique(maintain_order=True).head(3).to_list()))
        what = (
            f"Column {column.name!r} of {where} holds numbers, but {is_text.sum():,} of {len(cells):,} cells are text "
            f"({words}): each number was taken for a category of its own"
        )
        remarks.append(note(what, mend="If numbers are meant, leave those cells empty."))
    return remarks


def _known(found: IntArray) -> IntArray:
    return found[found != UNKNOWN]


def _row_of_each(found: IntArray, n: int) -> IntArray:
    row = np.full(n, -1, np.int64)
    for_whom = np.flatnonzero(found != UNKNOWN)[::-1]  # backwards: the first row of an id is written last
    row[found[for_whom]] = for_whom
    return row


def _spread(column: pl.Series, row: IntArray) -> Array:
    """The column's values in the order of the ids; (n,)."""
    if not len(column) or column.dtype == pl.Object:
        boxed = np.full(len(row), None, object)
        boxed[row >= 0] = np.fromiter(column, object, len(column))[row[row >= 0]]
        return boxed
    present = pl.Series(np.where(row < 0, 0, row)), pl.Series(row >= 0)
    values = pl.select(pl.when(present[1]).then(column.gather(present[0])).otherwise(None)).to_series()
    if values.dtype.is_integer() and not values.null_count():
        return values.cast(pl.Int64).to_numpy() if values.dtype != pl.UInt64 else values.to_numpy()
    if values.dtype.is_numeric():
        return values.cast(pl.Float64).to_numpy()
    boxed = np.empty(len(values), object)
    boxed[:] = values.to_list()
    return boxed


def _as_titles(titles: Array) -> Array:
    boxed = np.empty(len(titles), object)
    boxed[:] = texts_of(pl.Series(titles.tolist(), dtype=pl.Object)).to_list()
    return boxed
