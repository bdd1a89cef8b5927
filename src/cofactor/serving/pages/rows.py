"""The rows that answers are made of: items with their titles and counts, keyed by id and never by index."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from pydantic import WithJsonSchema

from cofactor.arrays import FloatArray, Id, IntArray

if TYPE_CHECKING:
    from cofactor.data.ratings import Ratings
    from cofactor.evaluation.bootstrap import Interval

__all__ = [
    "ItemRow", "JsonId", "Measured", "PlacedItem", "ValueCount", "item_rows", "number", "plain", "value_counts",
]  # fmt: skip


JsonId = Annotated[Id, WithJsonSchema({"anyOf": [{"type": "integer"}, {"type": "string"}]})]  # as openapi.json has it


@dataclass(frozen=True)
class ItemRow:
    """An item, its title (its id as text where it has none) and the number of its training ratings."""

    item: JsonId
    title: str
    ratings: int


@dataclass(frozen=True)
class PlacedItem(ItemRow):
    """An item on an axis. place: between its ends, 0 to 1     coordinate: as Python has it"""

    place: float
    coordinate: float


@dataclass(frozen=True)
class Measured:
    """A value and the ends of its 95 % interval; None for what is not defined."""

    value: float | None
    low: float | None
    high: float | None

    @classmethod
    def of(cls, found: "Interval") -> "Measured":
        """The interval as JSON has it."""
        return cls(*map(number, found))


@dataclass(frozen=True)
class ValueCount:
    """How many ratings have this value, or lie from it to the next."""

    value: float
    count: int


def item_rows(ratings: "Ratings", idx: IntArray) -> list[ItemRow]:
    """A row for each of these items."""
    columns = ratings.items.gather(idx).tolist(), ratings.title_of(idx), ratings.item_counts[idx].tolist()
    return [ItemRow(*row) for row in zip(*columns, strict=True)]


def value_counts(values: FloatArray, most: int = 21) -> list[ValueCount]:
    """How often each value occurs, ascending; of more than `most` values, in equal steps."""
    found, counts = np.unique(values, return_counts=True)
    if len(found) > most:
        counts, edges = np.histogram(values, most - 1)
        found = edges[:-1]
    return [ValueCount(*row) for row in zip(found.astype(float).tolist(), counts.tolist(), strict=True)]


def number(value: Any) -> float | None:
    """A number as JSON has it: None for what is not finite."""
    return float(value) if np.isfinite(value) else None


def plain(value: Any) -> Any:
    """A cell of a table as JSON has it: numbers, texts, None; dates and whatever else as text."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return number(value)
    return value if value is None or isinstance(value, (bool, int, str)) else str(value)
