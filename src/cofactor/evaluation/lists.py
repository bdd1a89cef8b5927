"""The full-catalogue pass: a list for every user of the test, and where their held-out items stand."""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from cofactor.arrays import BoolArray, FloatArray, IntArray
from cofactor.evaluation.held_out import HeldOut, RelevantItems
from cofactor.kernels.ranks import mark_hits, stand
from cofactor.kernels.topk import Hidden, best
from cofactor.memory import refuse_beyond
from cofactor.recommender import Recommender
from cofactor.selection.exact import blocks

__all__ = ["Lists", "Standing", "rank_catalogue"]

A_PLACE = 9 + 16  # bytes of a place in a list: the item, whether it is a hit, and what a measure makes of the two
A_GAIN = 16 + 24  # more of them where relevance is graded: the gain, the ideal list's, and what a measure makes of them
A_RANK = 8  # bytes of a place whosever list it is: what a hit there gains


class Standing(NamedTuple):
    """Of each relevant item, in the order of `HeldOut.relevant`, among all the candidates of its user."""

    above: IntArray  # candidates that score higher
    equal: IntArray  # others that score the same
    user: IntArray


@dataclass(frozen=True, eq=False)
class Lists:
    """The n best items for each user; every item of the catalogue is a candidate but those they have rated.

    A relevant item that the model does not know is one more candidate, which stands last: nobody can recommend it, and
    it was wanted.

    items: (n_users, n) int64, -1 behind a list's end     hits: (n_users, n), which of them are relevant
    relevant: what the lists ought to hold     n_candidates: (n_users,)     standing: None unless it was asked for
    """

    items: IntArray
    hits: BoolArray
    relevant: RelevantItems
    n_candidates: IntArray
    standing: Standing | None

    @property
    def n_relevant(self) -> IntArray:
        """(n_users,)"""
        return np.diff(self.relevant.indptr)

    @cached_property
    def gains(self) -> FloatArray:
        """(n_users, n) gain of the item at each rank: above 0 at the hits and 0 elsewhere."""
        n_keys = int(self.relevant.items.max(initial=-1)) + 2  # of a user: an item, or unknown to the model
        user, rank = np.divmod(np.flatnonzero(self.hits), self.hits.shape[1])
        relevant = self._user_of_relevant * n_keys + self.relevant.items + 1
        gains = np.zeros(self.hits.shape)
        gains[user, rank] = self.relevant.gains[np.searchsorted(relevant, user * n_keys + self.items[user, rank] + 1)]
        return gains

    @cached_property
    def ideal_gains(self) -> FloatArray:
        """(n_users, n) gains of the best list there could be: each user's largest ones, descending, then 0."""
        user, ideal = self._user_of_relevant, np.zeros(self.hits.shape)
        gains = self.relevant.gains[np.lexsort((-self.relevant.gains, user))]
        rank = np.arange(len(user)) - self.relevant.indptr[user]
        inside = rank < self.hits.shape[1]
        ideal[user[inside], rank[inside]] = gains[inside]
        return ideal

    @property
    def _user_of_relevant(self) -> IntArray:
        return np.repeat(np.arange(len(self.items)), self.n_relevant)


def rank_catalogue(model: Recommender, held: HeldOut, n: int, *, standing: bool = False, graded: bool = False) -> Lists:
    """A list for everybody, from one fused pass where the model's scores are products and nobody asks for standing.

    Memory: what `selection.exact` states, and 25 n bytes a user, 65 n where the gains will be looked at (`graded`);
    raises `BadOption` where that is more than there is.
    """
    what, a_place = f"A list of {n:,} items for each of {held.n_users:,} users", A_PLACE + A_GAIN * graded
    refuse_beyond((a_place * held.n_users + A_RANK) * n / 1e9, None, what, "Ask for a smaller k.")
    where = _empty_standing(held) if standing else None
    found = model._rank_users(held.model_users, n)[0] if where is None else _rank_and_stand(model, held, n, where)
    items = np.full((held.n_users, n), -1, np.int64)  # as long as was asked for, however small the catalogue
    items[:, : found.shape[1]] = found
    hits = np.zeros(items.shape, bool)
    mark_hits(items, 0, held.relevant.indptr, held.relevant.items, hits)
    return Lists(items, hits, held.relevant, _n_candidates(held), where)


def _empty_standing(held: HeldOut) -> Standing:
    n_relevant = len(held.relevant.items)
    users = np.repeat(np.arange(held.n_users), held.n_relevant)
    return Standing(np.zeros(n_relevant, np.int64), np.zeros(n_relevant, np.int64), users)


def _rank_and_stand(model: Recommender, held: HeldOut, n: int, where: Standing) -> IntArray:
    """The lists, and `where` filled in: both from the same scores, a block of users at a time."""
    seen, found, relevant = model.ratings.by_user, list[IntArray](), held.relevant
    hidden = Hidden(held.model_users.astype(np.int64), seen.indptr, seen.indices)
    for at in blocks(held.n_users, model.ratings.n_items):
        scores = model._score(held.model_users[at])
        scores = np.ascontiguousarray(scores, np.result_type(scores, np.float32))
        found.append(best(scores, n, hidden.rows(at), compiled=True)[0])
        held_out = at.start, relevant.indptr, relevant.items
        stand(scores, hidden.rows(at), *held_out, where.above, where.equal, np.empty_like(scores[0]))
    _put_unknown_last(held, where)
    return np.concatenate(found)


def _put_unknown_last(held: HeldOut, where: Standing) -> None:
    """Relevant items that the model does not know stand behind all that it can recommend, none before another."""
    unknown = held.relevant.items < 0
    users = where.user[unknown]
    where.above[unknown] = _n_known_candidates(held)[users]
    where.equal[unknown] = held.n_unknown[users] - 1


def _n_candidates(held: HeldOut) -> IntArray:
    """(n_users,) what each user's relevant items are ranked among: all they have not rated, also what nobody knew."""
    return _n_known_candidates(held) + held.n_unknown


def _n_known_candidates(held: HeldOut) -> IntArray:
    seen = np.append(held.train.by_user.counts, 0)  # a stranger, index -1, has seen nothing
    return held.train.n_items - seen[held.model_users]
