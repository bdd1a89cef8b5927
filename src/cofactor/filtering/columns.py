"""The attributes of items as conditions and caps read them: numbers, truths or texts, and the words of each cell."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from functools import cached_property
from typing import TYPE_CHECKING, Literal
from weakref import WeakKeyDictionary

import numpy as np

from cofactor.arrays import Array, BoolArray, IntArray, object_array
from cofactor.data.attributes.words import words_of
from cofactor.errors import BadOption, shown

if TYPE_CHECKING:
    from cofactor.data.ratings import Ratings

__all__ = ["Column", "item_column"]

NUMBERS = (int, float, Decimal, np.number)


@dataclass(frozen=True, eq=False)
class Column:
    """One attribute of n items.

    kind: of its values: "number" (float64), "truth" (bool) or "text" (object; dates as ISO 8601 writes them)
    known: (n,) False where the value is missing
    """

    name: str
    kind: Literal["number", "truth", "text"]
    values: Array
    known: BoolArray
    cells: Array  # (n,) as they came

    @classmethod
    def of(cls, name: str, cells: Array) -> "Column":
        """The column of these cells, (n,), None or nan where a value is missing."""
        if cells.dtype.kind in "iuf":
            values = cells.astype(np.float64)
            return cls(name, "number", values, ~np.isnan(values), cells)
        known = np.fromiter((one is not None and not _is_nan(one) for one in cells), np.bool_, len(cells))
        present = cells[known].tolist()
        if present and all(isinstance(one, bool | np.bool_) for one in present):
            return cls(name, "truth", np.where(known, cells, False).astype(np.bool_), known, cells)
        if present and all(isinstance(one, NUMBERS) and not isinstance(one, bool) for one in present):
            return cls(name, "number", np.where(known, cells, np.nan).astype(np.float64), known, cells)
        texts = [_text(one) if here else "" for one, here in zip(cells.tolist(), known, strict=True)]
        return cls(name, "text", object_array(texts), known, cells)

    @cached_property
    def codes_of_words(self) -> Mapping[str, int]:
        """The number of each word, from 0."""
        return {word: code for code, word in enumerate(dict.fromkeys(w for cell in self.cells for w in words_of(cell)))}

    @cached_property
    def words(self) -> IntArray:
        """(n, w) the numbers of each cell's words, -1 behind the last."""
        each = [[self.codes_of_words[word] for word in words_of(cell)] for cell in self.cells]
        codes = np.full((len(each), max(map(len, each), default=0)), -1, np.int64)
        for row, one in zip(codes, each, strict=True):
            row[: len(one)] = one
        return codes


_columns: "WeakKeyDictionary[Ratings, dict[str, Column]]" = WeakKeyDictionary()  # made once for each table


def item_column(ratings: "Ratings", name: str, option: str) -> Column:
    """The attribute of the items that has this name.

    option: that named it, for the error
    Raises `BadOption`, which suggests a name, where items have no such attribute.
    """
    of_table = _columns.setdefault(ratings, {})
    if name not in of_table:
        if name not in ratings.item_attributes:
            raise BadOption(_no_attribute(name, list(ratings.item_attributes), option))
        of_table[name] = Column.of(name, ratings.item_attributes[name])
    return of_table[name]


def _no_attribute(name: str, known: list[str], option: str) -> str:
    if not known:
        return (
            f"{option} names the attribute {shown(name)}, but these items have none. Give them when the ratings are "
            f"read, as in cf.read(..., items='items.csv'), and fit anew."
        )
    near = get_close_matches(name, known, n=1) or [one for one in known if one.lower() == name.lower()]
    mend = f"Did you mean {near[0]!r}?" if near else f"They have: {', '.join(known)}."
    return f"{option} names the attribute {shown(name)}, which items do not have. {mend}"


def _is_nan(one: object) -> bool:
    return isinstance(one, float | np.floating) and bool(np.isnan(one))


def _text(one: object) -> str:
    return one.isoformat() if isinstance(one, date) else str(one)
