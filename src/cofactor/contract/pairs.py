"""Questions about pairs of a user and an item: what the rating would be, and what the model's own score is."""

from collections.abc import Mapping, Sequence
from statistics import NormalDist
from typing import Any, NamedTuple

import numpy as np

from cofactor.arrays import Array, FloatArray, Id, IntArray
from cofactor.contract.abilities import unsupported
from cofactor.contract.indices import Unknown, find, is_one_id, pair_indices, seconds_of_pairs
from cofactor.contract.profile import Newcomer, UserProfile, expect_profile, refuse_attributes, user_profile
from cofactor.contract.snapshots import Snapshots, of_one_state
from cofactor.contract.steps import ModelSteps, pairs_from_rows
from cofactor.data.pairs import read_pairs
from cofactor.errors import BadOption, Unsupported
from cofactor.hyperparameters import conformed

__all__ = ["PairMixin", "Prediction"]


class Prediction(NamedTuple):
    """The answer of `predict(..., interval=…)`: one number of each for one pair, else (b,)."""

    mean: FloatArray
    low: FloatArray
    high: FloatArray


class PairMixin(Snapshots, ModelSteps):
    """Pairs in ids, numbers out."""

    @of_one_state
    def predict(
        self, users: Id | Sequence[Id] | Array | Newcomer | Any, items: Id | Sequence[Id] | Array | None = None,
        *, unknown: Unknown = "raise", clip: bool = False, times: Array | None = None, interval: float | None = None,
        attributes: Mapping[str, Any] | None = None,
    ) -> Any:  # fmt: skip
        """The score of each (user, item) pair, in the ratings' own unit; one user or one item is repeated, and
        one of each gives a number.

        users: an id, several, or somebody new as {item: rating}; without items, a table of pairs: a data frame, a path
            or a list of (user, item), whose predictions come in its order
        unknown: "raise" `UnknownIds`, or "fallback": a stranger is somebody nothing is known about
        clip: keep the scores inside the ratings' scale
        times: when, for models that learn from time: seconds since 1970 of each pair; None: at no time in particular
        interval: between which values each rating lies with this probability: a `Prediction` of mean, low and high.
            Both kinds of doubt are in it: what the factors are, and what a person gives on a day
        attributes: of somebody new, as {"age": 33, …}
        Raises `UnknownIds`; `BadOption` for options out of range; `BadTable` for a table without users or items;
        `Unsupported` of a model that predicts no ratings, or that has no intervals.
        """
        clip = conformed("clip", bool, clip)
        if interval is not None:
            interval = conformed("interval", float, interval)
        users, items = self._pairs(users, items)
        item_idx = find(self.ratings, "item", items, unknown, may_fall_back=True)
        if isinstance(users, Mapping):
            profile = expect_profile(self, user_profile(self.ratings, users, attributes))
            parts = [self._predicted_for(profile, item_idx)]
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

    @of_one_state
    def score(
        self, users: Id | Sequence[Id] | Array | Newcomer | Any, items: Id | Sequence[Id] | Array | None = None,
        *, unknown: Unknown = "raise", attributes: Mapping[str, Any] | None = None,
    ) -> Any:  # fmt: skip
        """The model's own score of each (user, item) pair, that of its lists; every model has one.

        users, items, unknown, attributes: as in `predict`, one of each gives a number
        Scores of a model that ranks (`abilities.predicts` is False) are in no unit: the higher, the better. An item
        nothing is known about is at -inf, unless it can be predicted.
        Raises `UnknownIds`; `BadTable` for a table without users or items; `BadOption` where no items are given to
        somebody new; `Unsupported` for somebody new, of a model that takes none in.
        """
        users, items = self._pairs(users, items)
        item_idx = find(self.ratings, "item", items, unknown, may_fall_back=True)
        if isinstance(users, Mapping):
            profile = expect_profile(self, user_profile(self.ratings, users, attributes))
            scores = np.where(item_idx < 0, -np.inf, self.score_profile(profile)[item_idx])
        else:
            refuse_attributes(attributes)
            user_idx = find(self.ratings, "user", users, unknown, may_fall_back=True)
            scores = self._own_scores(*pair_indices(user_idx, item_idx))
        return scores[0] if is_one_id(users) and is_one_id(items) else scores

    def _predicted_for(self, profile: UserProfile, item_idx: IntArray) -> FloatArray:
        """(b,) what somebody new would rate; an item nothing is known about, at -1, as the mean of the rated ones."""
        predicted = self.predict_profile(profile)
        values = predicted[item_idx]
        if (item_idx < 0).any():
            rated = self.ratings.item_counts > 0
            values[item_idx < 0] = predicted[rated if rated.any() else ...].mean()  # saved without people: of all items
        return values

    def _own_scores(self, user_idx: IntArray, item_idx: IntArray) -> FloatArray:
        if self.abilities.lists_by_prediction or not self.abilities.predicts:
            return self.score_pairs(user_idx, item_idx)
        return pairs_from_rows(self, user_idx, item_idx)  # its pairs are predicted by another rule than its lists

    def _pairs(self, users: Any, items: Any) -> tuple[Any, Any]:
        """Users and items, as they were given or from a table of pairs."""
        if isinstance(users, list) and users and isinstance(users[0], Mapping):
            raise BadOption(
                "Pairs are of one newcomer at a time, given as {item: rating}, but a list of several came. Ask for "
                "each; recommend takes several."
            )
        if items is not None:
            return users, items
        if isinstance(users, Mapping):
            raise BadOption("Say which items are meant: predict({item: rating}, items), or a table of users and items.")
        return read_pairs(users, self.ratings)

    def _predict_pairs(
        self, user_idx: IntArray, item_idx: IntArray, times: Array | None, interval: float | None
    ) -> list[FloatArray]:
        """The scores and, where an interval is asked for, its two ends."""
        if not self.abilities.predicts:
            raise Unsupported(
                f"{unsupported(self, 'predicts')} score(…) gives the number that its lists are ordered by; for ratings "
                f"fit a model that predicts them, such as MatrixFactorization."
            )
        seconds = None if times is None else seconds_of_pairs(times, item_idx.shape)
        scores = self.score_pairs(user_idx, item_idx, seconds)
        if interval is None:
            return [scores]
        if not 0 < interval < 1:
            raise BadOption(f"interval is a probability between 0 and 1, but {interval} came.")
        half_width = NormalDist().inv_cdf(0.5 + interval / 2) * np.sqrt(self.pair_variances(user_idx, item_idx))
        return [scores, scores - half_width, scores + half_width]


def _refuse_interval(interval: float | None) -> None:
    if interval is not None:
        raise BadOption("An interval is of users the model holds. Take a newcomer's ratings in with update first.")
