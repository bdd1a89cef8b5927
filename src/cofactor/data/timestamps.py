"""Times of any kind become whole seconds since 1970."""

import polars as pl

from cofactor.arrays import BoolArray, IntArray
from cofactor.data.ratings import NO_TIME
from cofactor.data.report import Findings
from cofactor.errors import BadTable

__all__ = ["to_seconds"]

# a number is taken for seconds until the year 5138; finer units are larger than any sensible number of the coarser
UNITS = (
    ("seconds", 1, 1e11),
    ("milliseconds", 10**3, 1e14),
    ("microseconds", 10**6, 1e17),
    ("nanoseconds", 10**9, 9.2e18),
)


def to_seconds(column: pl.Series, findings: Findings) -> IntArray:
    """(n,) int64 seconds since 1970, `NO_TIME` where unknown; text and date columns are taken as UTC.

    Problems found: text that is no time, and units that change within the column.
    """
    if column.dtype == pl.Object:
        column = pl.Series(column.name, [None if one is None else str(one) for one in column], dtype=pl.String)
    if column.dtype == pl.String:
        column = _from_text(column, findings)
    if isinstance(column.dtype, pl.Date | pl.Datetime):
        seconds = column.dt.epoch("s")
    elif column.dtype.is_numeric():
        seconds = _from_numbers(column, findings)
    else:
        raise BadTable(f"{column.name!r} holds {column.dtype}, not times. Pass timestamp=False to do without.")
    if seconds.null_count():
        findings.note("The time is unknown", seconds.is_null().to_numpy())
        seconds = seconds.fill_null(NO_TIME)
    return seconds.to_numpy()


def _from_text(column: pl.Series, findings: Findings) -> pl.Series:
    given = column.replace("", None)
    numbers = given.cast(pl.Float64, strict=False)
    if numbers.null_count() == given.null_count():
        return numbers
    times = _parsed(given)
    wrong = (times.is_null() & given.is_not_null()).to_numpy()
    if wrong.any():
        example = given.filter(pl.Series(wrong))[0]
        findings.problem(
            f"{column.name!r} holds what is not a time ({example!r})", wrong,
            mend="Write seconds since 1970 or dates such as 2024-05-31 18:00:00, or pass timestamp=False.",
        )  # fmt: skip
    return times


def _parsed(texts: pl.Series) -> pl.Series:
    """Dates and times as ISO 8601 writes them, with or without a zone."""
    frame = texts.to_frame("text")
    plain = pl.col("text").str.strip_chars().str.replace("T", " ").str.replace(r"(Z|[+-]\d\d:?\d\d| UTC)$", "")
    ways = [
        pl.col("text").str.to_datetime("%+", time_unit="us", strict=False).dt.replace_time_zone(None),
        *(plain.str.to_datetime(form, time_unit="us", strict=False) for form in
          ("%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M:%S")),
        *(plain.str.to_date(form, strict=False).cast(pl.Datetime("us")) for form in ("%Y-%m-%d", "%Y/%m/%d")),
    ]  # fmt: skip
    return frame.select(pl.coalesce(ways)).to_series()


def _from_numbers(column: pl.Series, findings: Findings) -> pl.Series:
    column = column.fill_nan(None) if column.dtype.is_float() else column
    if _largest(column) >= UNITS[-1][2]:
        impossible = (column.cast(pl.Float64).abs() >= UNITS[-1][2]).fill_null(False)
        findings.problem(f"{column.name!r} is beyond all times", impossible.to_numpy(), mend="Correct it.")
        column = pl.select(pl.when(impossible).then(None).otherwise(column)).to_series().alias(column.name)
    unit, divisor = _unit(_largest(column))
    if divisor == 1:
        return column.floor().cast(pl.Int64) if column.dtype.is_float() else column.cast(pl.Int64)
    coarse = _of_a_coarser_unit(column, divisor)
    if coarse.any():
        findings.problem(
            f"{column.name!r} is in {unit}, but not", coarse,
            mend="Bring all times to one unit, best seconds since 1970.",
        )  # fmt: skip
    findings.note(f"Timestamps were in {unit} and have been converted to seconds")
    return (column // divisor).cast(pl.Int64)


def _of_a_coarser_unit(column: pl.Series, divisor: int) -> BoolArray:
    """Where a time is too small for its unit; zero stands for "unknown" in some logs, and is so in every unit."""
    limit = next(limit for _, finer, limit in UNITS if finer * 10**3 == divisor)
    sizes = column.abs()
    return ((sizes > 0) & (sizes < limit)).fill_null(False).to_numpy()


def _largest(column: pl.Series) -> float:
    sizes = (abs(float(one)) for one in (column.min(), column.max()) if isinstance(one, int | float))
    return max(sizes, default=0.0)


def _unit(size: float) -> tuple[str, int]:
    return next((name, divisor) for name, divisor, limit in UNITS if size < limit)
