"""Dates and times in text, as ISO 8601 and its common kin write them, become seconds since 1970.

2024-05-31, 2024-05-31T18:00+02:00, 20240531T180000Z, 2024-W22-5, 2024-152, 2024/5/31 18:00:00 UTC; with the month's
English name: Fri, 31 May 2024 18:00:00 +0200, 31/May/2024:18:00:00 +0000, Fri May 31 18:00:00 +0000 2024. What is
written in another way, such as 5/6/2024 or with a place's own time (CEST), is not guessed at.
"""

import re

import polars as pl

from cofactor.errors import BadOption

__all__ = ["DAY_NUMBERS", "calendar_seconds", "likely_format", "seconds_by_format"]

DAY_NUMBERS = (19000101, 21001231)  # the first and the last day that a number such as 20240531 is taken for

# parsed at once, several times as fast as taken apart, where the first text is one of these
USUAL_FORMATS = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%SZ",
         "%Y-%m-%dT%H:%M:%S%#z", "%Y-%m-%d %H:%M:%S%#z", "%Y-%m-%d %H:%M:%S%.f", "%Y/%m/%d %H:%M:%S")  # fmt: skip
CLOCK_PARTS = ("%H", "%I", "%k", "%l", "%T", "%R", "%X", "%c", "%s", "%r")  # of a form that holds more than a day
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MONTH_NAME = rf"\b({'|'.join(MONTHS)})(?:uary|ruary|ch|il|e|y|ust|t|tember|ober|ember)?\b\.?"
MONTH_NUMBERS = {f"#{name}": f"#{at:02}" for at, name in enumerate(MONTHS, 1)}
WEEKDAY = r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,?\s+)?"
CLOCK = r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?"
UTC = r"[Zz]|UTC|GMT|UT"
ZONE = rf"(?:{UTC}|[+-][0-9]{{2}}(?::?[0-9]{{2}}(?::?[0-9]{{2}})?)?)"
ISO_PARTS = (
    r"^(?<year>[0-9]{4})[-/.](?<month>[0-9]{1,2})(?:[-/.](?<day>[0-9]{1,2}))?(?:(?:[Tt]|\s+)(?<hour>[0-9]{1,2})"
    r"(?::(?<minute>[0-9]{2})(?::(?<second>[0-9]{2})(?:[.,][0-9]+)?)?)?\s*"
    rf"(?:{UTC}|(?<sign>[+-])(?<zone_hour>[0-9]{{2}})(?::?(?<zone_minute>[0-9]{{2}})(?::?(?<zone_second>[0-9]{{2}}))?)?)?)?$"
)
# other ways of writing, and the same in ISO_PARTS' way; "#05" stands for May
REWRITTEN = (
    (
        rf"^{WEEKDAY}([0-9]{{1,2}})[\s/-]+#([0-9][0-9])[\s/-]+([0-9]{{4}})(?:[\sT:]+({CLOCK})\s*({ZONE})?)?$",
        "${3}-${2}-${1} ${4}${5}",
    ),
    (
        rf"^{WEEKDAY}#([0-9][0-9])\s+([0-9]{{1,2}}),?\s+(?:({CLOCK})\s+({ZONE}\s+)?)?([0-9]{{4}})$",
        "${5}-${1}-${2} ${3}${4}",
    ),
    (r"^([0-9]{4})-?W([0-9][0-9])-?([1-7])", "${1}-W${2}-${3}"),
    (r"^([0-9]{4})([0-9][0-9])([0-9][0-9])$", "${1}-${2}-${3}"),
    (rf"^([0-9]{{4}})([0-9][0-9])([0-9][0-9])[Tt]([0-9][0-9])({ZONE}?)$", "${1}-${2}-${3} ${4}${5}"),
    (rf"^([0-9]{{4}})([0-9][0-9])([0-9][0-9])[Tt]([0-9][0-9])([0-9][0-9])({ZONE}?)$", "${1}-${2}-${3} ${4}:${5}${6}"),
    (
        rf"^([0-9]{{4}})([0-9][0-9])([0-9][0-9])[Tt]([0-9][0-9])([0-9][0-9])([0-9][0-9](?:[.,][0-9]+)?)({ZONE}?)$",
        "${1}-${2}-${3} ${4}:${5}:${6}${7}",
    ),
)
DAY_COUNTS = (
    (r"^[0-9]{4}-W[0-9][0-9]-[1-7]", "%G-W%V-%u"),
    (r"^[0-9]{4}-[0-9]{3}", "%Y-%j"),
)  # days within weeks, within the year


def calendar_seconds(texts: pl.Series) -> pl.Series:
    """(n,) Int64, of UTC, where no zone is written too; null for what is no time. Fractions of a second are dropped."""
    seconds = _usual(texts)
    for spelling in (_stripped, _rewritten):
        left = seconds.is_null() & texts.is_not_null()
        if left.any():
            seconds = seconds.scatter(left.arg_true(), _of_parts(spelling(texts.filter(left))))
    return seconds


def _usual(texts: pl.Series) -> pl.Series:
    first = texts.drop_nulls().head(1)
    for form in USUAL_FORMATS:
        if _strptime(first, form).is_not_null().any():
            return _strptime(texts, form)
    return pl.Series(texts.name, [None], pl.Int64).new_from_index(0, len(texts))


def _strptime(texts: pl.Series, form: str) -> pl.Series:
    dtype = pl.Datetime("us") if any(part in form for part in CLOCK_PARTS) else pl.Date
    return texts.str.strptime(dtype, form, strict=False).dt.epoch("s")


def seconds_by_format(texts: pl.Series, form: str) -> pl.Series:
    """(n,) Int64, of texts that are written in this form, as `date_format` has it; null where they are not.

    Raises `BadOption` for a form that no time is written in.
    """
    try:
        return _strptime(_stripped(texts), form)
    except (pl.exceptions.PolarsError, OverflowError) as error:
        raise BadOption(
            f"date_format={form!r} cannot be read by: {str(error).splitlines()[0]}. Write it as in '%d/%m/%Y %H:%M'."
        ) from None


def likely_format(text: str) -> str | None:
    """The form of a date with the day or the month first, the day taken; None for any other text.

    >>> likely_format("31.05.2024 18:00")
    '%d.%m.%Y %H:%M'
    """
    found = re.fullmatch(r"\s*\d{1,2}([/.-])\d{1,2}\1(\d{4}|\d{2})(?:([ T])\d{1,2}:\d{2}(:\d{2})?)?\s*", text)
    if found is None:
        return None
    sign, year, before_clock, seconds = found.groups()
    clock = f"{before_clock}%H:%M{':%S' if seconds else ''}" if before_clock else ""
    return f"%d{sign}%m{sign}{'%Y' if len(year) == 4 else '%y'}{clock}"


def _stripped(texts: pl.Series) -> pl.Series:
    return texts.str.strip_chars()


def _of_parts(texts: pl.Series) -> pl.Series:
    """Null where the parts make no time: month 13, February 30th, 25 o'clock."""
    parts = texts.str.extract_groups(ISO_PARTS).struct.unnest()
    numbers = parts.select(pl.exclude("sign").cast(pl.Int64), west=pl.col("sign") == "-")
    year, month, hour = pl.col("year"), pl.col("month"), pl.col("hour").fill_null(0)
    day, minute, second = pl.col("day").fill_null(1), pl.col("minute").fill_null(0), pl.col("second").fill_null(0)
    zone = [pl.col(f"zone_{unit}").fill_null(0) for unit in ("hour", "minute", "second")]
    start = pl.date(year, pl.when(month.is_between(1, 12)).then(month), 1)
    date = start + pl.duration(days=day - 1)
    in_day = hour * 3600 + minute * 60 + second  # 24:00 is the day's end, and a minute may have a leap second
    sound = (
        (date.dt.month() == month)
        & (day > 0)
        & (in_day <= 86_400)
        & (minute < 60)
        & (second <= 60)
        & (zone[0] < 24)
        & (zone[1] < 60)
        & (zone[2] < 60)
    )
    offset = zone[0] * 3600 + zone[1] * 60 + zone[2]
    to_utc = pl.when("west").then(offset).otherwise(-offset)
    return numbers.select(pl.when(sound).then(date.dt.epoch("s") + in_day + to_utc)).to_series()


def _rewritten(texts: pl.Series) -> pl.Series:
    """In ISO_PARTS' way."""
    texts = _stripped(texts).str.replace(MONTH_NAME, "#${1}").str.replace_many(MONTH_NUMBERS)
    for pattern, rewritten_as in REWRITTEN:
        texts = texts.str.replace(pattern, rewritten_as)
    for pattern, form in DAY_COUNTS:
        days = texts.str.extract(f"({pattern})").str.to_date(form, strict=False).dt.strftime("%Y-%m-%d")
        texts = pl.select(pl.coalesce(days + texts.str.replace(pattern, ""), texts)).to_series()
    return texts.str.strip_chars()
