"""Candidates for a blend's lists: the items that some member ranks high, with every member's score of them."""

from collections.abc import Sequence

import numpy as np

from cofactor.arrays import BoolArray, FloatArray, IntArray
from cofactor.blending.lists import NO_CANDIDATE, Candidates, standardised
from cofactor.data.ratings import Ratings
from cofactor.kernels.ranking.lists import SeenItems
from cofactor.kernels.ranking.top_scores import top_scores
from cofactor.recommender import Recommender

__all__ = ["list_candidates"]

LIST_LENGTH = 100  # of each member: among these the blend's own twenty are found
USERS_AT_ONCE = 256


def list_candidates(members: Sequence[Recommender], users: IntArray, wanted: Ratings) -> Candidates:
    """The items that some member ranks high for these users, their scores, and which of them are in `wanted`."""
    parts = [_some_users(members, users[at : at + USERS_AT_ONCE], wanted) for at in range(0, len(users), USERS_AT_ONCE)]
    scores, hits = (np.concatenate(part) for part in zip(*parts, strict=True))
    return Candidates(scores, hits, wanted.by_user.counts[users])


def _some_users(members: Sequence[Recommender], users: IntArray, wanted: Ratings) -> tuple[FloatArray, BoolArray]:
    """(b, c, m) standardised scores of some users' candidates, and (b, c) whether each is wanted."""
    rated, n_items = members[0].ratings.by_user, members[0].ratings.n_items
    seen = SeenItems(users.astype(np.int64), rated.indptr, rated.indices)
    scores = [standardised(one.score_users(users)).astype(np.float32) for one in members]
    items = np.sort(np.concatenate([top_scores(one, LIST_LENGTH, seen)[0] for one in scores], axis=1), axis=1)
    twice = np.diff(items, axis=1, prepend=-1) == 0  # -1, the end of a short list, too
    rows, places = np.arange(len(users))[:, None], np.maximum(items, 0)
    near = np.stack([np.where(twice, NO_CANDIDATE, one[rows, places]) for one in scores], axis=2)
    is_wanted = np.zeros((len(users), n_items), bool)
    for row, user in enumerate(users):
        is_wanted[row, wanted.by_user.of(int(user))[0]] = True
    return near.astype(np.float32), is_wanted[rows, places] & ~twice
