"""The answer to "which are best?": indices and scores, and the columns of a table made of them."""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from cofactor.arrays import Array, BoolArray, FloatArray, Id, IntArray
from cofactor.data.tables import Table, make_table
from cofactor.errors import BadOption, FewerLeft, counted, shown, some_of
from cofactor.hyperparameters import conformed

if TYPE_CHECKING:
    from cofactor.data.ratings import Ratings

__all__ = ["ListColumn", "Ranking", "list_length"]

ListColumn: TypeAlias = Literal[
    "user", "item", "title", "rank", "score", "rating", "was", "value"
]  # rating: where it is not the score; value: of `item_values`


def list_length(n: Any, name: str = "n") -> int:
    """The n that was asked for; raises `BadOption` for what is the length of no list."""
    length: int = conformed(name, int, n)
    if length < 1:
        raise BadOption(f"{name} is the length of the list, a whole number of at least 1, but {n!r} came.")
    return length


@dataclass(frozen=True, eq=False)
class Ranking:
    """A list of the best for each asker, best first.

    labels: b askers     idx: (b, n), -1 behind the end of a list     scores: (b, n), -inf there
    extra: more columns, of the entries in order: predictions, where lists are not ordered by them
    """

    labels: list[Id]
    idx: IntArray
    scores: FloatArray
    extra: Mapping[str, Array] = field(default_factory=dict[str, Array])

    @property
    def filled(self) -> BoolArray:
        """(b, n), False behind the end of a list that came out short."""
        return self.idx >= 0

    def warn_if_short(self, n: int, stacklevel: int, narrowed_by: Sequence[str] = ()) -> None:
        """Say which lists are shorter than n, and why.

        stacklevel: how far above stands who asked for them     narrowed_by: more options that leave items out
        """
        lengths = self.filled.sum(axis=1)
        short = np.flatnonzero(lengths < n)
        if len(short):
            first = short[0]
            more = f" (and {counted(len(short) - 1, 'more user')})" if len(short) > 1 else ""
            options = f", or left out by {' and '.join(narrowed_by)}" if narrowed_by else ""
            said = (
                f"Only {some_of(lengths[first], n, 'item', 'are')} left for {shown(self.labels[first])}{more}: the "
                f"others are already rated, excluded or not among the candidates{options}."
            )
            warnings.warn(FewerLeft(said, len(short)), stacklevel=stacklevel)

    def table(
        self, ratings: "Ratings", *, of: Literal["item", "user"] = "item", score: str = "score",
        asker: str | None = "user",
        more: Mapping[str, Sequence[Any]] | None = None,
    ) -> Table[Any]:  # fmt: skip
        """`columns`, and more of them, as a data frame in the library the ratings came in, of one schema however few
        rows there are."""
        columns = self.columns(ratings, of=of, score=score, asker=asker) | dict(more or {})
        own = {
            side: ids.example if len(ids) else "" for side, ids in (("user", ratings.users), ("item", ratings.items))
        }
        like = (
            {"title": "", "rank": 1, score: 1.0, "rung": "", "doubt": 1.0}
            | own
            | {name: values.dtype.type(0).item() for name, values in self.extra.items()}
        )
        if asker:
            like[asker] = self.labels[0] if self.labels else like.get(asker, like[of])
        return make_table(columns, ratings.library, {name: like[name] for name in columns})

    def columns(
        self, ratings: "Ratings", *, of: Literal["item", "user"] = "item", score: str = "score",
        asker: str | None = "user",
    ) -> dict[str, list[Any]]:  # fmt: skip
        """One row an entry: the asker (where a column is named for them), item (and title) or user, rank, score."""
        row, rank = np.nonzero(self.filled)
        idx = self.idx[row, rank]
        columns: dict[str, list[Any]] = {asker: [self.labels[r] for r in row]} if asker else {}
        columns[of] = (ratings.items if of == "item" else ratings.users).gather(idx).tolist()
        if of == "item" and ratings.titles is not None:
            columns["title"] = ratings.title_of(idx)
        return (
            columns
            | {"rank": (rank + 1).tolist(), score: self.scores[row, rank].tolist()}
            | {name: values.tolist() for name, values in self.extra.items()}
        )
