"""The answer to "which are best?": indices and scores, and the table made of them."""

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from cofactor.arrays import BoolArray, FloatArray, Id, IntArray
from cofactor.data.tables import make_table
from cofactor.errors import FewerLeft

if TYPE_CHECKING:
    from cofactor.data.ratings import Ratings

__all__ = ["Ranking"]


@dataclass(frozen=True, eq=False)
class Ranking:
    """A list of the best for each asker, best first.

    labels: b askers     idx: (b, n), -1 behind the end of a list     scores: (b, n), -inf there
    """

    labels: list[Id]
    idx: IntArray
    scores: FloatArray

    @property
    def filled(self) -> BoolArray:
        """(b, n), False behind the end of a list that came out short."""
        return self.idx >= 0

    def warn_if_short(self, n: int) -> None:
        """Say which lists are shorter than n, and why."""
        lengths = self.filled.sum(axis=1)
        short = np.flatnonzero(lengths < n)
        if len(short):
            first = short[0]
            more = f" (and {len(short) - 1} more users)" if len(short) > 1 else ""
            warnings.warn(
                f"Only {lengths[first]} of {n} items are left for {self.labels[first]!r}{more}: the others are "
                f"already rated, excluded or not among the candidates.",
                FewerLeft,
                stacklevel=4,
            )

    def columns(self, ratings: "Ratings", score: str = "score", label: str | None = "user") -> dict[str, Any]:
        """One row an entry: the asker (where `label` names its column), item, title, rank from 1, score."""
        row, rank = np.nonzero(self.filled)
        items = self.idx[row, rank]
        asker = {label: [self.labels[r] for r in row]} if label else {}
        titles = {"title": ratings.title_of(items)} if ratings.titles is not None else {}
        return asker | {
            "item": ratings.items.gather(items).tolist(), **titles, "rank": (rank + 1).tolist(),
            score: self.scores[row, rank].tolist(),
        }  # fmt: skip

    def table(self, ratings: "Ratings", score: str = "score", label: str | None = "user") -> Any:
        """`columns` as a data frame in the library the ratings came in."""
        return make_table(self.columns(ratings, score, label), ratings.library)

    def neighbour_table(self, ratings: "Ratings") -> Any:
        """The same for lists of users: user, rank, similarity."""
        row, rank = np.nonzero(self.filled)
        columns = {
            "user": ratings.users.gather(self.idx[row, rank]).tolist(), "rank": (rank + 1).tolist(),
            "similarity": self.scores[row, rank].tolist(),
        }  # fmt: skip
        return make_table(columns, ratings.library)
