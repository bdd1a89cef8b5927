"""The kind of a table's values: ratings, clicks or counts; stated by the caller, or inferred by one rule.

ratings: opinions on a scale, such as 1 to 5 stars
clicks: that somebody had an item; a value of 0 or below is a dislike
counts: how often or how much, such as plays or quantities; 0 or below is a dislike

The rule, for values of which nothing is said:

- no values are clicks;
- true and false are clicks and dislikes, and so are 1, 0 and -1 in a column called `liked` or alike;
- whole numbers in a column called `plays`, `quantity` or alike are counts;
- whole numbers of 0 or more are counts where the largest is above 10 and at least 10 times the median: most are
  small and a few are far beyond any rating scale;
- all else are ratings, and so is everything for which a scale is stated.
"""

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple, TypeAlias

import numpy as np

from cofactor.arrays import Array, FloatArray
from cofactor.data.formats.usual_names import COUNT_NAMES, LIKED_NAMES, plain_name
from cofactor.errors import BadTable

__all__ = ["InferredKind", "Kind", "expect_kind", "infer_kind", "kind_of_column", "linear_values", "values_of_kind"]

Kind: TypeAlias = Literal["ratings", "clicks", "counts"]
LARGEST_SMALL_SCALE = 10  # ratings up to here are common, and never taken for counts by their values
SKEW = 10  # the largest count is at least so many medians
MAX_SAMPLE = 100_000  # values that the median is taken of


class InferredKind(NamedTuple):
    """The kind of some values and, where it was a guess, why."""

    kind: Kind
    why: str = ""


def infer_kind(values: FloatArray | None, column: str = "", *, is_boolean: bool = False) -> InferredKind:
    """The kind of these values by the rule above, which begins this file.

    values: (n,) finite     column: the name of theirs     is_boolean: they were true and false

    >>> infer_kind(np.array([1, 2, 1, 64], np.float32))
    InferredKind(kind='counts', why='whole numbers up to 64, most of them small')
    """
    if values is None or not values.size:
        return InferredKind("clicks" if values is None else "ratings")
    name = plain_name(column)
    if is_boolean:
        return InferredKind("clicks", "of true and false, a click and a dislike")
    if name in LIKED_NAMES and np.isin(values, (-1, 0, 1)).all():
        return InferredKind("clicks", "by its name: 1 is a click, 0 or below a dislike")
    if name in COUNT_NAMES and _are_whole(values):
        return InferredKind("counts", "by its name")
    if _are_skewed_counts(values):
        return InferredKind("counts", f"whole numbers up to {float(values.max()):g}, most of them small")
    return InferredKind("ratings")


def kind_of_column(column: Sequence[Any] | Array | None, numbers: FloatArray, scale: object) -> Kind:
    """The kind of a table of which nothing is said but its values, as they were given, and as numbers.

    column: None: there are none     scale: None unless one is stated
    """
    if column is None:
        return "clicks"
    are_truths = (
        column.dtype == np.bool_ if isinstance(column, np.ndarray) else all(type(one) is bool for one in column)
    )
    return "ratings" if scale is not None else infer_kind(numbers, is_boolean=bool(are_truths)).kind


def _are_skewed_counts(values: FloatArray) -> bool:
    largest = float(values.max())
    if largest <= LARGEST_SMALL_SCALE or not _are_whole(values):
        return False
    return largest >= SKEW * max(1.0, float(np.median(values[:: max(1, len(values) // MAX_SAMPLE)])))


def _are_whole(values: FloatArray) -> bool:
    return float(values.min()) >= 0 and bool((values == np.floor(values)).all())


def expect_kind(kind: Kind, given: Kind) -> None:
    """Raise `BadTable` where values are given of another kind than those they are to join.

    kind: of what is there     given: of what came
    """
    if given != kind:
        raise BadTable(f"{given} cannot be joined to {kind}. Give both as one kind, as by cf.read(..., kind={kind!r}).")


def values_of_kind(values: FloatArray, kind: Kind) -> FloatArray:
    """The values as a table of this kind holds them: 1 for each click; dislikes, ratings and counts as they are."""
    if kind != "clicks":
        return values
    return np.where(values > 0, np.float32(1), values)


def linear_values(values: FloatArray, kind: Kind) -> FloatArray:
    """The values as linear models take them: of counts ±log(1 + |value|), so that a few large ones do not decide all.

    >>> linear_values(np.array([0, 1, 1023], np.float32), "counts").round(2)
    array([0.  , 0.69, 6.93], dtype=float32)
    """
    return np.copysign(np.log1p(np.abs(values)), values) if kind == "counts" else values
