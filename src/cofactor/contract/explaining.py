"""Questions about one user and one item: why it has its score, and which ratings put it into the list."""

from collections.abc import Mapping
from statistics import NormalDist
from typing import Any

import numpy as np

from cofactor.arrays import Id
from cofactor.contract.abilities import expect_ability
from cofactor.contract.counterfactual import Counterfactual, find_removal, place_of
from cofactor.contract.explanation import Explanation
from cofactor.contract.indices import find
from cofactor.contract.profile import Newcomer, UserProfile, expect_profile, refuse_attributes, user_profile
from cofactor.contract.snapshots import Snapshots, of_one_state
from cofactor.contract.steps import ModelSteps
from cofactor.errors import BadOption
from cofactor.ranking import list_length

__all__ = ["ExplainMixin"]

HALF_WIDTH = NormalDist().inv_cdf(0.9)  # standard deviations to either side that hold 80 % of a normal distribution


class ExplainMixin(Snapshots, ModelSteps):
    """A pair in ids, its reasons out."""

    @of_one_state
    def explain(
        self, user: Id | Newcomer, item: Id, *, attributes: Mapping[str, Any] | None = None
    ) -> Explanation:  # fmt: skip
        """Why a user's item has its score: the parts that add up to it, one for each of their ratings among them.

        user: an id, or somebody new as {item: rating}; nothing is retrained     item: by id or exact title
        attributes: of somebody new, as {"age": 33, …}, for models that learn from them; the ratings may then be {}
        Prints as a list; `.table()` gives the parts as a table. Raises `UnknownIds`, `BadOption` for attributes of a
        user that the model holds, and `Unsupported` of a model that cannot split its scores.
        """
        item_idx = find(self.ratings, "item", [item])
        expect_ability(self, "gives_reasons")
        label, who = self._label_and_user(user, attributes)
        is_new = isinstance(who, UserProfile)
        score = (self.predict_profile(who)[item_idx] if is_new else self.score_pairs(np.array([who]), item_idx))[0]
        reasons = self.reasons(who, int(item_idx[0]))
        interval = None if is_new else self._interval(who, int(item_idx[0]), float(score))
        (item,) = self.ratings.items.gather(item_idx).tolist()  # it may have been given by its title
        return Explanation(
            label, item, float(score), reasons, self._rated(who), self.ratings, not self.abilities.reasons_add_up,
            interval,
        )  # fmt: skip

    @of_one_state
    def counterfactual(
        self, user: Id | Newcomer, item: Id, n: int = 10, *, attributes: Mapping[str, Any] | None = None
    ) -> Counterfactual:
        """The fewest past ratings that a greedy search finds without which an item would not be among a user's n best.

        user, item, attributes: as in `explain`
        The search is verified: all items are scored anew for somebody with the other ratings. Prints as a sentence and
        those ratings, and says where none were found. Raises `UnknownIds`; `BadOption` for an item that the user has
        rated, which no list shows, and for n out of range; `Unsupported` of a model that cannot split its scores, or
        takes in nobody new.
        """
        n, item_idx = list_length(n), int(find(self.ratings, "item", [item])[0])
        expect_ability(self, "gives_reasons")
        expect_ability(self, "folds_in")
        (item,) = self.ratings.items.gather(np.array([item_idx])).tolist()
        label, who = self._label_and_user(user, attributes)
        profile = who if isinstance(who, UserProfile) else self._profile_of(who)
        scores = self.score_profile(who) if isinstance(who, UserProfile) else self.score_users(np.array([who]))[0]
        if item_idx in profile.item_idx:
            raise BadOption(f"{label!r} has rated {item!r}, so that no list shows it. Choose an item not yet rated.")
        is_candidate = ~np.isin(np.arange(self.ratings.n_items), profile.item_idx)
        shown_at, found = place_of(item_idx, scores, is_candidate), find_removal(self, profile, item_idx, n)
        return Counterfactual(label, item, n, shown_at, found, self._rated(profile), self.ratings)

    def _label_and_user(
        self, user: Id | Newcomer, attributes: Mapping[str, Any] | None
    ) -> tuple[Id, int | UserProfile]:  # fmt: skip
        """What a user is called, and their index, or the profile of somebody new."""
        if isinstance(user, Mapping):
            return "newcomer", expect_profile(self, user_profile(self.ratings, user, attributes))
        refuse_attributes(attributes)
        user_idx = find(self.ratings, "user", [user])
        (label,) = self.ratings.users.gather(user_idx).tolist()
        return label, int(user_idx[0])

    def _interval(self, user_idx: int, item_idx: int, score: float) -> tuple[float, float] | None:
        """Between which values a rating lies in 80 % of cases, where the model has intervals."""
        if not self.abilities.gives_intervals:
            return None
        half = HALF_WIDTH * float(np.sqrt(self.pair_variances(np.array([user_idx]), np.array([item_idx]))[0]))
        return score - half, score + half

    def _profile_of(self, user_idx: int) -> UserProfile:
        """A user as if they were somebody new, with the same ratings and attributes."""
        attributes = None
        if self.abilities.learns_attributes:
            attributes = self.ratings.attributes_of("user", np.array([user_idx]))
        return UserProfile(*self.ratings.by_user.of(user_idx), attributes)

    def _rated(self, who: int | UserProfile) -> dict[int, float]:
        items, values = self.past_ratings(who)
        return dict(zip(items.tolist(), values.tolist(), strict=True))
