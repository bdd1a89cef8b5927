"""The users or items that an interpretation places: ids, titles, numbers of ratings and attributes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from cofactor.arrays import Array, FloatArray, IntArray
from cofactor.contract.indices import find
from cofactor.contract.steps import Side
from cofactor.data.tables import Table, make_table
from cofactor.errors import BadOption, shown
from cofactor.hyperparameters import conformed

if TYPE_CHECKING:
    from cofactor.data.ratings import Ratings

__all__ = ["N_RATINGS", "LabelledRows", "weights_of"]

N_RATINGS = "ratings"  # its name among the attributes


@dataclass(frozen=True, eq=False)
class LabelledRows:
    """Some of a table's users or items, m of them, by ascending index.

    idx: (m,) indices     ids: (m,)     names: titles, or ids as text     counts: (m,) ratings of each
    has_titles: whether `names` are titles
    attributes: (m,) cells each, None or nan where missing     library: that tables of them come in
    """

    side: Side
    idx: IntArray
    ids: Array
    names: list[str]
    counts: IntArray
    has_titles: bool
    attributes: dict[str, Array]
    library: str

    @classmethod
    def of(cls, ratings: "Ratings", side: Side, min_ratings: int) -> "LabelledRows":
        """Those with at least `min_ratings` ratings. Raises `BadOption` where there are none, or it is below 1."""
        floor, of_items = conformed("min_ratings", int, min_ratings), side == "item"
        if floor < 1:
            raise BadOption(f"min_ratings counts ratings, 1 or more, but {shown(floor)} came.")
        counts = ratings.item_counts if of_items else ratings.user_counts
        idx = np.flatnonzero(counts >= floor)
        if not len(idx):
            raise BadOption(f"No {side} has {floor:,} ratings; the most is {counts.max(initial=0):,}. Ask for fewer.")
        ids = (ratings.items if of_items else ratings.users).gather(idx)
        names = ratings.title_of(idx) if of_items else [str(one) for one in ids]
        has_titles = of_items and ratings.titles is not None
        return cls(
            side, idx, ids, names, counts[idx], has_titles, ratings.attributes_of(side, idx), ratings.library
        )  # fmt: skip

    def __len__(self) -> int:
        return len(self.idx)

    def find(self, ratings: "Ratings", ids: Any) -> IntArray:
        """(n,) the positions, among these rows, of users or items given by id or title.

        Raises `UnknownIds`, and `BadOption` for one that is not among these rows.
        """
        idx = find(ratings, self.side, ids)
        at = np.searchsorted(self.idx, idx).clip(max=len(self) - 1)
        if (missing := self.idx[at] != idx).any():
            first = (ratings.items if self.side == "item" else ratings.users).gather(idx[missing][:1]).tolist()[0]
            raise BadOption(
                f"{shown(first)} is not among these {self.side}s: it has too few ratings. Lower min_ratings."
            )
        return at

    def attributes_of(self, at: IntArray) -> dict[str, Array]:
        """The attributes of the rows at these positions, the number of ratings among them."""
        return {N_RATINGS: self.counts[at]} | {name: cells[at] for name, cells in self.attributes.items()}

    def columns(self, at: IntArray | slice = slice(None)) -> dict[str, list[Any]]:
        """The columns of a table that say which rows these are: id, title where there are titles, ratings."""
        chosen = np.arange(len(self))[at]
        columns: dict[str, list[Any]] = {self.side: self.ids[chosen].tolist()}
        if self.has_titles:
            columns["title"] = [self.names[one] for one in chosen]
        return columns | {"ratings": self.counts[chosen].tolist()}

    def table(self, columns: Mapping[str, Sequence[Any]]) -> Table[Any]:
        """A table of these columns in the library that the ratings came in."""
        return make_table(columns, self.library)


def weights_of(counts: IntArray, damping: float) -> FloatArray:
    """(m,) n / (n + damping) for rows of n ratings, float64. Raises `BadOption` for a damping below 0.

    >>> weights_of(np.array([0, 20, 180]), 20).tolist()
    [0.0, 0.5, 0.9]
    """
    damping = conformed("damping", float, damping)
    if damping < 0:
        raise BadOption(f"damping counts ratings, 0 or more, but {shown(damping)} came.")
    return counts / np.maximum(counts + damping, 1e-12)
