"""Questions about what is near: the items most similar to some items, the users most similar to some users."""

from collections.abc import Sequence
from typing import Any, Literal, TypedDict

import numpy as np

from cofactor.arrays import Array, BoolArray, Id
from cofactor.contract.abilities import expect_ability
from cofactor.contract.indices import as_list, find, is_one_id
from cofactor.contract.snapshots import Snapshots, of_one_state
from cofactor.contract.steps import ModelSteps, Side
from cofactor.data.tables import Table
from cofactor.errors import BadOption
from cofactor.filtering.matching import items_where
from cofactor.hyperparameters import conformed
from cofactor.kernels.ranking.top_scores import top_scores
from cofactor.ranking import Ranking, list_length

__all__ = ["NeighbourMixin"]


class Neighbours(TypedDict):
    """The names of the columns in a table of similar items, or users."""

    of: Side
    score: str
    asker: str | None


class NeighbourMixin(Snapshots, ModelSteps):
    """The nearest items and users, by a model's vectors or weights."""

    @of_one_state
    def similar_items(
        self, items: Id | Sequence[Id] | Array, n: int = 10, *, where: str | None = None, min_ratings: int = 0
    ) -> Table[Literal["similar_to", "item", "title", "rank", "similarity", "ratings"]]:
        """The n items most similar to each of some: a table of item, title, rank, similarity and ratings.

        items: an id or title, or several, whose tables come one below the other, with a column `similar_to` in front
        where: among the items whose attributes match, as in `recommend`
        min_ratings: among the items with at least so many ratings; the column `ratings` says how many each has, which
            is the number of people its place stands on
        Similarity is the cosine of the items' vectors; in a model that links items by weights, how much having the
        one speaks for the other. Raises `Unsupported` of a model that has neither, `UnknownIds`, and `BadOption` for
        options out of range.
        """
        return self._near_items(items, n, where, min_ratings).table(self.ratings, **_columns("item", items))

    @of_one_state
    def nearest_items(
        self, items: Id | Sequence[Id] | Array, n: int = 10, *, where: str | None = None, min_ratings: int = 0
    ) -> dict[str, list[Any]]:
        """`similar_items` as plain columns; raises as it does."""
        return self._near_items(items, n, where, min_ratings).columns(self.ratings, **_columns("item", items))

    @of_one_state
    def similar_users(
        self, users: Id | Sequence[Id] | Array, n: int = 10
    ) -> Table[Literal["similar_to", "user", "rank", "similarity"]]:
        """The n users most similar to each of some, by the cosine of their vectors: a table of user, rank, similarity.

        users: an id, or several, whose tables come one below the other, with a column `similar_to` in front
        Raises `Unsupported` of a model without vectors of users, and `UnknownIds`.
        """
        return self._nearest("user", users, n).table(self.ratings, **_columns("user", users))

    @of_one_state
    def nearest_users(self, users: Id | Sequence[Id] | Array, n: int = 10) -> dict[str, list[Any]]:
        """`similar_users` as plain columns; raises as it does."""
        return self._nearest("user", users, n).columns(self.ratings, **_columns("user", users))

    def _near_items(self, items: Any, n: int, where: str | None, min_ratings: int) -> Ranking:
        floor = conformed("min_ratings", int, min_ratings)
        if floor < 0:
            raise BadOption(f"min_ratings counts ratings, 0 or more, but {floor} came.")
        counts = self.ratings.item_counts
        excluded = counts < floor
        if where is not None:
            excluded |= ~items_where(self.ratings, where)
        near = self._nearest("item", items, n, excluded)
        return Ranking(near.labels, near.idx, near.scores, {"ratings": counts[near.idx[near.filled]]})

    def _nearest(self, side: Side, ids: Any, n: int, excluded: BoolArray | None = None) -> Ranking:
        n, labels = list_length(n), as_list(ids)
        asked = find(self.ratings, side, labels)
        expect_ability(self, f"compares_{side}s")
        best = [self._nearest_to(side, int(idx), n, excluded) for idx in asked]
        idx, scores = zip(*best, strict=True) if best else ((np.zeros((0, n), np.int64),), (np.zeros((0, n)),))
        return Ranking(labels, np.concatenate(idx), np.concatenate(scores))

    def _nearest_to(self, side: Side, idx: int, n: int, excluded: BoolArray | None) -> tuple[Array, Array]:
        similar = self.similarity(side, idx).copy()
        similar[idx] = -np.inf
        return top_scores(similar[None], n, None, excluded)


def _columns(side: Side, asked: Any) -> Neighbours:
    """One is not named beside its neighbours, several are."""
    return {"of": side, "score": "similarity", "asker": None if is_one_id(asked) else "similar_to"}
