"""What a table of ratings holds, in a few rows: users, items, values and dates."""

from datetime import UTC, datetime

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.data.kinds import Kind
from cofactor.errors import counted

__all__ = ["NO_TIME", "counts_in_words", "known_times", "rows_of_facts", "utc_date"]

NO_TIME = np.iinfo(np.int64).min  # the timestamp of a rating whose time is unknown


def counts_in_words(kind: Kind, n: int, n_items: int, n_users: int) -> str:
    """How many there are of each.

    >>> counts_in_words("clicks", 1, 1, 1), counts_in_words("ratings", 6, 3, 2)
    ('1 click of 1 item by 1 user', '6 ratings of 3 items by 2 users')
    """
    return f"{counted(n, kind.removesuffix('s'))} of {counted(n_items, 'item')} by {counted(n_users, 'user')}"


def rows_of_facts(
    kind: Kind, n_users: int, n_items: int, values: FloatArray, timestamps: IntArray | None
) -> list[tuple[str, str]]:
    """Each fact and its value in words; values of clicks are no fact, and unknown dates are said to be so."""
    rows = [("users", f"{n_users:,}"), ("items", f"{n_items:,}"), (kind, f"{len(values):,}")]
    if kind != "clicks" and len(values):
        low, high, mean = float(values.min()), float(values.max()), float(values.mean(dtype=np.float64))
        rows.append(("values", f"{low:g} to {high:g}, mean {mean:.3f}"))
    return [*rows, ("dates", _period(timestamps))]


def _period(timestamps: IntArray | None) -> str:
    times = known_times(timestamps)
    ends = [utc_date(int(one)) for one in (times.min(), times.max())] if len(times) else []
    dates = [f"{one:%Y-%m-%d}" for one in ends if one is not None]
    return " to ".join(dates) if len(dates) == 2 else "unknown"


def known_times(timestamps: IntArray | None) -> IntArray:
    """The times that are known, seconds since 1970; none of a table without times."""
    times = np.empty(0, np.int64) if timestamps is None else timestamps
    return times[times != NO_TIME]


def utc_date(seconds: int) -> datetime | None:
    """The moment in UTC; None where no calendar goes there."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None
