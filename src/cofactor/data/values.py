"""The rating column becomes numbers, and whatever is no sound rating is named."""

from typing import NamedTuple

import numpy as np
import polars as pl

from cofactor.arrays import BoolArray, FloatArray
from cofactor.data.report import Findings
from cofactor.data.series import texts_of
from cofactor.errors import BadTable

__all__ = ["Values", "check_values", "parse_values", "without_missing_words"]

MISSING_WORDS = ("", "na", "n/a", "nan", "null", "none", "-")
TRUTHS = {"true": 1.0, "false": 0.0}


class Values(NamedTuple):
    """Ratings as they could be read; where one of the masks is True, the number means nothing."""

    numbers: FloatArray  # (n,) float32
    missing: BoolArray
    not_numeric: BoolArray
    infinite: BoolArray
    wrong_word: str | None = None  # one that is not numeric, for the message

    @property
    def unusable(self) -> BoolArray:
        return self.missing | self.not_numeric | self.infinite


def parse_values(column: pl.Series, findings: Findings) -> Values:
    if column.dtype == pl.Object or isinstance(column.dtype, pl.Categorical | pl.Enum):
        column = texts_of(column)
    given, not_numeric = column, np.zeros(len(column), np.bool_)
    if column.dtype == pl.String:
        column, not_numeric = _from_text(column)
    if column.dtype == pl.Boolean:
        findings.note(f"{column.name!r} holds true and false: read as ratings of 1 and 0")
    elif not column.dtype.is_numeric() and column.dtype != pl.Null:
        raise BadTable(f"The ratings in {column.name!r} are {column.dtype}, not numbers. Name the right column.")
    numbers = column.cast(pl.Float32).to_numpy()
    wrong_word = given.filter(pl.Series(not_numeric)).first() if not_numeric.any() else None
    missing = np.isnan(numbers) & ~not_numeric
    return Values(numbers, missing, not_numeric, np.isinf(numbers), None if wrong_word is None else str(wrong_word))


def _from_text(column: pl.Series) -> tuple[pl.Series, BoolArray]:
    words = without_missing_words(column.str.strip_chars().str.to_lowercase())
    if len(words) > words.null_count() and words.drop_nulls().is_in(list(TRUTHS)).all():
        truth = words.replace_strict(TRUTHS, return_dtype=pl.Float64, default=None)
        return truth.cast(pl.Boolean).alias(column.name), np.zeros(len(column), np.bool_)
    numbers = words.cast(pl.Float64, strict=False).alias(column.name)
    return numbers, (numbers.is_null() & words.is_not_null()).to_numpy()


def without_missing_words(texts: pl.Series) -> pl.Series:
    """Null where the text is one of the words that stand for nothing."""
    nothing = texts.str.strip_chars().str.to_lowercase().is_in(MISSING_WORDS)
    return pl.select(pl.when(nothing).then(None).otherwise(texts)).to_series().alias(texts.name)


def check_values(values: FloatArray, usable: BoolArray, scale: tuple[float, float] | None, findings: Findings) -> None:
    """Ratings outside the stated scale, ratings that are times, ratings that are all the same."""
    sound = values if usable.all() else values[usable]
    if not len(sound):
        return
    low, high = float(sound.min()), float(sound.max())
    if scale is not None and (low < scale[0] or high > scale[1]):
        outside = (values < scale[0]) | (values > scale[1])
        findings.problem(
            f"Ratings from {low:g} to {high:g} leave the stated scale {scale[0]:g} to {scale[1]:g}",
            outside & usable, mend="Correct them, or state the true scale=….",
        )  # fmt: skip
    elif scale is None and low >= 1e8:
        findings.problem(
            f"All ratings are larger than {low * 0.999:.1e}, which looks like timestamps",
            mend="Name the columns with rating=… and timestamp=…, or pass rating=False for clicks without ratings.",
        )
    if low == high:
        findings.note(
            f"All ratings are {low:g}, so there is nothing to learn from their values",
            mend="If they are clicks, pass rating=False.",
        )
