"""What a table of ratings holds, in a few rows: users, items, values and dates."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

import numpy as np

from cofactor.arrays import IntArray
from cofactor.sheet import Sheet, SheetMixin

if TYPE_CHECKING:
    from cofactor.data.ratings import Ratings

__all__ = ["NO_TIME", "FactsMixin", "known_times", "rows_of_facts", "utc_date"]

NO_TIME = np.iinfo(np.int64).min  # the timestamp of a rating whose time is unknown


class FactsMixin(SheetMixin):
    """Shows a table of ratings by what it holds."""

    def sheet(self) -> Sheet:
        """One row a fact, under the table's name."""
        ratings = cast("Ratings", self)
        return Sheet(f"{ratings.name}{' (synthetic)' if ratings.synthetic else ''}", (), rows_of_facts(ratings))


def rows_of_facts(ratings: "Ratings") -> list[tuple[str, str]]:
    """Each fact and its value in words; values of clicks are no fact, and unknown dates are said to be so."""
    rows = [
        ("users", f"{ratings.n_users:,}"),
        ("items", f"{ratings.n_items:,}"),
        (ratings.kind, f"{len(ratings):,}"),
    ]
    if ratings.kind != "clicks" and len(ratings):
        low, high = float(ratings.values.min()), float(ratings.values.max())
        rows.append(("values", f"{low:g} to {high:g}, mean {ratings.mean:.3f}"))
    return [*rows, ("dates", _period(ratings))]


def _period(ratings: "Ratings") -> str:
    times = known_times(ratings)
    ends = [utc_date(int(one)) for one in (times.min(), times.max())] if len(times) else []
    dates = [f"{one:%Y-%m-%d}" for one in ends if one is not None]
    return " to ".join(dates) if len(dates) == 2 else "unknown"


def known_times(ratings: "Ratings") -> IntArray:
    """The times that are known, seconds since 1970."""
    times = ratings.timestamps if ratings.timestamps is not None else np.empty(0, np.int64)
    return times[times != NO_TIME]


def utc_date(seconds: int) -> datetime | None:
    """The moment in UTC; None where no calendar goes there."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None
