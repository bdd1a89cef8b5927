"""What a table of ratings looks like, in plain words: how many, how dense, which values, how unevenly spread."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from cofactor.arrays import IntArray
from cofactor.data.facts import known_times, utc_date
from cofactor.data.kinds import Kind
from cofactor.data.ratings import Ratings
from cofactor.errors import counted
from cofactor.sheet import TextMixin

__all__ = ["Description", "FiveNumberSummary", "describe"]

MAX_BARS = 12  # more distinct values than this are gathered in ten equal steps
BAR_WIDTH = 30  # characters of the longest bar


@dataclass(frozen=True)
class FiveNumberSummary:
    """The five-number summary of the ratings that each user gave, or each item was given."""

    minimum: int
    lower_quartile: float
    median: float
    upper_quartile: float
    maximum: int

    @classmethod
    def of(cls, counts: IntArray) -> "FiveNumberSummary":
        """The summary of these counts, those of 0 left out."""
        rated = counts[counts > 0]
        if not len(rated):
            return cls(0, 0.0, 0.0, 0.0, 0)
        lower_quartile, median, upper_quartile = np.quantile(rated, (0.25, 0.5, 0.75)).tolist()
        return cls(int(rated.min()), lower_quartile, median, upper_quartile, int(rated.max()))

    def __str__(self) -> str:
        return (
            f"{self.minimum:,} to {self.maximum:,}, median {self.median:,g}, "
            f"half of them {self.lower_quartile:,g} to {self.upper_quartile:,g}"
        )


@dataclass(frozen=True, kw_only=True)
class Description(TextMixin):
    """A table of ratings in numbers; users and items without a rating are not counted.

    histogram: (value or lower edge, count), ascending

    first, last: UTC, None where no time is known     density: share of the matrix that is filled, 0 to 1
    """

    name: str
    synthetic: bool
    kind: Kind
    n_ratings: int
    n_users: int
    n_items: int
    density: float
    mean: float
    histogram: tuple[tuple[float, int], ...]
    per_user: FiveNumberSummary
    per_item: FiveNumberSummary
    n_without_time: int
    first: datetime | None
    last: datetime | None

    def __str__(self) -> str:
        label = f"{self.name}{' (synthetic)' if self.synthetic else ''}"
        ratings = counted(self.n_ratings, self.kind.removesuffix("s"))
        lines = [
            f"{label}: {ratings} by {counted(self.n_users, 'user')} of {counted(self.n_items, 'item')}",
            f"  filled      {self.density:.3%} of all user-item pairs; {1 - self.density:.3%} are unknown",
            f"  a user has  {self.per_user}",
            f"  an item has {self.per_item}",
            f"  time        {self._time()}",
        ]
        return "\n".join(lines + (self._bars() if self.kind != "clicks" and self.n_ratings else []))

    def _time(self) -> str:
        if self.first is None or self.last is None:
            return "unknown"
        unknown = f"; {self.n_without_time:,} without" if self.n_without_time else ""
        return f"{self.first:%Y-%m-%d} to {self.last:%Y-%m-%d}{unknown}"

    def _bars(self) -> list[str]:
        most = max(count for _, count in self.histogram)
        lines = [f"  mean        {self.mean:.3f}"]
        for value, count in self.histogram:
            bar = "#" * round(BAR_WIDTH * count / most)
            lines.append(f"  {value:>10g}  {bar:<{BAR_WIDTH}} {count:,} ({count / self.n_ratings:.1%})")
        return lines


def describe(ratings: Ratings) -> Description:
    """The description that `cofactor data describe` prints."""
    n_users, n_items = (int(np.count_nonzero(counts)) for counts in (ratings.user_counts, ratings.item_counts))
    known = known_times(ratings.timestamps)
    first, last = (utc_date(int(known.min())), utc_date(int(known.max()))) if len(known) else (None, None)
    return Description(
        name=ratings.name, synthetic=ratings.synthetic, kind=ratings.kind, n_ratings=len(ratings),
        n_users=n_users, n_items=n_items, density=len(ratings) / max(1, n_users * n_items), mean=ratings.mean,
        histogram=tuple(_histogram(ratings)), per_user=FiveNumberSummary.of(ratings.user_counts),
        per_item=FiveNumberSummary.of(ratings.item_counts), n_without_time=len(ratings) - len(known),
        first=first, last=last,
    )  # fmt: skip


def _histogram(ratings: Ratings) -> Sequence[tuple[float, int]]:
    values, counts = np.unique(ratings.values, return_counts=True)
    if len(values) > MAX_BARS:
        counts, edges = np.histogram(ratings.values, bins=10)
        values = edges[:-1]
    return list(zip(values.tolist(), counts.tolist(), strict=True))
