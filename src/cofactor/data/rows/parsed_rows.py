"""The columns of a table as ids, values and times, and the rows that can be used; of a whole table, or of a block."""

from typing import NamedTuple, Protocol, TypeVar

import numpy as np
import polars as pl

from cofactor.arrays import BoolArray, FloatArray
from cofactor.data.columns.events import parse_events, without_time
from cofactor.data.columns.id_columns import parse_ids
from cofactor.data.columns.roles import Columns
from cofactor.data.columns.timestamps import parse_times
from cofactor.data.columns.values import parse_values
from cofactor.data.options import Options
from cofactor.data.remarks import Remarks
from cofactor.data.rows.table_rows import TableRows, only_usable

__all__ = ["RemarkLog", "parse_rows", "wished_types"]

T = TypeVar("T")
BLANK = "Blank lines"


class RemarkLog(Protocol):
    """A place where remarks stay, also where a later stage fails."""

    def keep(self, outcome: tuple[T, Remarks]) -> T:
        """Return what a stage made, without its remarks."""
        ...


class _Numbers(NamedTuple):
    """The values of the rows, None for clicks; rows without one, with faults, and those left out in any case."""

    values: FloatArray | None
    missing: BoolArray
    faults: dict[str, BoolArray]
    unwanted: dict[str, BoolArray]
    are_boolean: bool


def wished_types(head: pl.DataFrame, columns: Columns, options: Options) -> dict[str, pl.DataType | type[pl.DataType]]:
    """How a text file is to be parsed: ids and titles as text, numbers as numbers where the first rows are so."""
    wished: dict[str, pl.DataType | type[pl.DataType]] = dict.fromkeys(columns.roles().values(), pl.String)
    for column, dtype in ((columns.rating, pl.Float32), (columns.timestamp, pl.Int64)):
        first = None if column is None else head[column]
        if column == columns.timestamp and options.date_format is not None:
            continue  # 01052024 as a number would be another date
        if first is not None and first.dtype == pl.String:
            fits = first.cast(dtype, strict=False).null_count() == first.null_count()
            wished[first.name] = dtype if fits else pl.String
    return wished


def parse_rows(
    frame: pl.DataFrame, columns: Columns, options: Options, log: RemarkLog, *, is_text: bool
) -> tuple[TableRows, bool]:
    """The rows without a fault, and whether their values were true and false.

    log: keeps the remarks on them     is_text: ids that look like numbers are numbers
    Raises `BadTable` where a column cannot be understood at all.
    """
    ids = parse_ids(frame[columns.user], frame[columns.item], options.ids, from_text=is_text)
    numbers = _numbers(frame, columns, options, log)
    times = None if columns.timestamp is None else log.keep(parse_times(frame[columns.timestamp], options.date_format))
    titles = None if columns.title is None else frame[columns.title]
    blank = {BLANK: ids.no_user & ids.no_item & numbers.missing} if is_text else {}
    faults = ids.faults | numbers.faults | ({} if options.half_life is None else without_time(times))
    rows = TableRows(ids.users, ids.items, numbers.values, times, titles)
    rows = log.keep(only_usable(rows, faults, options.missing, unwanted=blank | numbers.unwanted))
    return rows, numbers.are_boolean


def _numbers(frame: pl.DataFrame, columns: Columns, options: Options, log: RemarkLog) -> _Numbers:
    """The column of values and the weights of events, multiplied where there are both."""
    rated = None if columns.rating is None else log.keep(parse_values(frame[columns.rating], options.scale))
    every = np.ones(frame.height, np.bool_)
    found = _Numbers(None, every, {}, {}, False)
    if rated is not None:
        found = _Numbers(rated.numbers, rated.missing, rated.faults, {}, rated.is_boolean)
    if columns.event is None:
        return found
    events = log.keep(parse_events(frame[columns.event], options.weights))
    values = events.weights if found.values is None else found.values * events.weights
    return _Numbers(
        values, found.missing & events.missing, found.faults | events.faults,
        {"Events of weight 0": events.without_weight}, False,
    )  # fmt: skip
