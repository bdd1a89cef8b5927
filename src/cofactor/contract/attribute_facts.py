"""Who is in a table, for a model's card: how people divide by each of their attributes."""

from typing import TYPE_CHECKING, Any

import numpy as np

from cofactor.card.section import Fact
from cofactor.filtering.columns import Column

if TYPE_CHECKING:
    from cofactor.data.ratings import Ratings

__all__ = ["people_by_attributes"]

MOST_VALUES = 8  # of an attribute, for the share of each to be said


def people_by_attributes(ratings: "Ratings") -> list[Fact]:
    """A fact for each attribute of people; those whose value is unknown are counted."""
    columns = (Column.of(name, cells) for name, cells in ratings.user_attributes.items())
    return [Fact(f"People by {one.name}", ", ".join([*_shares(one), *_unknown(one)])) for one in columns]


def _shares(column: Column) -> list[str]:
    """Of few values the share of each; of many numbers their range, of many words how many there are."""
    values, counts = np.unique(column.values[column.known], return_counts=True)
    if len(values) <= MOST_VALUES:
        order = np.argsort(-counts, kind="stable")
        return [f"{_in_words(values[at])} {counts[at] / len(column.values):.0%}" for at in order.tolist()]
    if column.kind == "number":
        low, lower, upper, high = np.quantile(column.values[column.known], (0, 0.25, 0.75, 1))
        return [f"{low:g} to {high:g}, half of them {lower:g} to {upper:g}"]
    return [f"{len(values):,} different values"]


def _unknown(column: Column) -> list[str]:
    share = float(np.mean(~column.known))
    return [f"not known {share:.0%}"] if share else []


def _in_words(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
