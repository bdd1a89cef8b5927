"""The cells of an attached table: typed, looked over, and put into the order of the ids."""

import numpy as np
import polars as pl

from cofactor.arrays import Array, IntArray, object_array
from cofactor.data.columns.id_columns import whole_if_unchanged
from cofactor.data.formats.series import texts_of
from cofactor.data.remarks import Remark, note
from cofactor.errors import some_of

__all__ = ["as_titles", "column_remarks", "in_id_order", "typed"]

MAX_TEXT_AMONG_NUMBERS = 0.2  # of a column's cells: less text than this among numbers is a slip
N_NAMED = 3  # of these cells, in a remark


def typed(column: pl.Series, *, is_text: bool) -> pl.Series:
    """The column; one of a text file that holds numbers only, as numbers."""
    if not is_text:
        return column
    whole = whole_if_unchanged(column)
    numbers = column.cast(pl.Float64, strict=False)
    if whole.dtype == pl.Int64 or column.null_count() == len(column):
        return whole
    padded = column.str.contains(r"^0\d").any()  # postcodes and the like are names, not numbers
    return column if numbers.null_count() > column.null_count() or padded else numbers


def column_remarks(column: pl.Series, written: pl.Series, where: str) -> list[Remark]:
    """Notes on a column that holds the same in every row, and on one of numbers with some text among them.

    written: the column as it came, before `typed`
    """
    remarks, cells = list[Remark](), written.drop_nulls()
    if column.dtype == pl.Object or column.dtype.is_nested():
        return remarks
    if column.drop_nulls().n_unique() == 1 and len(column) > 1:
        what = f"Column {column.name!r} of {where} says the same in every row, {cells[0]!r}: no model learns from it"
        remarks.append(note(what))
    if column.dtype != pl.String or not len(cells):
        return remarks
    is_text = cells.cast(pl.String).cast(pl.Float64, strict=False).is_null()
    n_texts = int(is_text.sum())
    if 0 < n_texts < MAX_TEXT_AMONG_NUMBERS * len(cells):
        words = ", ".join(map(repr, cells.filter(is_text).unique(maintain_order=True).head(N_NAMED).to_list()))
        what = (
            f"Column {column.name!r} of {where} holds numbers, but {some_of(n_texts, len(cells), 'cell', 'are')} text "
            f"({words}): each number was taken for a category of its own"
        )
        remarks.append(note(what, mend="If numbers are meant, leave those cells empty."))
    return remarks


def in_id_order(column: pl.Series, row: IntArray) -> Array:
    """(n,) the column's values in the order of the ids: int64 or float64 for numbers, objects for all else.

    row: (n,) the row of each id, -1 where the table has none; its value is then None, or nan among numbers
    """
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
    return object_array(values.to_list())


def as_titles(titles: Array) -> Array:
    """(n,) objects: each title as text, None where there is none."""
    return object_array(texts_of(pl.Series(titles.tolist(), dtype=pl.Object)).to_list())
