"""What a fitted model answers, whatever it is made of: ids in, tables in ids out; a model itself sees only indices.

A model file writes the steps of `contract/steps.py`. What models share stands in the other files of `contract/`: how a
question becomes indices, how lists come about, how a model learns and how it is saved.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any, NamedTuple, TypedDict

import numpy as np

from cofactor.arrays import Array, FloatArray, Id, IntArray
from cofactor.contract.abilities import expect_ability
from cofactor.contract.indices import Unknown, find, is_one_id, pair_indices, seconds_of_pairs
from cofactor.contract.lists import ListMixin
from cofactor.contract.profile import Newcomer, refuse_attributes, user_profile
from cofactor.contract.query import list_query
from cofactor.contract.reasons import Explanation
from cofactor.contract.saving import SaveMixin
from cofactor.contract.snapshots import of_one_state
from cofactor.contract.steps import Side
from cofactor.errors import BadOption
from cofactor.hyperparameters import conformed
from cofactor.kernels.ranking.top_scores import top_scores
from cofactor.ranking import Ranking, list_length

__all__ = ["Newcomer", "Prediction", "Recommender", "expect_model"]


class Neighbours(TypedDict):
    """The names of the columns in a table of similar items, or users."""

    of: Side
    score: str
    asker: None


ITEMS: Neighbours = {"of": "item", "score": "similarity", "asker": None}
USERS: Neighbours = {"of": "user", "score": "similarity", "asker": None}


@dataclass(kw_only=True)
class Recommender(ListMixin, SaveMixin):
    """The questions that every model answers.

    Hyperparameters are the dataclass fields and stay as given; what is learned ends in `_` and is listed in
    `learned`, arrays or numbers, which is all that `save` keeps beside the ratings the model learned from.
    """

    @of_one_state
    def predict(
        self, users: Id | Sequence[Id] | Array | Newcomer, items: Id | Sequence[Id] | Array,
        *, unknown: Unknown = "raise", clip: bool = False, times: Array | None = None, interval: float | None = None,
        attributes: Mapping[str, Any] | None = None,
    ) -> Any:  # fmt: skip
        """The score of each (user, item) pair, in the ratings' own unit; one user or one item is repeated, and
        one of each gives a number.

        users: an id, several, or somebody new as {item: rating}
        unknown: "raise" `UnknownIds`, or "fallback": a stranger is somebody nothing is known about
        clip: keep the scores inside the ratings' scale
        times: when, for models that learn from time: seconds since 1970 of each pair; None: at no time in particular
        interval: between which values each rating lies with this probability: a `Prediction` of mean, low and high.
            Both kinds of doubt are in it: what the factors are, and what a person gives on a day
        attributes: of somebody new, as {"age": 33, …}
        Raises `UnknownIds`; `BadOption` for options out of range; `Unsupported` of a model that predicts no ratings, or
        that has no intervals.
        """
        clip = conformed("clip", bool, clip)
        if interval is not None:
            interval = conformed("interval", float, interval)
        item_idx = find(self.ratings, "item", items, unknown, may_fall_back=True)
        if isinstance(users, Mapping):
            profile = self._checked_profile(user_profile(self.ratings, users, attributes))
            parts = [self.predict_profile(profile)[item_idx]]
            _refuse_interval(interval)
        else:
            refuse_attributes(attributes)
            user_idx = find(self.ratings, "user", users, unknown, may_fall_back=True)
            parts = self._predict_pairs(*pair_indices(user_idx, item_idx), times, interval)
        scale = self.ratings.scale
        if clip and scale:
            parts = [np.clip(part, *scale) for part in parts]
        if is_one_id(users) and is_one_id(items):
            parts = [part[0] for part in parts]
        return parts[0] if interval is None else Prediction(*parts)

    def _predict_pairs(
        self, user_idx: IntArray, item_idx: IntArray, times: Array | None, interval: float | None
    ) -> list[FloatArray]:
        """The scores and, where an interval is asked for, its two ends."""
        expect_ability(self, "predicts")
        seconds = None if times is None else seconds_of_pairs(times, item_idx.shape)
        scores = self.score_pairs(user_idx, item_idx, seconds)
        if interval is None:
            return [scores]
        if not 0 < interval < 1:
            raise BadOption(f"interval is a probability between 0 and 1, but {interval} came.")
        half_width = NormalDist().inv_cdf(0.5 + interval / 2) * np.sqrt(self.pair_variances(user_idx, item_idx))
        return [scores, scores - half_width, scores + half_width]

    @of_one_state
    def recommend(
        self, users: Id | Sequence[Id] | Array | Newcomer, n: int = 10, *, hide_seen: bool = True,
        candidates: Iterable[Id] | None = None, exclude: Iterable[Id] = (), unknown: Unknown = "raise",
        approximate: bool | None = None, attributes: Mapping[str, Any] | None = None,
    ) -> Any:  # fmt: skip
        """The n best items for each user: a table of user, item, title, rank (from 1) and score.

        users: an id, several, or somebody new as {item: rating}; items by id or exact title
        candidates: recommend only among these; exclude: never these
        hide_seen: leave out what the user has rated. Fewer than n left is said by a `FewerLeft` warning.
        approximate: look only at the items near to each user (see `build_index`); one of twenty of the best may be
            missing. None: at all items, and a `CouldBeFaster` warning where that takes many times as long
        attributes: of somebody new, as {"age": 33, …}, for models that learn from them; the ratings may then be {}
        Raises `UnknownIds`, unless unknown="fallback": a stranger is then somebody nothing is known about.
        """
        query = list_query(
            self.ratings, users, n, hide_seen=hide_seen, candidates=candidates, exclude=exclude, unknown=unknown,
            approximate=approximate, attributes=attributes,
        )  # fmt: skip
        return self._answer(query).table(self.ratings)

    @of_one_state
    def rank(
        self, users: Id | Sequence[Id] | Array | Newcomer, n: int = 10, *, hide_seen: bool = True,
        candidates: Iterable[Id] | None = None, exclude: Iterable[Id] = (), unknown: Unknown = "raise",
        approximate: bool | None = None, attributes: Mapping[str, Any] | None = None,
    ) -> Ranking:  # fmt: skip
        """`recommend` as plain arrays of indices and scores."""
        query = list_query(
            self.ratings, users, n, hide_seen=hide_seen, candidates=candidates, exclude=exclude, unknown=unknown,
            approximate=approximate, attributes=attributes,
        )  # fmt: skip
        return self._answer(query)

    @of_one_state
    def score_newcomer(self, ratings: Newcomer, attributes: Mapping[str, Any] | None = None) -> FloatArray:
        """(n_items,) scores for somebody new with these ratings {item id or title: rating}; nothing is retrained.

        attributes: theirs, for models that learn from them; those that the model does not know raise `BadOption`
        """
        return self.score_profile(self._checked_profile(user_profile(self.ratings, ratings, attributes)))

    @of_one_state
    def similar_items(self, item: Id, n: int = 10) -> Any:
        """The n items most similar to one: a table of item, title, rank, similarity.

        Similarity is the cosine of the items' vectors; in a model that links items by weights, how much having the
        one speaks for the other. Raises `Unsupported` of a model that has neither.
        """
        return self._nearest("item", item, n).table(self.ratings, **ITEMS)

    @of_one_state
    def similar_users(self, user: Id, n: int = 10) -> Any:
        """The n users most similar to one, by the cosine of their vectors: a table of user, rank, similarity.

        Raises `Unsupported` of a model without vectors of users.
        """
        return self._nearest("user", user, n).table(self.ratings, **USERS)

    @of_one_state
    def nearest_items(self, item: Id, n: int = 10) -> dict[str, list[Any]]:
        """`similar_items` as plain columns."""
        return self._nearest("item", item, n).columns(self.ratings, **ITEMS)

    @of_one_state
    def nearest_users(self, user: Id, n: int = 10) -> dict[str, list[Any]]:
        """`similar_users` as plain columns."""
        return self._nearest("user", user, n).columns(self.ratings, **USERS)

    def _nearest(self, side: Side, one: Id, n: int) -> Ranking:
        n, idx = list_length(n), int(find(self.ratings, side, [one])[0])
        expect_ability(self, f"compares_{side}s")
        similar = self.similarity(side, idx).copy()
        similar[idx] = -np.inf
        return Ranking([one], *top_scores(similar[None], n))

    @of_one_state
    def explain(self, user: Id, item: Id) -> Explanation:
        """Why a user's item has its score: the parts that add up to it, one for each of their ratings among them.

        Prints as a list; `.table()` gives the parts as a table. Raises `UnknownIds`, and `Unsupported` of a model that
        cannot split its scores.
        """
        user_idx, item_idx = find(self.ratings, "user", [user]), find(self.ratings, "item", [item])
        expect_ability(self, "gives_reasons")
        reasons, score = self.reasons(int(user_idx[0]), int(item_idx[0])), self.score_pairs(user_idx, item_idx)
        item = self.ratings.items.gather(item_idx).tolist()[0]  # it may have been given by its title
        return Explanation(user, item, float(score[0]), reasons, self.ratings)

    @of_one_state
    def vectors(self, side: Side = "item") -> FloatArray:
        """(n, f) the learned vector of every item (or user), by index; 0 where nobody rated it.

        Raises `Unsupported` of a model without vectors, `NotFitted` before anything is learned.
        """
        _ = self.ratings
        expect_ability(self, "has_vectors")
        return self.row_vectors(conformed("side", Side, side))


class Prediction(NamedTuple):
    """The answer of `predict(..., interval=…)`: one number of each for one pair, else (b,)."""

    mean: FloatArray
    low: FloatArray
    high: FloatArray


def expect_model(given: object, where: str) -> None:
    """Raise `BadOption`, which says what came and what to write, where `given` is no model.

    where: begins the sentence, as "evaluate measures"
    """
    if isinstance(given, Recommender):
        return
    if isinstance(given, type) and issubclass(given, Recommender):
        raise BadOption(f"{where} a model, but the class {given.__name__} came. Make one of it: {given.__name__}().")
    name = type(given).__name__
    hint = " The model comes first, the ratings after it." if hasattr(given, "user_idx") else ""
    raise BadOption(f"{where} a model, such as cf.ImplicitMF(), but {name} came.{hint}")


def _refuse_interval(interval: float | None) -> None:
    if interval is not None:
        raise BadOption("An interval is of users the model holds. Take a newcomer's ratings in with update first.")
