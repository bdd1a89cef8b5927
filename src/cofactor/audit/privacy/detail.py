"""The detail in which ratings are released or known, and the records that are equal in it."""

from typing import NamedTuple

import numpy as np

from cofactor.arrays import IntArray
from cofactor.data.durations import seconds_in
from cofactor.data.ratings import NO_TIME, Ratings
from cofactor.errors import BadOption, shown
from cofactor.hyperparameters import conformed

__all__ = ["Detail", "checked_detail", "each_pair_once", "joint_codes", "record_codes", "usual_details"]

ROUNDING_ERROR = 1e-6  # of single precision, in units of a step


class Detail(NamedTuple):
    """How much of each rating is known beside the item, and by how much the release has moved it.

    step: width of the classes of ratings, counted from the lowest of the scale; 0: the exact value; None: no value
    dates: length of the spans of time, such as "1 day", counted from 1970 in UTC; None: no date
    moved_ratings: each rating is released plus a number drawn evenly from so much below 0 to so much above; only exact
        values can be
    moved_dates: each date is released plus a time drawn evenly from so much before to so much after, such as "7 days";
        it is known exactly then, and `dates` is None
    """

    step: float | None = 0.0
    dates: str | None = None
    moved_ratings: float = 0.0
    moved_dates: str | None = None

    def __str__(self) -> str:
        if self.step is None:
            values = "items alone"
        else:
            values = f"items, ratings{f' in steps of {self.step:g}' if self.step else ''}"
            values += f" moved by up to {self.moved_ratings:g}" if self.moved_ratings else ""
        if self.moved_dates is not None:
            return f"{values}, dates moved by up to {self.moved_dates}"
        return values if self.dates is None else f"{values}, dates to {self.dates}"

    @property
    def moves(self) -> bool:
        """True where the release differs from the truth, so that a reader has to allow for it."""
        return bool(self.moved_ratings) or self.moved_dates is not None


def usual_details(ratings: Ratings) -> list[Detail]:
    """Exact ratings without dates, with dates to the day, week, month and year, and with dates moved by up to a week
    and a month; classes two wide; ratings moved by up to 1; items alone.

    Dates are left out for a table without times, values for clicks.
    """
    timed = ratings.timestamps is not None
    dates = [None, "1 day", "1 week", "30 days", "1 year"] if timed else [None]
    moved = ["7 days", "30 days"] if timed else []
    step = None if ratings.kind == "clicks" else 0.0
    with_dates = [*(Detail(step, one) for one in dates), *(Detail(step, moved_dates=one) for one in moved)]
    return with_dates if step is None else [*with_dates, Detail(2.0), Detail(moved_ratings=1.0), Detail(None)]


def checked_detail(given: object, ratings: Ratings) -> Detail:
    """The detail with its values in their types; raises `BadOption` for what is none, or not in the table."""
    if not isinstance(given, Detail):
        raise BadOption(f"A detail is a Detail(step=…, dates=…), but {shown(given)} came.")
    detail = Detail(
        conformed("step", float | None, given.step), conformed("dates", str | None, given.dates),
        conformed("moved_ratings", float, given.moved_ratings), conformed("moved_dates", str | None, given.moved_dates),
    )  # fmt: skip
    if detail.step is not None and detail.step < 0:
        raise BadOption(f"step is the width of classes of ratings, 0 (exact) or more, but {detail.step} came.")
    _check_moved(detail)
    for name, length in (("dates", detail.dates), ("moved_dates", detail.moved_dates)):
        if length is not None:
            seconds_in(name, length)
            if ratings.timestamps is None:
                raise BadOption(f"The table has no times, so dates cannot be known to {length!r}: take {name}=None.")
    return detail


def _check_moved(detail: Detail) -> None:
    if not 0 <= detail.moved_ratings < float("inf"):
        raise BadOption(f"moved_ratings is by how much ratings are moved, 0 or more, but {detail.moved_ratings} came.")
    if detail.moved_ratings and detail.step != 0:
        raise BadOption(f"Only exact ratings are moved, but moved_ratings came with step={detail.step}. Take step=0.")
    if detail.moved_dates is not None and detail.dates is not None:
        raise BadOption("moved_dates moves exact dates, and dates makes them coarser: give one of the two.")


def each_pair_once(ratings: Ratings) -> Ratings:
    """The table by user and item, of each pair the last rating; raises `BadOption` where it has none."""
    if not len(ratings):
        raise BadOption(f"Nobody can be looked for in {ratings!r}: it has no ratings.")
    order = np.lexsort((ratings.item_idx, ratings.user_idx))  # stable, so the last of equal pairs is their last
    user_idx, item_idx = ratings.user_idx[order], ratings.item_idx[order]
    differs = (np.diff(user_idx) != 0) | (np.diff(item_idx) != 0)
    return ratings.subset(order[np.append(differs, True)])


def record_codes(ratings: Ratings, detail: Detail) -> IntArray:
    """(n,) int64 one number for each rating, equal for those of equal item, class of value and span of time; what is
    moved does not count, but for whether a time is known.

    Ratings whose time is unknown are in a span of their own.
    """
    codes = ratings.item_idx.astype(np.int64)
    if detail.moved_dates is not None:
        assert ratings.timestamps is not None
        codes = joint_codes(codes, (ratings.timestamps == NO_TIME).astype(np.int64))
    if detail.step is not None and not detail.moved_ratings:
        codes = joint_codes(codes, _value_classes(ratings, detail.step))
    if detail.dates is not None:
        assert ratings.timestamps is not None
        codes = joint_codes(codes, _spans(ratings.timestamps, detail.dates))
    return codes


def _value_classes(ratings: Ratings, step: float) -> IntArray:
    if step == 0:
        return np.unique(ratings.values, return_inverse=True)[1]
    lowest = ratings.scale[0] if ratings.scale else 0.0
    return np.floor((ratings.values.astype(np.float64) - lowest) / step + ROUNDING_ERROR).astype(np.int64)


def _spans(timestamps: IntArray, dates: str) -> IntArray:
    """The span of each time, in order; one before all others where the time is unknown."""
    known, spans = timestamps != NO_TIME, np.zeros(len(timestamps), np.int64)
    if known.any():
        numbers = timestamps[known] // int(max(1, seconds_in("dates", dates)))
        spans[known] = numbers - numbers.min() + 1
    return spans


def joint_codes(codes: IntArray, classes: IntArray) -> IntArray:
    """(n,) codes from 0 without gaps, equal where both are: gaps would leave 64 bits after a few columns."""
    n_classes = int(classes.max()) + 1
    return np.unique(codes * n_classes + classes, return_inverse=True)[1]
