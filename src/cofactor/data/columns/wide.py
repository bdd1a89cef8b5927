"""Wide (pivoted) tables, a row for each user and a column for each item: noticed, and turned into one row a rating."""

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from cofactor.data.columns.id_columns import whole_if_unchanged
from cofactor.data.columns.values import without_missing_words
from cofactor.data.formats.frames import from_eager
from cofactor.data.formats.series import texts_of
from cofactor.data.formats.table import Table
from cofactor.data.formats.usual_names import usual_column
from cofactor.data.remarks import Remark, note
from cofactor.data.report import RowNames
from cofactor.errors import BadTable, counted, verb_of

__all__ = ["MIN_ITEMS", "looks_wide", "unpivoted"]

MIN_ITEMS = 3  # columns beside the users' from which on a table may be noticed to be wide
LARGEST_VALUE = 1e8  # larger numbers are times, which no cell of a wide table is


def looks_wide(head: pl.DataFrame, user: str | None) -> bool:
    """Return whether all columns but the users' hold numbers, and half of them have empty cells.

    user: the column of the users; None: the first
    """
    cells = [column for column in head if column.name != (user or head.columns[0])]
    numbers = [_as_numbers(column) for column in cells]
    if len(cells) < MIN_ITEMS or not all(_are_ratings(one, column) for one, column in zip(numbers, cells, strict=True)):
        return False
    return 2 * sum(column.null_count() > 0 for column in numbers) >= len(cells)


def _as_numbers(column: pl.Series) -> pl.Series:
    if column.dtype == pl.String:
        column = without_missing_words(column)
    if not (column.dtype.is_numeric() or column.dtype == pl.String):
        return pl.Series(column.name, [None], pl.Float64).new_from_index(0, len(column))
    return column.cast(pl.Float64, strict=False).fill_nan(None)


def _are_ratings(numbers: pl.Series, column: pl.Series) -> bool:
    """Whether all that is filled is a number, and none a time."""
    filled = without_missing_words(column) if column.dtype == pl.String else column
    n_filled = len(column) - (filled.is_null() | (filled.is_nan() if filled.dtype.is_float() else False)).sum()
    largest = numbers.max()
    return len(column) - numbers.null_count() == n_filled and not (
        isinstance(largest, float) and largest >= LARGEST_VALUE
    )


def unpivoted(table: Table, user: str | None) -> tuple[Table, tuple[Remark, ...]]:
    """The table with a row for each filled cell, in the columns user, item and rating.

    user: the column of the users; None: the one without a name, of a usual name, or the first
    Raises `BadTable` where there is no column, and where no cell is filled.
    """
    names = table.head.columns
    if not names:
        raise BadTable("A wide table has a row for each user and a column for each item, but it has no column.")
    user = user or next((name for name in names if name in table.header.unnamed), None) or usual_column(names, "user")
    user = user or names[0]
    frame = table.load(dict.fromkeys(names, pl.String))
    items = [name for name in names if name != user]
    cells = pl.DataFrame([frame[user].alias("user"), *_of_one_type([frame[name] for name in items])])
    long = cells.unpivot(index="user", variable_name="item", value_name="rating").drop_nulls("rating")
    if not len(long):
        raise BadTable(
            f"No cell of the wide table is filled, of {counted(len(frame), 'row')} and {counted(len(items), 'column')}."
        )
    named = long["item"].replace_strict(dict(zip(cells.columns[1:], items, strict=True)), return_dtype=pl.String)
    long = long.with_columns(whole_if_unchanged(named).alias("item"))
    said = note(
        f"Read as a wide table of {counted(len(frame), 'user')} (rows) by {counted(len(items), 'item')} (columns); "
        f"{len(long):,} of its cells {verb_of(len(long), 'are')} filled"
    )
    made = replace(from_eager(long, table.origin, table.library), is_text=table.is_text)
    return replace(made, row_names=RowNames("filled cell", 1)), (said,)


def _of_one_type(columns: Sequence[pl.Series]) -> list[pl.Series]:
    """Numbers, where all are; else texts. Cells without a value are null; names are those of positions.

    Raises `BadTable` for columns that hold neither.
    """
    if all(column.dtype.is_numeric() or column.dtype == pl.Boolean or column.dtype == pl.Null for column in columns):
        made = [column.cast(pl.Float64).fill_nan(None) for column in columns]
    else:
        made = [without_missing_words(texts_of(_expect_ratings(column))) for column in columns]
    return [column.alias(f"item {at}") for at, column in enumerate(made)]


def _expect_ratings(column: pl.Series) -> pl.Series:
    """The column; raises `BadTable` where its type holds neither numbers nor text."""
    if column.dtype.is_temporal() or column.dtype.is_nested() or column.dtype == pl.Binary:
        raise BadTable(
            f"In a wide table the cells are ratings, but column {column.name!r} holds {column.dtype}. Take it out of "
            f"the table, or name the column of the users with user=…."
        )
    return column
