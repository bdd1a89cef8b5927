"""The full-catalogue pass: a list for every user of the test, and where their held-out items stand."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from cofactor.arrays import BoolArray, IntArray
from cofactor.evaluation.held_out import HeldOut
from cofactor.kernels.ranks import mark_hits, stand
from cofactor.kernels.topk import Hidden, best
from cofactor.memory import refuse_beyond
from cofactor.recommender import Recommender
from cofactor.selection.exact import blocks

__all__ = ["Lists", "Standing", "rank_catalogue"]

A_PLACE = 9 + 16  # bytes of a place in a list: the item, whether it is a hit, and what a measure makes of the two
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
    n_relevant, n_candidates: (n_users,)     standing: None unless it was asked for
    """

    items: IntArray
    hits: BoolArray
    n_relevant: IntArray
    n_candidates: IntArray
    standing: Standing | None


def rank_catalogue(model: Recommender, held: HeldOut, n: int, *, standing: bool = False) -> Lists:
    """A list for everybody, from one fused pass where the model's scores are products and nobody asks for standing.

    Memory: what `selection.exact` states, and 25 n bytes a user; raises `BadOption` where that is more than there is.
    """
    what = f"A list of {n:,} items for each of {held.n_users:,} users"
    refuse_beyond((A_PLACE * held.n_users + A_RANK) * n / 1e9, None, what, "Ask for a smaller k.")
    indptr, relevant = held.relevant
    where = _empty_standing(held) if standing else None
    found = model._rank_users(held.model_users, n)[0] if where is None else _rank_and_stand(model, held, n, where)
    items = np.full((held.n_users, n), -1, np.int64)  # as long as was asked for, however small the catalogue
    items[:, : found.shape[1]] = found
    hits = np.zeros(items.shape, bool)
    mark_hits(items, 0, indptr, relevant, hits)
    return Lists(items, hits, held.n_relevant, _n_candidates(held), where)


def _empty_standing(held: HeldOut) -> Standing:
    n_relevant = len(held.relevant[1])
    users = np.repeat(np.arange(held.n_users), held.n_relevant)
    return Standing(np.zeros(n_relevant, np.int64), np.zeros(n_relevant, np.int64), users)


def _rank_and_stand(model: Recommender, held: HeldOut, n: int, where: Standing) -> IntArray:
    """The lists, and `where` filled in: both from the same scores, a block of users at a time."""
    seen, found = model.ratings.by_user, list[IntArray]()
    hidden = Hidden(held.model_users.astype(np.int64), seen.indptr, seen.indices)
    for at in blocks(held.n_users, model.ratings.n_items):
        scores = model._score(held.model_users[at])
        scores = np.ascontiguousarray(scores, np.result_type(scores, np.float32))
        found.append(best(scores, n, hidden.rows(at), compiled=True)[0])
        stand(scores, hidden.rows(at), at.start, *held.relevant, where.above, where.equal, np.empty_like(scores[0]))
    _put_unknown_last(held, where)
    return np.concatenate(found)


def _put_unknown_last(held: HeldOut, where: Standing) -> None:
    """Relevant items that the model does not know stand behind all that it can recommend, none before another."""
    unknown = held.relevant[1] < 0
    users = where.user[unknown]
    where.above[unknown] = _n_known_candidates(held)[users]
    where.equal[unknown] = held.n_unknown[users] - 1


def _n_candidates(held: HeldOut) -> IntArray:
    """(n_users,) what each user's relevant items are ranked among: all they have not rated, also what nobody knew."""
    return _n_known_candidates(held) + held.n_unknown


def _n_known_candidates(held: HeldOut) -> IntArray:
    seen = np.append(held.train.by_user.counts, 0)  # a stranger, index -1, has seen nothing
    return held.train.n_items - seen[held.model_users]
