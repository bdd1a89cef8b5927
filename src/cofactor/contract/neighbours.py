"""Questions about what is near: the items or users most similar to some, and the items most like a mix of others."""

from collections.abc import Sequence
from typing import Any, Literal, TypeAlias, TypedDict

import numpy as np

from cofactor.arrays import Array, BoolArray, FloatArray, Id
from cofactor.contract.abilities import expect_ability
from cofactor.contract.indices import as_list, find, is_one_id
from cofactor.contract.row_posterior import RowPosterior
from cofactor.contract.snapshots import Snapshots, of_one_state
from cofactor.contract.steps import ModelSteps, Side, cosines
from cofactor.data.tables import Table
from cofactor.errors import BadOption
from cofactor.filtering.matching import items_where
from cofactor.hyperparameters import conformed
from cofactor.kernels.ranking.top_scores import top_scores
from cofactor.ranking import Ranking, list_length

__all__ = ["Measure", "NeighbourMixin"]

Measure: TypeAlias = Literal["cosine", "dot", "posterior"]
Score: TypeAlias = Literal["similarity", "distance"]  # distance: by="posterior"
ABILITY: dict[Measure, str] = {"cosine": "has_vectors", "dot": "has_vectors", "posterior": "has_row_posterior"}
UNLIKE_WEIGHT = 0.5  # of what a mix is to be less like; Rocchio's, too, weighs less than what it is to be like


class Neighbours(TypedDict):
    """The names of the columns in a table of similar items, or users."""

    of: Side
    score: Score
    asker: str | None


class NeighbourMixin(Snapshots, ModelSteps):
    """The nearest items and users, by a model's vectors, weights or posteriors."""

    @of_one_state
    def similar_items(
        self, items: Id | Sequence[Id] | Array, n: int = 10, *, by: Measure | None = None, where: str | None = None,
        min_ratings: int = 0,
    ) -> Table[Literal["similar_to", "item", "title", "rank", "similarity", "distance", "ratings"]]:  # fmt: skip
        """The n items most similar to each of some: a table of item, title, rank, similarity and ratings.

        items: an id or title, or several, whose tables come one below the other, with a column `similar_to` in front
        by: what similarity is. "cosine": of the items' vectors. "dot": their dot product, which favours long vectors,
            so items that are rated much or in extremes. "posterior": the column is `distance`, smallest first, by how
            much people's ratings of the two are expected to differ by taste (`RowPosterior.distances`); it counts what
            is unknown of an item, so that rarely rated items are near nobody. None: the model's own, which is the
            cosine, or, in a model that links items by weights, how much having the one speaks for the other.
        where: among the items whose attributes match, as in `recommend`
        min_ratings: among the items with at least so many ratings; the column `ratings` says how many each has, which
            is the number of people its place stands on
        Raises `Unsupported` of a model that has no such similarity, `UnknownIds`, and `BadOption` for options out of
        range.
        """
        return self._near_items(items, n, by, where, min_ratings).table(self.ratings, **_columns("item", items, by))

    @of_one_state
    def nearest_items(
        self, items: Id | Sequence[Id] | Array, n: int = 10, *, by: Measure | None = None, where: str | None = None,
        min_ratings: int = 0,
    ) -> dict[str, list[Any]]:  # fmt: skip
        """`similar_items` as plain columns; raises as it does."""
        return self._near_items(items, n, by, where, min_ratings).columns(self.ratings, **_columns("item", items, by))

    @of_one_state
    def similar_users(
        self, users: Id | Sequence[Id] | Array, n: int = 10, *, by: Measure | None = None, min_ratings: int = 0
    ) -> Table[Literal["similar_to", "user", "rank", "similarity", "distance", "ratings"]]:
        """The n users most similar to each of some: a table of user, rank, similarity and ratings.

        users: an id, or several, whose tables come one below the other, with a column `similar_to` in front
        by, min_ratings: as in `similar_items`; None is the cosine
        Raises `Unsupported` of a model without vectors of users, or without posteriors where these are asked for,
        `UnknownIds`, and `BadOption` for options out of range.
        """
        return self._near_users(users, n, by, min_ratings).table(self.ratings, **_columns("user", users, by))

    @of_one_state
    def nearest_users(
        self, users: Id | Sequence[Id] | Array, n: int = 10, *, by: Measure | None = None, min_ratings: int = 0
    ) -> dict[str, list[Any]]:
        """`similar_users` as plain columns; raises as it does."""
        return self._near_users(users, n, by, min_ratings).columns(self.ratings, **_columns("user", users, by))

    @of_one_state
    def similar_to_mix(
        self, like: Id | Sequence[Id] | Array, unlike: Id | Sequence[Id] | Array | None = None, n: int = 10, *,
        where: str | None = None, min_ratings: int = 0,
    ) -> Table[Literal["item", "title", "rank", "similarity", "ratings"]]:  # fmt: skip
        """The n items most like some and less like others: a table of item, title, rank, similarity and ratings.

        An item's similarity is its mean similarity to those of `like` less half its mean similarity to those of
        `unlike`; of vectors this ranks by the cosine with a mix of them, weighed as in [rocchio1971relevance].
        like, unlike: ids or titles, none of which is in the answer     where, min_ratings: as in `similar_items`
        Raises `Unsupported` of a model that compares no items, `UnknownIds`, and `BadOption` for options out of range
        and where nothing is liked.
        """
        return self._near_mix(like, unlike, n, where, min_ratings).table(self.ratings, **_columns("item", "mix", None))

    @of_one_state
    def nearest_to_mix(
        self, like: Id | Sequence[Id] | Array, unlike: Id | Sequence[Id] | Array | None = None, n: int = 10, *,
        where: str | None = None, min_ratings: int = 0,
    ) -> dict[str, list[Any]]:  # fmt: skip
        """`similar_to_mix` as plain columns; raises as it does."""
        return self._near_mix(like, unlike, n, where, min_ratings).columns(
            self.ratings, **_columns("item", "mix", None)
        )

    # ---- how they are found -------------------------------------------------------------------------------

    def _near_mix(self, like: Any, unlike: Any, n: int, where: str | None, min_ratings: int) -> Ranking:
        n, liked, disliked = list_length(n), as_list(like), [] if unlike is None else as_list(unlike)
        if not liked:
            raise BadOption("A mix needs at least one item that it is like: give its id or title.")
        of_like, of_unlike = (find(self.ratings, "item", ids).tolist() for ids in (liked, disliked))
        expect_ability(self, "compares_items")
        scores = self._mean_similarity(of_like)
        if of_unlike:
            unlike_these = self._mean_similarity(of_unlike)
            scores -= UNLIKE_WEIGHT * np.where(unlike_these > -np.inf, unlike_these, 0)
        scores[[*of_like, *of_unlike]] = -np.inf
        idx, best = top_scores(scores[None], n, None, self._excluded_items(where, min_ratings))
        return self._with_counts("item", Ranking(["mix"], idx, best))

    def _near_items(self, items: Any, n: int, by: Measure | None, where: str | None, min_ratings: int) -> Ranking:
        return self._nearest("item", items, n, by, self._excluded_items(where, min_ratings))

    def _near_users(self, users: Any, n: int, by: Measure | None, min_ratings: int) -> Ranking:
        return self._nearest("user", users, n, by, self._rated_less("user", min_ratings))

    def _excluded_items(self, where: str | None, min_ratings: int) -> BoolArray:
        excluded = self._rated_less("item", min_ratings)
        return excluded if where is None else excluded | ~items_where(self.ratings, where)

    def _rated_less(self, side: Side, min_ratings: int) -> BoolArray:
        floor = conformed("min_ratings", int, min_ratings)
        if floor < 0:
            raise BadOption(f"min_ratings counts ratings, 0 or more, but {floor} came.")
        return self._counts(side) < floor

    def _counts(self, side: Side) -> Array:
        return self.ratings.item_counts if side == "item" else self.ratings.user_counts

    def _nearest(self, side: Side, ids: Any, n: int, by: Measure | None, excluded: BoolArray) -> Ranking:
        n, by, labels = list_length(n), conformed("by", Measure | None, by), as_list(ids)
        asked = find(self.ratings, side, labels)
        expect_ability(self, ABILITY[by] if by else f"compares_{side}s")
        best = [self._nearest_to(side, int(idx), n, by, excluded) for idx in asked]
        idx, scores = zip(*best, strict=True) if best else ((np.zeros((0, n), np.int64),), (np.zeros((0, n)),))
        sign = -1 if by == "posterior" else 1
        return self._with_counts(side, Ranking(labels, np.concatenate(idx), sign * np.concatenate(scores)))

    def _with_counts(self, side: Side, near: Ranking) -> Ranking:
        return Ranking(near.labels, near.idx, near.scores, {"ratings": self._counts(side)[near.idx[near.filled]]})

    def _nearest_to(self, side: Side, idx: int, n: int, by: Measure | None, excluded: BoolArray) -> tuple[Array, Array]:
        closeness = self._closeness(side, idx, by).copy()
        closeness[idx] = -np.inf
        return top_scores(closeness[None], n, None, excluded)

    def _closeness(self, side: Side, idx: int, by: Measure | None) -> FloatArray:
        """(n,) higher is nearer; -inf where nothing is known of a row."""
        if by is None:
            return self.similarity(side, idx)
        if by == "posterior":
            return np.where(self._counts(side) > 0, -self.row_posterior_of(side).distances(idx), -np.inf)
        vectors = self.row_vectors(side)
        if by == "cosine":
            return cosines(vectors, idx)
        return np.where(vectors.any(axis=1), vectors @ vectors[idx], -np.inf)

    def _mean_similarity(self, idx: list[int]) -> FloatArray:
        """(n_items,) float64; an item without a similarity to one of several has 0 there, without any -inf."""
        each = np.stack([self.similarity("item", one) for one in idx]).astype(np.float64)
        is_known = each > -np.inf
        return np.where(is_known.any(axis=0), np.where(is_known, each, 0).mean(axis=0), -np.inf)

    def row_posterior_of(self, side: Side) -> RowPosterior:
        """`row_posterior`, computed once for each state of the model. Raises `Unsupported` as it does."""
        expect_ability(self, "has_row_posterior")
        kept: dict[Side, tuple[Any, RowPosterior]] = vars(self).setdefault("_row_posteriors", {})
        if side not in kept or kept[side][0] is not self.ratings:
            kept[side] = self.ratings, self.row_posterior(side)
        return kept[side][1]


def _columns(side: Side, asked: Any, by: Measure | None) -> Neighbours:
    """One is not named beside its neighbours, several are."""
    score: Score = "distance" if by == "posterior" else "similarity"
    return {"of": side, "score": score, "asker": None if is_one_id(asked) else "similar_to"}
