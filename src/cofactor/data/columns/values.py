"""The rating column becomes numbers, and whatever is no sound rating is named."""

from typing import NamedTuple

import numpy as np
import polars as pl

from cofactor.arrays import BoolArray, FloatArray
from cofactor.data.columns.calendar_text import DAY_NUMBERS
from cofactor.data.formats.series import texts_of
from cofactor.data.remarks import Remark, Remarks, note, problem
from cofactor.data.value_column import LARGEST_RATING
from cofactor.errors import BadTable

__all__ = ["Values", "parse_values", "without_missing_words"]

MISSING_WORDS = ("", "na", "n/a", "nan", "null", "none", "-")
BOOLEAN_WORDS = {"true": 1.0, "false": 0.0, "yes": 1.0, "no": 0.0}


class Values(NamedTuple):
    """Ratings as they could be read; where one of the masks is True, the number means nothing."""

    numbers: FloatArray  # (n,) float32
    missing: BoolArray
    not_numeric: BoolArray
    too_large: BoolArray  # infinite, too
    wrong_word: str | None = None  # one that is not numeric, for the message
    is_boolean: bool = False  # they were true and false

    @property
    def faults(self) -> dict[str, BoolArray]:
        """Why a row cannot be used: which rows."""
        not_numeric = f"The rating is not a number ({self.wrong_word!r})"
        return {
            "The rating is missing": self.missing,
            not_numeric: self.not_numeric,
            f"The rating is infinite, or larger than {LARGEST_RATING:g}": self.too_large,
        }

    @property
    def usable(self) -> BoolArray:
        """(n,) True where the rating is a number of usable size."""
        return ~(self.missing | self.not_numeric | self.too_large)


def parse_values(column: pl.Series, scale: tuple[float, float] | None) -> tuple[Values, Remarks]:
    """The ratings as numbers; remarks on those outside the scale, on times in their place, on equal ones.

    Raises `BadTable` for a column of a type that holds no numbers.
    """
    if column.dtype == pl.Object or isinstance(column.dtype, pl.Categorical | pl.Enum):
        column = texts_of(column)
    written, not_numeric = column, np.zeros(len(column), np.bool_)
    if column.dtype == pl.String:
        column, not_numeric = _from_text(column)
    if not column.dtype.is_numeric() and column.dtype != pl.Boolean and column.dtype != pl.Null:
        raise BadTable(f"The ratings in {column.name!r} are {column.dtype}, not numbers. Name the right column.")
    numbers = column.cast(pl.Float32).to_numpy()
    wrong_word = str(written.filter(pl.Series(not_numeric)).first()) if not_numeric.any() else None
    missing = np.isnan(numbers) & ~not_numeric
    too_large = np.abs(numbers) > LARGEST_RATING
    values = Values(numbers, missing, not_numeric, too_large, wrong_word, column.dtype == pl.Boolean)
    return values, (*_comma_notes(written, not_numeric), *_checked(values, scale))


def _comma_notes(written: pl.Series, not_numeric: BoolArray) -> Remarks:
    if written.dtype != pl.String or not_numeric.any():
        return ()
    with_comma = written.drop_nulls().filter(written.drop_nulls().str.contains(",", literal=True))
    return (note(f"{written.name!r} has commas for decimal points, as in {with_comma[0]}"),) if len(with_comma) else ()


def _from_text(column: pl.Series) -> tuple[pl.Series, BoolArray]:
    words = without_missing_words(column.str.strip_chars().str.to_lowercase())
    if len(words) > words.null_count() and words.drop_nulls().is_in(list(BOOLEAN_WORDS)).all():
        truth = words.replace_strict(BOOLEAN_WORDS, return_dtype=pl.Float64, default=None)
        return truth.cast(pl.Boolean).alias(column.name), np.zeros(len(column), np.bool_)
    numbers = _without_decimal_commas(words).cast(pl.Float64, strict=False).alias(column.name)
    return numbers, (numbers.is_null() & words.is_not_null()).to_numpy()


def _without_decimal_commas(words: pl.Series) -> pl.Series:
    """The numbers with a point for a comma, as in 3,5, if all are written so, and none might be a thousand."""
    if not words.str.contains(",", literal=True).any():
        return words
    parts = words.str.extract_groups(r"^[+-]?[0-9]+(?<decimals>,[0-9]+)?$").struct.field("decimals")
    are_numbers = words.is_null() | words.str.contains(r"^[+-]?[0-9]+(?:,[0-9]+)?$")
    are_thousands = (parts.drop_nulls().str.len_bytes() == len(",000")).all()
    return words.str.replace(",", ".", literal=True) if are_numbers.all() and not are_thousands else words


def without_missing_words(texts: pl.Series) -> pl.Series:
    """Null where the text is one of the words that stand for nothing."""
    nothing = texts.str.strip_chars().str.to_lowercase().is_in(MISSING_WORDS)
    return pl.select(pl.when(nothing).then(None).otherwise(texts)).to_series().alias(texts.name)


def _checked(values: Values, scale: tuple[float, float] | None) -> list[Remark]:
    """Remarks on ratings outside the stated scale, on times in their place, on ratings that are all equal."""
    usable = values.usable
    sound = values.numbers if usable.all() else values.numbers[usable]
    if not len(sound):
        return []
    low, high, remarks = float(sound.min()), float(sound.max()), list[Remark]()
    if scale is not None and (low < scale[0] or high > scale[1]):
        outside = (values.numbers < scale[0]) | (values.numbers > scale[1])
        what = f"Ratings from {low:g} to {high:g} leave the stated scale {scale[0]:g} to {scale[1]:g}"
        remarks.append(problem(what, outside & usable, mend="Correct them, or state the true scale=…."))
    elif scale is None and low >= 1e8:
        what = f"All ratings are larger than {low * 0.999:.1e}, which looks like timestamps"
        mend = "Name the columns with rating=… and timestamp=…, or pass rating=False for clicks without ratings."
        remarks.append(problem(what, mend=mend))
    elif scale is None and DAY_NUMBERS[0] <= low and high <= DAY_NUMBERS[1]:
        what = "All ratings look like dates written YYYYMMDD"
        mend = "Name the columns with rating=… and timestamp=…, or pass rating=False for clicks without ratings."
        remarks.append(problem(what, mend=mend))
    if low == high:
        what = f"All ratings are {low:g}, so there is nothing to learn from their values"
        remarks.append(note(what, mend="If they are clicks, pass rating=False."))
    return remarks
