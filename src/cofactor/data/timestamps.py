"""Times of any kind become whole seconds since 1970."""

import polars as pl

from cofactor.arrays import BoolArray, IntArray
from cofactor.data.calendar_text import calendar_seconds
from cofactor.data.ratings import NO_TIME
from cofactor.data.report import Findings
from cofactor.data.series import texts_of
from cofactor.data.values import without_missing_words
from cofactor.errors import BadTable

__all__ = ["to_seconds"]

# a number is taken for seconds until the year 5138; finer units are larger than any sensible number of the coarser
UNITS = (
    ("seconds", 1, 1e11),
    ("milliseconds", 10**3, 1e14),
    ("microseconds", 10**6, 1e17),
    ("nanoseconds", 10**9, 9.2e18),
)


# years, months and days one behind the other; as seconds since 1970 these would all lie in August 1970, as
# milliseconds in the 27th century
CALENDAR_NUMBERS = (("%Y%m%d", 19000101, 21001231), ("%Y%m%d%H%M%S", 19000101000000, 21001231235959))


def to_seconds(column: pl.Series, findings: Findings) -> IntArray:
    """(n,) int64 seconds since 1970, `NO_TIME` where unknown; text and date columns are taken as UTC.

    Problems found: text that is no time, and units that change within the column.
    """
    if column.dtype == pl.Object:
        column = texts_of(column)
    if column.dtype == pl.String:
        seconds = _from_text(column, findings)
    elif isinstance(column.dtype, pl.Date | pl.Datetime):
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
    given = without_missing_words(column)
    numbers = given.cast(pl.Float64, strict=False)
    if numbers.null_count() == given.null_count():
        return _from_numbers(numbers, findings)
    times = calendar_seconds(given)
    wrong = (times.is_null() & given.is_not_null()).to_numpy()
    if wrong.any():
        example = given.filter(pl.Series(wrong))[0]
        findings.problem(
            f"{column.name!r} holds what is not a time ({example!r})", wrong,
            mend="Write seconds since 1970 or dates such as 2024-05-31 18:00:00, or pass timestamp=False.",
        )  # fmt: skip
    return times


def _from_numbers(column: pl.Series, findings: Findings) -> pl.Series:
    column = column.cast(pl.Float64) if column.dtype.is_decimal() else column
    column = column.fill_nan(None) if column.dtype.is_float() else column
    for form, low, high in CALENDAR_NUMBERS:
        if low <= _largest(column) <= high and (times := _written_as(column, form)) is not None:
            findings.note(f"Timestamps are dates written as numbers, such as {column.drop_nulls()[0]:.0f}")
            return times
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


def _written_as(column: pl.Series, form: str) -> pl.Series | None:
    """The times, if every number is one in this form."""
    dtype = pl.Datetime("us") if "%H" in form else pl.Date
    times = column.cast(pl.Int64).cast(pl.String).str.strptime(dtype, form, strict=False)
    return times.dt.epoch("s") if times.null_count() == column.null_count() else None


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
