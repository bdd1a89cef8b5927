"""The lists of k items that an audit of popularity compares: the model's, and three controls for the same users."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from typing import Any, Literal, TypeAlias

import numpy as np

from cofactor.arrays import BoolArray, FloatArray, IntArray
from cofactor.contract.rerank_options import RerankOptions
from cofactor.data.alignment import aligned_pairs
from cofactor.data.csr_rows import Rows
from cofactor.data.ratings import Ratings
from cofactor.errors import BadOption, shown
from cofactor.evaluation.held_out import HeldOut
from cofactor.evaluation.statistic import divided
from cofactor.kernels.ranking.lists import SeenItems
from cofactor.kernels.ranking.ranks import mark_hits
from cofactor.recommender import Recommender
from cofactor.selection.exact import rank_exactly

__all__ = ["SOURCES", "AuditedUsers", "ListSource", "UserLists", "all_lists", "refuse_options"]

ListSource: TypeAlias = Literal["model", "own ratings", "most popular", "random"]
RERANKING = (*(name for name in RerankOptions._fields if name != "was"), "max_per")
SOURCES: tuple[ListSource, ...] = "model", "own ratings", "most popular", "random"


@dataclass(frozen=True, eq=False)
class AuditedUsers:
    """The users of a test who have training ratings, and what they rated in both.

    held: their held-out ratings     n_left_out: users of the test without training ratings
    """

    held: HeldOut
    n_left_out: int

    @classmethod
    def of(cls, train: Ratings, test: Ratings, relevant: float | None) -> "AuditedUsers":
        """The users of `test` who are in `train`. relevant: as in `evaluate`

        Raises `Leak` and `BadTable` as `evaluate` does, and `BadOption` where no user is in both tables.
        """
        held = HeldOut.of(train, test, relevant)
        known = np.append(train.user_counts, 0)[held.model_users] > 0
        if known.all():
            return cls(held, 0)
        if not known.any():
            raise BadOption(
                f"None of the users in {test!r} has a training rating, so there is no profile to compare lists with. "
                f"Give a test that shares users with the training ratings."
            )
        rows = np.append(train.user_counts, 0)[aligned_pairs(test, train).user_idx] > 0
        return cls(HeldOut.of(train, test.subset(rows), relevant), int(np.count_nonzero(~known)))

    @property
    def train(self) -> Ratings:
        """The ratings that the model has learned from."""
        return self.held.train

    @cached_property
    def profiles(self) -> Rows:
        """The training ratings of each of these users."""
        return self.train.by_user.take(self.held.model_users)

    @cached_property
    def profile_owner(self) -> IntArray:
        """(n,) the row of the user of each rating in `profiles`."""
        return np.repeat(np.arange(self.held.n_users), self.profiles.counts)

    def profile_mean(self, of_items: FloatArray | BoolArray) -> FloatArray:
        """(n_users,) the mean over each profile of a value of items. of_items: (n_items,)"""
        return divided(self.profile_sum(of_items), self.profiles.counts.astype(np.float64))

    def profile_sum(self, of_items: FloatArray | BoolArray) -> FloatArray:
        """(n_users,) the sum over each profile of a value of items. of_items: (n_items,)"""
        weights = of_items[self.profiles.indices].astype(np.float64)
        return np.bincount(self.profile_owner, weights, minlength=self.held.n_users).astype(np.float64)


@dataclass(frozen=True, eq=False)
class UserLists:
    """A list of at most k items for each audited user.

    items: (n_users, k) int64, -1 behind a list's end     unrated: True where rated items cannot be in a list
    n_cut: lists of the model whose last item has the score of the next one, so that catalogue order ends them
    """

    source: ListSource
    items: IntArray
    unrated: bool
    n_cut: int = 0

    def hits(self, held: HeldOut) -> BoolArray:
        """(n_users, k) True where the item is relevant to the user."""
        hits = np.zeros(self.items.shape, bool)
        mark_hits(self.items, 0, held.relevant.indptr, held.relevant.items, hits)
        return hits


def all_lists(
    model: Recommender, users: AuditedUsers, k: int, seed: int, list_options: Mapping[str, Any] | None = None
) -> list[UserLists]:
    """The lists of every source, in the order of `SOURCES`; those of chance by the seed, the model's by the options."""
    rng = np.random.default_rng(seed)
    return [
        _reranked(model, users, k, list_options) if list_options else _of_model(model, users, k),
        UserLists("own ratings", _own_items(users, k, rng), unrated=False),
        UserLists("most popular", _by_score(users, k, _popularity_ranks(users.train, rng)), unrated=True),
        UserLists("random", _by_chance(users, k, rng), unrated=True),
    ]


def _of_model(model: Recommender, users: AuditedUsers, k: int) -> UserLists:
    items, scores = model.rank_users(users.held.model_users, k + 1)
    cut = (items[:, k:] >= 0) & (scores[:, k:] == scores[:, k - 1 : k])  # no column where the catalogue ends before
    return UserLists("model", np.ascontiguousarray(items[:, :k]), unrated=True, n_cut=int(np.count_nonzero(cut)))


def _reranked(model: Recommender, users: AuditedUsers, k: int, options: Mapping[str, Any]) -> UserLists:
    refuse_options(options)
    ids = users.train.users.gather(users.held.model_users)
    return UserLists("model", model.rank(ids, k, **options).idx, unrated=True)


def refuse_options(options: Mapping[str, Any]) -> None:
    """Raise `BadOption` for options of lists that do not re-rank them: an audit's lists are of all unrated items."""
    for name in options:
        if name not in RERANKING:
            near = get_close_matches(name, RERANKING, n=1)
            mend = f"Did you mean {near[0]!r}?" if near else f"Choose among: {', '.join(RERANKING)}."
            raise BadOption(f"Lists are not audited by the option {shown(name)}. {mend}")


def _own_items(users: AuditedUsers, k: int, rng: np.random.Generator) -> IntArray:
    """(n_users, k) items of each profile, drawn without repetition; all of them where they are at most k."""
    order = np.lexsort((rng.random(len(users.profile_owner)), users.profile_owner))
    place = np.arange(len(order)) - users.profiles.indptr[users.profile_owner]
    drawn, first = np.full((users.held.n_users, k), -1, np.int64), place < k
    drawn[users.profile_owner[first], place[first]] = users.profiles.indices[order[first]]
    return drawn


def _popularity_ranks(train: Ratings, rng: np.random.Generator) -> FloatArray:
    """(n_items,) the place of each item from the least rated up, equal ones in random order."""
    ranks = np.empty(train.n_items, np.float32)
    ranks[np.lexsort((rng.random(train.n_items), train.item_counts))] = np.arange(train.n_items)
    return ranks


def _by_score(users: AuditedUsers, k: int, of_items: FloatArray) -> IntArray:
    return _ranked(users, k, lambda user_idx: np.repeat(of_items[None], len(user_idx), axis=0))


def _by_chance(users: AuditedUsers, k: int, rng: np.random.Generator) -> IntArray:
    return _ranked(users, k, lambda user_idx: rng.random((len(user_idx), users.train.n_items), np.float32))


def _ranked(users: AuditedUsers, k: int, score: Callable[[IntArray], FloatArray]) -> IntArray:
    train, user_idx = users.train, users.held.model_users
    rated = train.by_user
    seen = SeenItems(user_idx.astype(np.int64), rated.indptr, rated.indices)
    items, _ = rank_exactly(score, lambda: None, user_idx, k, seen, np.zeros(train.n_items, bool))
    return items
