"""How a model's lists come about: a query answered exactly, or through an index of the items near to each user."""

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from operator import is_
from typing import Any

import numpy as np

from cofactor.arrays import Array, BoolArray, FloatArray, IntArray
from cofactor.contract.profile import UserProfile, expect_profile
from cofactor.contract.query import Query
from cofactor.contract.reranked_lists import explored, plain_ranks, reranked_lists
from cofactor.contract.snapshots import Snapshots, of_one_state
from cofactor.contract.steps import ModelSteps
from cofactor.errors import CouldBeFaster, Unsupported
from cofactor.hyperparameters import conformed
from cofactor.kernels.ranking.lists import SeenItems
from cofactor.ranking import Ranking
from cofactor.reranking.exposure import ExposureFloors, with_floors
from cofactor.selection.approximate import ItemIndex, advice
from cofactor.selection.exact import Best, rank_exactly
from cofactor.selection.own_items import allowed_scores, rank_own_items

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
        excluded = np.zeros(self.ratings.n_items, bool) if excluded is None else excluded
        seen = self._seen(user_idx, hide_seen=hide_seen)
        exactly = partial(rank_exactly, self.score_users, self.dot_products)
        if approximate:
            return self._index().rank(user_idx, n, seen, excluded, exactly)
        return exactly(user_idx, n, seen, excluded)

    def _answer(self, query: Query) -> Ranking:
        """The lists; a warning says, to whoever asked the caller of this, where one is short or could come faster."""
        if query.approximate is None and not query.profiles:
            self._advise(len(query.labels))
        ranking = self._lists(query)
        ranking.warn_if_short(query.n, stacklevel=5, narrowed_by=query.narrowed_by)
        return ranking

    def _lists(self, query: Query) -> Ranking:
        if query.caps is None and not query.reranking.chooses:
            idx, scores = self._best(query, query.n)
        else:
            idx, scores = reranked_lists(
                self, query, lambda rows, n: self._best(query.rows(rows), n),
                lambda rows: self._allowed_scores(query.rows(rows)),
            )  # fmt: skip
        if query.reranking.floors is not None:
            idx, scores = with_floors(
                (idx, scores), self._floor_scores(query, query.reranking.floors), query.reranking.floors
            )
        return Ranking(query.labels, idx, scores, {**self._predictions(query, idx), **self._plain_ranks(query, idx)})

    def _best(self, query: Query, n: int) -> Best:
        """The n best items of each user of a query, whatever its lists are chosen for."""
        if not query.profiles and query.own is None and query.reranking.seed is None:
            return self.rank_users(
                query.user_idx, n, query.excluded, hide_seen=query.hide_seen, approximate=bool(query.approximate)
            )
        score, seen = self._scoring(query)
        return rank_own_items(score, len(query.user_idx), n, seen, query.excluded, query.own)

    def _allowed_scores(self, query: Query) -> FloatArray:
        """(b, n_items) all scores, -inf where an item may not be on a user's list."""
        score, seen = self._scoring(query)
        return allowed_scores(score(slice(None)), seen, query.excluded, query.own)

    def _scoring(self, query: Query) -> tuple[Callable[[slice], FloatArray], SeenItems]:
        """What scores the users of a query, and what each of them has seen, where that is to be hidden."""
        user_idx, hidden, seed = query.user_idx, query.hide_seen, query.reranking.seed
        if query.profiles:
            profiles = [expect_profile(self, one) for one in query.profiles]
            seen = SeenItems.of_rows([one.item_idx for one in profiles]) if hidden else SeenItems.none(len(profiles))
            score = partial(self._score_profiles, profiles)
        else:
            seen, score = self._seen(user_idx, hide_seen=hidden), lambda at: self.score_users(user_idx[at])
        return (score if seed is None else explored(self, query, score, seed)), seen

    def _floor_scores(self, query: Query, floors: ExposureFloors) -> FloatArray:
        """(b, k) the scores of the floors' items for each user, -inf where one may not be on the list."""
        others = np.ones(self.ratings.n_items, np.bool_)
        others[floors.items] = False
        idx, scores = self._best(replace(query, excluded=query.excluded | others, approximate=False), len(floors.items))
        column, found = np.zeros(self.ratings.n_items, np.int64), np.full(idx.shape, -np.inf)
        column[floors.items] = np.arange(len(floors.items))
        row, place = np.nonzero(idx >= 0)
        found[row, column[idx[row, place]]] = scores[row, place]
        return found

    def _plain_ranks(self, query: Query, idx: IntArray) -> Mapping[str, Array]:
        """The ranks that the entries of lists have without caps and re-ranking, and the values that these were blended
        with, where they were asked for."""
        if not query.reranking.was:
            return {}
        plain = replace(query.plain, approximate=False)
        ranks = {"was": plain_ranks(lambda rows, n: self._best(plain.rows(rows), n), idx, self.ratings.n_items)}
        blend = query.reranking.blend
        return ranks if blend is None else {**ranks, "value": blend.values[idx[idx >= 0]]}

    def _score_profiles(self, profiles: Sequence[UserProfile], at: slice) -> FloatArray:
        scores = [self.score_profile(one) for one in profiles[at]]
        return scores[0][None] if len(scores) == 1 else np.stack(scores)

    def _seen(self, user_idx: IntArray, *, hide_seen: bool) -> SeenItems:
        rated = self.ratings.by_user
        return SeenItems(np.where(hide_seen, user_idx, -1).astype(np.int64), rated.indptr, rated.indices)

    def _predictions(self, query: Query, idx: IntArray) -> Mapping[str, FloatArray]:
        """The predicted ratings of a list's entries, where the list is not ordered by them."""
        if type(self).predictions_listed is ModelSteps.predictions_listed:
            return {}
        row, rank = np.nonzero(idx >= 0)
        items = idx[row, rank]
        if not query.profiles:
            return self.predictions_listed(query.user_idx[row], items)
        each = [self.predictions_listed(one, items[row == at]) for at, one in enumerate(query.profiles)]
        return {name: np.concatenate([one[name] for one in each]) for name in each[0]}

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
