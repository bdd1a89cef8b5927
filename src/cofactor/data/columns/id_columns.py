"""The ids in a column of a table: of one type, each as it came, and where there is none."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from cofactor.arrays import Array, BoolArray, object_array
from cofactor.data.formats.series import series_of
from cofactor.data.id_kinds import ids_of_one_kind, is_missing
from cofactor.data.options import IdKind, IdKinds, Side, id_kind
from cofactor.errors import BadTable

__all__ = ["ParsedIds", "as_ids", "ids_array", "parse_ids", "whole_if_unchanged"]

SIDES: tuple[Side, Side] = ("user", "item")


class ParsedIds(NamedTuple):
    """The ids of the rows of a table, and where there is none."""

    users: pl.Series
    items: pl.Series
    no_user: BoolArray
    no_item: BoolArray

    @property
    def faults(self) -> dict[str, BoolArray]:
        """Why a row cannot be used: which rows."""
        return {"The user id is missing": self.no_user, "The item id is missing": self.no_item}


def parse_ids(users: pl.Series, items: pl.Series, kinds: IdKinds, *, from_text: bool) -> ParsedIds:
    """The ids of both columns, each of one type; raises `BadTable` where `as_ids` does."""

    def parse(column: pl.Series, side: Side) -> pl.Series:
        return as_ids(column, side, id_kind(kinds, side), from_text=from_text)

    with ThreadPoolExecutor(2) as pool:
        user_ids, item_ids = pool.map(parse, (users, items), SIDES)
        no_user, no_item = pool.map(_missing, (user_ids, item_ids))
    return ParsedIds(user_ids, item_ids, no_user, no_item)


def as_ids(column: pl.Series, side: str, kind: IdKind = "auto", *, from_text: bool) -> pl.Series:
    """The column with one type for its ids: whole numbers as Int64, text as String, all else untouched.

    from_text: the column stood in a text file, where a number is written like anything else; its ids become
    whole numbers only if that changes none of them ("007" would become 7, so it stays text, and all others too).
    kind: "text" leaves text as it is and writes all else as text. Raises `BadTable` where `ids_of_one_kind` does.
    """
    if isinstance(column.dtype, pl.Categorical | pl.Enum):
        column = column.cast(pl.String)
    if column.dtype == pl.String:
        return whole_if_unchanged(column) if from_text and kind == "auto" else column
    whole = _whole(column)
    if whole is not None:
        return whole.cast(pl.String) if kind == "text" else whole
    if kind == "auto" and (column.dtype == pl.Boolean or column.dtype == pl.Null):
        return column
    return _one_by_one(column, side, kind)


def ids_array(ids: pl.Series) -> Array:
    """(n,) ids as a caller would write them: whole numbers, or objects, None where there is none."""
    return ids.to_numpy() if ids.dtype.is_integer() and not ids.null_count() else object_array(ids.to_list())


def _whole(column: pl.Series) -> pl.Series | None:
    """Whole numbers as Int64, also those that pandas or a database made decimals; None where they are not."""
    if column.dtype.is_float():
        return column.fill_nan(None).cast(pl.Int64) if _all_whole(column) else None
    if not (column.dtype.is_integer() or column.dtype.is_decimal()):
        return None
    whole = column.cast(pl.Int64, strict=False)
    unchanged = whole.null_count() == column.null_count() and (
        column.dtype.is_integer() or bool((whole == column).all())
    )
    return whole if unchanged else None  # beyond 2**63, or with fractions


def _all_whole(column: pl.Series) -> bool:
    values = column.drop_nulls().drop_nans().to_numpy()
    return bool((np.abs(values) < 2**53).all() and (values == np.floor(values)).all())


def _one_by_one(column: pl.Series, side: str, kind: IdKind) -> pl.Series:
    where = f"Column {column.name!r}"
    values = _python_values(column, where)
    present = [not is_missing(one) for one in values]
    ids = ids_of_one_kind([one for one, there in zip(values, present) if there], where, side, kind)
    if kind == "auto" and (column.dtype.is_temporal() or column.dtype == pl.Binary):
        return column  # which nothing had to be changed in
    each = iter(ids)
    return series_of(column.name, [next(each) if there else None for there in present])


def _python_values(column: pl.Series, where: str) -> list[Any]:
    """Raises `BadTable` where Python has no such value: times finer than microseconds, or before the year 1."""
    try:
        if isinstance(column.dtype, pl.Datetime | pl.Duration) and column.dtype.time_unit == "ns":
            column, finer = column.dt.cast_time_unit("us"), column
            if (column.dt.cast_time_unit("ns") != finer).any():
                raise OverflowError
        return column.to_list()
    except (ValueError, OverflowError):
        raise BadTable(f"{where} holds times that Python's datetime cannot. Turn them into text or numbers.") from None


def _missing(ids: pl.Series) -> BoolArray:
    """(n,) True where there is no id: null, not a number, or empty text."""
    if ids.dtype == pl.Object:
        return np.fromiter(map(is_missing, ids), np.bool_, len(ids))
    missing = ids.is_null() if ids.null_count() else None
    if ids.dtype == pl.String and ids.str.len_bytes().min() == 0:
        missing = (ids.str.len_bytes() == 0).fill_null(True)
    return np.zeros(len(ids), np.bool_) if missing is None else missing.to_numpy()


def whole_if_unchanged(texts: pl.Series) -> pl.Series:
    """Whole numbers (Int64) in place of texts, if each is written as that number is; else the texts themselves."""
    first = texts.head(1000)
    if first.cast(pl.Int64, strict=False).null_count() > first.null_count():
        return texts
    whole = texts.cast(pl.Int64, strict=False)
    if whole.null_count() > texts.null_count():
        return texts
    # the shortest way to write a number is unique: equal total lengths say that nothing was padded anywhere
    return whole if _n_digits(whole) == _n_bytes(texts) else texts


def _n_bytes(texts: pl.Series) -> int:
    mean = texts.str.len_bytes().mean()  # in double precision; the sum of lengths would be one of 32 bits
    return round(float(mean) * (len(texts) - texts.null_count())) if isinstance(mean, float) else 0


def _n_digits(whole: pl.Series) -> int:
    """Characters that it takes to write all of them."""
    values = whole.drop_nulls().to_numpy()
    if not len(values):
        return 0
    negative = int(np.count_nonzero(values < 0))
    sizes = np.abs(values).view(np.uint64) if negative else values
    powers = range(1, len(str(int(sizes.max()))))
    return len(values) + negative + sum(int(np.count_nonzero(sizes >= 10**power)) for power in powers)
