"""One pass over the whole catalogue: a list for every user of the test, and the ranks of their held-out items."""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from cofactor.arrays import BoolArray, FloatArray, IntArray
from cofactor.errors import counted
from cofactor.evaluation.held_out import HeldOut, RelevantItems
from cofactor.evaluation.ties import NOTHING_CROSSES, Ties, crossing_groups, find_ties
from cofactor.kernels.ranking.lists import SeenItems, empty_lists
from cofactor.kernels.ranking.ranks import count_above, mark_hits
from cofactor.kernels.ranking.top_scores import top_scores
from cofactor.memory import refuse_beyond
from cofactor.recommender import Recommender
from cofactor.selection.exact import Best, blocks

__all__ = ["Lists", "RankCounts", "rank_catalogue"]

BYTES_A_PLACE = 9 + 8 + 16  # of a list: the item, whether it is a hit, its score, and what a metric makes of them
BYTES_A_GAIN = (
    16 + 24
)  # more a place where relevance is graded: the gain, the ideal one, and what a metric makes of them
BYTES_A_RANK = 8  # of all lists together: what a hit at this rank gains


class RankCounts(NamedTuple):
    """The rank of each relevant item among all candidates of its user, in the order of `HeldOut.relevant`.

    above, equal: (n_relevant,) int64, candidates that score higher, and others that score the same
    user: (n_relevant,) the row of its user
    """

    above: IntArray
    equal: IntArray
    user: IntArray


@dataclass(frozen=True, eq=False)
class Lists:
    """The n best items for each user; every item of the catalogue is a candidate but those they have rated.

    A relevant item that the model does not know is one more candidate, and the last one: nobody can recommend it, and
    it was wanted.

    items: (n_users, n) int64, -1 behind a list's end     hits: (n_users, n), True where the item is relevant
    relevant: what the lists ought to hold     n_candidates: (n_users,)     rank_counts: None unless asked for
    ties: where scores are equal; the items of such a list are in catalogue order
    """

    items: IntArray
    hits: BoolArray
    relevant: RelevantItems
    n_candidates: IntArray
    rank_counts: RankCounts | None
    ties: Ties

    @property
    def n_relevant(self) -> IntArray:
        """(n_users,) the number of relevant items of each user, in the list or not."""
        return np.diff(self.relevant.indptr)

    @cached_property
    def gains(self) -> FloatArray:
        """(n_users, n) gain of the item at each rank: above 0 at the hits, 0 elsewhere."""
        user, rank = np.divmod(np.flatnonzero(self.hits), self.hits.shape[1])
        gains = np.zeros(self.hits.shape)
        gains[user, rank] = self.relevant.gains[self.relevant.places(user, self.items[user, rank])]
        return gains

    @cached_property
    def ideal_gains(self) -> FloatArray:
        """(n_users, n) gains of the best list there could be: each user's largest, in descending order, then 0."""
        user, ideal = self.relevant.user, np.zeros(self.hits.shape)
        gains = self.relevant.gains[np.lexsort((-self.relevant.gains, user))]
        rank = np.arange(len(user)) - self.relevant.indptr[user]
        inside = rank < self.hits.shape[1]
        ideal[user[inside], rank[inside]] = gains[inside]
        return ideal


def rank_catalogue(
    model: Recommender, held: HeldOut, n: int, *, count_ranks: bool = False, graded: bool = False
) -> Lists:
    """The n best items for every user of the test; one fused pass where the model's scores are products.

    count_ranks: also count the ranks of all relevant items, which needs every score: `Lists.rank_counts`
    graded: the gains will be looked at, and need memory

    Memory: what `selection.exact` states, and 33 n bytes a user, 73 n with graded relevance. Raises `BadOption` where
    that is more than there is.
    """
    bytes_a_place = BYTES_A_PLACE + BYTES_A_GAIN * graded
    what = f"A list of {counted(n, 'item')} for each of {counted(held.n_users, 'user')}"
    refuse_beyond((bytes_a_place * held.n_users + BYTES_A_RANK) * n / 1e9, None, what, "Ask for a smaller k.")
    counts = _no_counts(held) if count_ranks else None
    # one more than the list: it says whether equal scores cross the list's end
    best = model.rank_users(held.model_users, n + 1) if counts is None else _rank_and_count(model, held, n + 1, counts)
    crossing = crossing_groups(model, held, *best) if best[0].shape[1] > n else NOTHING_CROSSES
    items, scores = empty_lists(held.n_users, n, best[1].dtype)  # as long as asked for, however small the catalogue
    for part, found in zip((items, scores), best, strict=True):
        part[:, : found.shape[1]] = found[:, :n]
    hits = np.zeros(items.shape, bool)
    mark_hits(items, 0, held.relevant.indptr, held.relevant.items, hits)
    ties = find_ties(items, scores, hits, held.relevant, crossing)
    return Lists(items, hits, held.relevant, _n_candidates(held), counts, ties)


def _no_counts(held: HeldOut) -> RankCounts:
    n_relevant = len(held.relevant.items)
    users = np.repeat(np.arange(held.n_users), held.n_relevant)
    return RankCounts(np.zeros(n_relevant, np.int64), np.zeros(n_relevant, np.int64), users)


def _rank_and_count(model: Recommender, held: HeldOut, n: int, counts: RankCounts) -> Best:
    """(n_users, n) items and scores, with `counts` filled in: both from the same scores, a block of users at a time."""
    rated, found, relevant = model.ratings.by_user, list[Best](), held.relevant
    seen = SeenItems(held.model_users.astype(np.int64), rated.indptr, rated.indices)
    for at in blocks(held.n_users, model.ratings.n_items):
        scores = model.score_users(held.model_users[at])
        scores = np.ascontiguousarray(scores, np.result_type(scores, np.float32))
        found.append(top_scores(scores, n, seen.rows(at), compiled=True))
        rows = at.start, relevant.indptr, relevant.items
        count_above(scores, seen.rows(at), *rows, counts.above, counts.equal, np.empty_like(scores[0]))
    _rank_unknown_last(held, counts)
    items, best = zip(*found, strict=True)
    return np.concatenate(items), np.concatenate(best)


def _rank_unknown_last(held: HeldOut, counts: RankCounts) -> None:
    """Relevant items that the model does not know come after all that it can recommend, and tie with each other."""
    unknown = held.relevant.items < 0
    users = counts.user[unknown]
    counts.above[unknown] = _n_known_candidates(held)[users]
    counts.equal[unknown] = held.n_unknown[users] - 1


def _n_candidates(held: HeldOut) -> IntArray:
    """(n_users,) the number of ranked items: all that the user has not rated, and relevant ones that are unknown."""
    return _n_known_candidates(held) + held.n_unknown


def _n_known_candidates(held: HeldOut) -> IntArray:
    seen = np.append(held.train.by_user.counts, 0)  # a stranger, index -1, has seen nothing
    return held.train.n_items - seen[held.model_users]
