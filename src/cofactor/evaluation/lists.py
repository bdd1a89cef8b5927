"""The full-catalogue pass: a list for every user of the test, and where their held-out items stand."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from cofactor.arrays import BoolArray, FloatArray, IntArray
from cofactor.evaluation.held_out import HeldOut
from cofactor.kernels.topk import best
from cofactor.recommender import Recommender

__all__ = ["Lists", "Standing", "rank_catalogue"]

BLOCK = 4_000_000  # scores at once: 16 MB of float32; many small products wait long for their threads on a busy machine


class Standing(NamedTuple):
    """Of each relevant item, in the order of `HeldOut.relevant`, among all the candidates of its user."""

    above: IntArray  # candidates that score higher
    equal: IntArray  # others that score the same
    user: IntArray


@dataclass(frozen=True, eq=False)
class Lists:
    """The n best items for each user; every item of the catalogue is a candidate but those they have rated.

    items: (n_users, n) int64, -1 behind a list's end     hits: (n_users, n), which of them are relevant
    n_relevant, n_candidates: (n_users,)     standing: None unless it was asked for
    """

    items: IntArray
    hits: BoolArray
    n_relevant: IntArray
    n_candidates: IntArray
    standing: Standing | None


def rank_catalogue(model: Recommender, held: HeldOut, n: int, *, standing: bool = False) -> Lists:
    """Score everything for everybody, in blocks of users: product, hiding, selection, all compiled.

    Memory: twice a block of scores, 32 MB or two users' if that is more, and 9 n bytes a user for the lists.
    """
    from cofactor.kernels.ranks import hide, mark_hits, stand

    seen, (indptr, relevant) = model.ratings.by_user, held.relevant
    items = np.full((held.n_users, n), -1, np.int64)
    hits = np.zeros((held.n_users, n), bool)
    above, equal = np.zeros(len(relevant), np.int64), np.zeros(len(relevant), np.int64)
    size = max(1, BLOCK // model.ratings.n_items)
    for first in range(0, held.n_users, size):
        users = held.model_users[first : first + size]
        scores = _own_scores(model, users)
        hide(scores, users, seen.indptr, seen.indices)
        lists, _ = best(scores, n)
        items[first : first + size, : lists.shape[1]] = lists
        mark_hits(items[first : first + size], first, indptr, relevant, hits[first : first + size])
        if standing:
            stand(scores, first, indptr, relevant, above, equal)
    where = Standing(above, equal, np.repeat(np.arange(held.n_users), held.n_relevant)) if standing else None
    return Lists(items, hits, held.n_relevant, _n_candidates(held), where)


def _own_scores(model: Recommender, users: IntArray) -> FloatArray:
    """A copy that may be written to: a model may hand out what it has learned."""
    scores = model._score(users)
    return np.array(scores, np.result_type(scores, np.float32), order="C", copy=True)


def _n_candidates(held: HeldOut) -> IntArray:
    seen = np.append(held.train.by_user.counts, 0)  # a stranger, index -1, has seen nothing
    return held.train.n_items - seen[held.model_users]
