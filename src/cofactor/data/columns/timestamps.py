"""Times of any kind become whole seconds since 1970."""

import time

import polars as pl

from cofactor.arrays import BoolArray, IntArray
from cofactor.data.columns.calendar_text import DAY_NUMBERS, calendar_seconds, likely_format, seconds_by_format
from cofactor.data.columns.values import without_missing_words
from cofactor.data.facts import NO_TIME, utc_date
from cofactor.data.formats.series import texts_of
from cofactor.data.remarks import Remark, Remarks, note, problem
from cofactor.errors import BadTable

__all__ = ["parse_times"]

DAY = 86_400
# a number is taken for seconds until the year 5138; finer units are larger than any sensible number of the coarser
UNITS = (
    ("seconds", 1, 1e11),
    ("milliseconds", 10**3, 1e14),
    ("microseconds", 10**6, 1e17),
    ("nanoseconds", 10**9, 9.2e18),
)


# years, months and days one behind the other; as seconds since 1970 these would all lie in August 1970, as
# milliseconds in the 27th century
CALENDAR_NUMBERS = (("%Y%m%d", *DAY_NUMBERS), ("%Y%m%d%H%M%S", 19000101000000, 21001231235959))


def parse_times(column: pl.Series, date_format: str | None = None) -> tuple[IntArray, Remarks]:
    """(n,) int64 seconds since 1970, `NO_TIME` where unknown; text and date columns are taken as UTC.

    date_format: the form in which they are written, as in "%d/%m/%Y"
    Problems: text that is no time, and units that change within the column. Raises `BadTable` for a column of a type
    that holds no times.
    """
    if column.dtype == pl.Object:
        column = texts_of(column)
    remarks: list[Remark] = []
    if date_format is not None and (column.dtype == pl.String or column.dtype.is_integer()):
        seconds, remarks = _in_format(column, date_format)
    elif column.dtype == pl.String:
        seconds, remarks = _from_text(column)
    elif isinstance(column.dtype, pl.Date | pl.Datetime):
        seconds = column.dt.epoch("s")
    elif column.dtype.is_numeric():
        seconds, remarks = _from_numbers(column)
    else:
        raise BadTable(f"{column.name!r} holds {column.dtype}, not times. Pass timestamp=False to do without.")
    if seconds.null_count():
        remarks = [*remarks, note("The time is unknown", seconds.is_null().to_numpy())]
        seconds = seconds.fill_null(NO_TIME)
    times = seconds.to_numpy()
    return times, (*remarks, *_of_the_future(times))


def _of_the_future(times: IntArray) -> Remarks:
    """A remark on times that are still to come; a day is let pass, for clocks and zones that differ."""
    now = int(time.time())
    if not len(times) or (latest := int(times.max())) <= now + DAY:
        return ()
    day = utc_date(latest)
    until = "beyond any calendar" if day is None else f"until {day:%Y-%m-%d}"
    mend = "The clock that wrote them may be wrong, or the order of day, month and year."
    return (note(f"Times lie in the future, {until},", times > now + DAY, mend=mend),)


def _from_text(column: pl.Series) -> tuple[pl.Series, list[Remark]]:
    texts = without_missing_words(column)
    numbers = texts.cast(pl.Float64, strict=False)
    if numbers.null_count() == texts.null_count():
        return _from_numbers(numbers)
    times = calendar_seconds(texts)
    wrong = (times.is_null() & texts.is_not_null()).to_numpy()
    if not wrong.any():
        return times, []
    first = texts.filter(pl.Series(wrong))[0]
    what = f"{column.name!r} holds what is not a time ({first!r})"
    mend = "Write seconds since 1970 or dates such as 2024-05-31 18:00:00, or pass timestamp=False."
    if form := likely_format(first):
        day_first, month_first = form, form.replace("%d", "%_").replace("%m", "%d").replace("%_", "%m")
        mend = f"If the day comes first, pass date_format={day_first!r}; if the month does, {month_first!r}."
    return times, [problem(what, wrong, mend=mend)]


def _in_format(column: pl.Series, date_format: str) -> tuple[pl.Series, list[Remark]]:
    texts = without_missing_words(column.cast(pl.String))
    times = seconds_by_format(texts, date_format)
    wrong = (times.is_null() & texts.is_not_null()).to_numpy()
    if not wrong.any():
        return times, []
    what = f"{column.name!r} holds what is not written as {date_format!r} says ({texts.filter(pl.Series(wrong))[0]!r})"
    return times, [problem(what, wrong, mend="Correct the dates, or date_format=….")]


def _from_numbers(column: pl.Series) -> tuple[pl.Series, list[Remark]]:
    column = column.cast(pl.Float64) if column.dtype.is_decimal() else column
    column = column.fill_nan(None) if column.dtype.is_float() else column
    for form, low, high in CALENDAR_NUMBERS:
        if low <= _largest(column) <= high and (times := _written_as(column, form)) is not None:
            return times, [note(f"Timestamps are dates written as numbers, such as {column.drop_nulls()[0]:.0f}")]
    column, remarks = _without_impossible(column)
    unit, divisor = _unit(_largest(column))
    if divisor == 1:
        return (column.floor() if column.dtype.is_float() else column).cast(pl.Int64), remarks
    coarse = _of_a_coarser_unit(column, divisor)
    if coarse.any():
        mend = "Bring all times to one unit, best seconds since 1970."
        remarks.append(problem(f"{column.name!r} is in {unit}, but not", coarse, mend=mend))
    remarks.append(note(f"Timestamps were in {unit} and have been converted to seconds"))
    return (column // divisor).cast(pl.Int64), remarks


def _without_impossible(column: pl.Series) -> tuple[pl.Series, list[Remark]]:
    """Numbers that are too large for nanoseconds become null."""
    if _largest(column) < UNITS[-1][2]:
        return column, []
    impossible = (column.cast(pl.Float64).abs() >= UNITS[-1][2]).fill_null(False)
    possible = pl.select(pl.when(impossible).then(None).otherwise(column)).to_series().alias(column.name)
    return possible, [problem(f"{column.name!r} is beyond all times", impossible.to_numpy(), mend="Correct it.")]


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
