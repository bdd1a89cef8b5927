"""The rows of a table as far as they are understood, and those that cannot be used."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import polars as pl

from cofactor.arrays import BoolArray, FloatArray, IntArray
from cofactor.data.columns import Columns
from cofactor.data.numbering import as_ids, missing_ids
from cofactor.data.opening import Table
from cofactor.data.options import Options, Side, id_kind
from cofactor.data.report import Findings
from cofactor.data.timestamps import to_seconds
from cofactor.data.values import check_values, parse_values
from cofactor.errors import BadTable

__all__ = ["TableRows", "read_rows"]

SIDES: tuple[Side, Side] = ("user", "item")


def read_rows(table: Table, columns: Columns, options: Options, findings: Findings) -> "TableRows":
    """The usable rows; the others are told as problems or, where the caller said so, as left out."""
    frame = table.load(_wished_types(table, columns))
    findings.n_read = frame.height
    if not frame.height:
        raise BadTable(f"The table has columns ({', '.join(frame.columns[:6])}) but no rows. Give it some ratings.")
    return _usable(_understand(frame, columns, table, options, findings), options, findings)


@dataclass(frozen=True)
class TableRows:
    """The columns as far as they are understood, each (n,)."""

    position: IntArray | None  # of each row in the table; None: all are there
    users: pl.Series
    items: pl.Series
    values: FloatArray | None  # None: clicks
    times: IntArray | None
    titles: pl.Series | None
    unusable: Mapping[str, BoolArray]  # why: where
    withheld: bool = False  # rows are missing here that will be there once the table has been mended

    def positions(self, rows: IntArray) -> IntArray:
        """Where these rows stand in the table as it came."""
        return rows if self.position is None else self.position[rows]

    def only(self, kept: BoolArray, *, withheld: bool) -> "TableRows":
        at = pl.Series(kept)
        return TableRows(
            self.positions(np.flatnonzero(kept)), self.users.filter(at), self.items.filter(at),
            None if self.values is None else self.values[kept],
            None if self.times is None else self.times[kept],
            None if self.titles is None else self.titles.filter(at), {}, withheld,
        )  # fmt: skip


def _wished_types(table: Table, columns: Columns) -> dict[str, pl.DataType | type[pl.DataType]]:
    """How a text file is to be parsed: ids and titles as text, numbers as numbers where the first rows are so."""
    wished: dict[str, pl.DataType | type[pl.DataType]] = dict.fromkeys(columns.roles().values(), pl.String)
    for column, dtype in ((columns.rating, pl.Float32), (columns.timestamp, pl.Int64)):
        head = None if column is None else table.head[column]
        if head is not None and head.dtype == pl.String:
            fits = head.cast(dtype, strict=False).null_count() == head.null_count()
            wished[head.name] = dtype if fits else pl.String
    return wished


def _understand(frame: pl.DataFrame, columns: Columns, table: Table, options: Options, findings: Findings) -> TableRows:
    with ThreadPoolExecutor(2) as pool:
        sides = [frame[columns.user], frame[columns.item]]
        users, items = pool.map(lambda ids, side: _ids(ids, side, table, options), sides, SIDES)
        no_user, no_item = pool.map(missing_ids, (users, items))
    unusable = {"The user id is missing": no_user, "The item id is missing": no_item}
    blank = no_user & no_item
    values = None
    if columns.rating is not None:
        parsed = parse_values(frame[columns.rating], findings)
        blank &= parsed.missing
        values = parsed.numbers
        unusable["The rating is missing"] = parsed.missing
        unusable[f"The rating is not a number ({parsed.wrong_word!r})"] = parsed.not_numeric
        unusable["The rating is infinite"] = parsed.infinite
        check_values(values, ~parsed.unusable, options.scale, findings)
    times = None if columns.timestamp is None else to_seconds(frame[columns.timestamp], findings)
    if table.is_text and blank.any():
        unusable = {"Blank lines": blank} | {why: where & ~blank for why, where in unusable.items()}
    titles = None if columns.title is None else frame[columns.title]
    return TableRows(None, users, items, values, times, titles, unusable)


def _ids(column: pl.Series, side: Side, table: Table, options: Options) -> pl.Series:
    return as_ids(column, side, id_kind(options.ids, side), from_text=table.is_text)


def _any(masks: Mapping[str, BoolArray]) -> BoolArray:
    return np.logical_or.reduce(list(masks.values()))


def _usable(rows: TableRows, options: Options, findings: Findings) -> TableRows:
    """Rows with an id and a number; the others are told, left out for their first fault or with all as problems."""
    told = np.zeros(len(rows.users), np.bool_)
    for why, where in rows.unusable.items():
        if not where.any():
            continue
        if options.missing == "drop" or why == "Blank lines":
            if (where & ~told).any():
                findings.left_out(why, where & ~told)
            told |= where
        else:
            findings.problem(why, where, mend="Mend the table, or pass missing='drop' to leave such rows out.")
    unusable = _any(rows.unusable)
    if unusable.all():
        report = findings.report()
        told = " ".join(str(found) for found in (*report.problems, *report.left_out))
        raise BadTable(f"No usable row is left. {told}")
    return rows.only(~unusable, withheld=not findings.ok) if unusable.any() else rows
