"""One column of any values as a Polars series that gives back each of them as it was."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import numpy as np
import polars as pl

from cofactor.arrays import Array
from cofactor.data.id_kinds import is_missing
from cofactor.errors import BadTable

__all__ = ["series_of", "texts_of"]

DAYS = ("D", "W", "M", "Y")  # NumPy's units of time that are whole days
COARSE = ("h", "m", "s", "generic")
FINER = ("ps", "fs", "as")
FARTHEST_YEAR = 200_000  # Polars counts in 64 bits of microseconds
SAME_TYPE = ({int, float}, {float, np.float64}, {str, np.str_})  # told apart by Python alone


def series_of(name: str, values: Iterable[Any]) -> pl.Series:
    """The column as Polars types it; where no type of Polars holds every value unchanged, as objects.

    Raises `BadTable` for what is no list of values, and for times without a unit or beyond any year.
    """
    if isinstance(values, pl.Series):
        return values.alias(name)
    if isinstance(values, np.ndarray) and values.ndim == 1 and values.dtype.kind in "iufbM":
        return _from_array(name, values)
    if isinstance(values, str | bytes | Mapping) or not hasattr(values, "__iter__") or getattr(values, "ndim", 1) == 0:
        raise BadTable(f"Column {name!r} is {type(values).__name__}, not a list of values, one for each row.")
    values = list(values)
    kinds = set(map(type, values)) - {type(None)}
    zones = {one.tzinfo is None for one in values if isinstance(one, datetime)} if datetime in kinds else ()
    try:
        if kinds & {tuple, Decimal} or len(zones) > 1 or (len(kinds) > 1 and kinds not in SAME_TYPE):
            raise TypeError("Polars would make lists of tuples, numbers of truths, one zone of several, or panic")
        return pl.Series(name, values, dtype=pl.Float64 if kinds == {int, float} else None)
    except (TypeError, ValueError, OverflowError, pl.exceptions.PolarsError):
        return pl.Series(name, values, dtype=pl.Object)


def texts_of(column: pl.Series) -> pl.Series:
    """The values as text, as people see them; null where a value is missing."""
    if column.dtype == pl.String or column.dtype.is_numeric() or isinstance(column.dtype, pl.Categorical | pl.Enum):
        return column.cast(pl.String)
    texts = [None if is_missing(one) else str(one).encode("utf-8", "backslashreplace").decode() for one in column]
    return pl.Series(column.name, texts, dtype=pl.String)


def _from_array(name: str, values: Array) -> pl.Series:
    if values.dtype.kind == "f" and values.dtype.itemsize not in (4, 8):
        return pl.Series(name, values.astype(np.float64))
    if values.dtype.kind == "M":
        return _from_times(name, values)
    return pl.Series(name, values)


def _from_times(name: str, times: Array) -> pl.Series:
    """Days as dates, all else in the nearest unit that Polars knows; raises `BadTable` for a year without sense."""
    unit = np.datetime_data(times.dtype)[0]
    if unit == "generic" and not np.isnat(times).all():
        raise BadTable(f"Column {name!r} holds times without a unit. Give them one, such as datetime64[s].")
    if unit in FINER:
        return pl.Series(name, times.astype("M8[ns]"))
    if unit not in (*DAYS, *COARSE):
        return pl.Series(name, times)
    years = times[~np.isnat(times)].astype("M8[Y]").view(np.int64)
    if np.abs(years).max(initial=0) > FARTHEST_YEAR:
        raise BadTable(f"Column {name!r} holds times more than {FARTHEST_YEAR:,} years from now. Correct them.")
    return pl.Series(name, times.astype("M8[D]" if unit in DAYS else "M8[ms]"))
