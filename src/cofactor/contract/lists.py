"""How a model's lists come about: a query answered exactly, or through an index of the items near to each user."""

import warnings
from collections.abc import Mapping
from functools import partial
from operator import is_
from typing import Any

import numpy as np

from cofactor.arrays import BoolArray, FloatArray, IntArray
from cofactor.contract.abilities import expect_ability
from cofactor.contract.profile import UserProfile
from cofactor.contract.query import Query
from cofactor.contract.snapshots import Snapshots, of_one_state
from cofactor.contract.steps import ModelSteps
from cofactor.errors import CouldBeFaster, Unsupported
from cofactor.hyperparameters import conformed
from cofactor.kernels.ranking.lists import SeenItems
from cofactor.kernels.ranking.top_scores import top_scores
from cofactor.ranking import Ranking
from cofactor.selection.approximate import ItemIndex, advice
from cofactor.selection.exact import Best, rank_exactly

__all__ = ["ListMixin"]


class ListMixin(Snapshots, ModelSteps):
    """The best items of somebody, from the steps that a model writes."""

    def rank_users(
        self, user_idx: IntArray, n: int, excluded: BoolArray | None = None, *, hide_seen: bool = True,
        approximate: bool = False,
    ) -> Best:  # fmt: skip
        """(b, n) items and scores, the best first, for each user; in the memory that `selection.exact` states.

        excluded: (n_items,) what may be on nobody's list     hide_seen: leave out what the user has rated
        """
        rated = self.ratings.by_user
        excluded = np.zeros(self.ratings.n_items, bool) if excluded is None else excluded
        seen = SeenItems(np.where(hide_seen, user_idx, -1).astype(np.int64), rated.indptr, rated.indices)
        exactly = partial(rank_exactly, self.score_users, self.dot_products)
        if approximate:
            return self._index().rank(user_idx, n, seen, excluded, exactly)
        return exactly(user_idx, n, seen, excluded)

    def _answer(self, query: Query) -> Ranking:
        """The lists; a warning says, to whoever asked the caller of this, where one is short or could come faster."""
        if query.profile is not None:
            idx, scores = self._rank_profile(query.profile, query)
        else:
            if query.approximate is None:
                self._advise(len(query.labels))
            asked, fast = (query.user_idx, query.n, query.excluded), bool(query.approximate)
            idx, scores = self.rank_users(*asked, hide_seen=query.hide_seen, approximate=fast)
        ranking = Ranking(query.labels, idx, scores, self._predictions(query, idx))
        ranking.warn_if_short(query.n, stacklevel=5)
        return ranking

    def _predictions(self, query: Query, idx: IntArray) -> Mapping[str, FloatArray]:
        """The predicted ratings of a list's entries, where the list is not ordered by them."""
        if type(self).predictions_listed is ModelSteps.predictions_listed:
            return {}
        row, rank = np.nonzero(idx >= 0)
        return self.predictions_listed(query.profile or query.user_idx[row], idx[row, rank])

    def _rank_profile(self, profile: UserProfile, query: Query) -> Best:
        rated = np.sort(profile.item_idx)
        seen = SeenItems(np.zeros(1, np.int64), np.array([0, len(rated)]), rated) if query.hide_seen else None
        return top_scores(self.score_profile(self._checked_profile(profile))[None], query.n, seen, query.excluded)

    def _checked_profile(self, profile: UserProfile) -> UserProfile:
        """The profile; raises `Unsupported` where the model takes none in, or none with attributes."""
        if profile.attributes is not None:
            expect_ability(self, "learns_attributes")
        expect_ability(self, "folds_in")
        return profile

    def _advise(self, n_users: int) -> None:
        hint = advice(n_users, self.ratings.n_items)
        if hint and self.dot_products() is not None:
            warnings.warn(hint, CouldBeFaster, stacklevel=5)

    # ---- the index ----------------------------------------------------------------------------------------

    @of_one_state
    def build_index(self, recall: float = 0.95) -> ItemIndex:
        """Make the index that `approximate=True` searches until the model learns anew; needs the extra `ann`.

        recall: which share of the hundred best must be found, on average over users; measured, see `ItemIndex.recall`
        Raises `Unsupported` where scores are not dot products. Newcomers are always ranked exactly.
        """
        recall = conformed("recall", float, recall)
        known, products = np.flatnonzero(self.ratings.user_counts), self.dot_products()
        if products is None:
            raise Unsupported(f"{type(self).__name__} has no index: its scores are not dot products. Rank exactly.")
        self._indexed = self._state(), ItemIndex(products, known, recall)
        return self._indexed[1]

    def _index(self) -> ItemIndex:
        """The one that was built, if it is of what the model has learned by now."""
        state, index = self.__dict__.get("_indexed", ((), None))
        return index if index and all(map(is_, state, self._state())) else self.build_index()

    def _state(self) -> tuple[Any, ...]:
        return self.ratings, *(getattr(self, name) for name in self.learned)
