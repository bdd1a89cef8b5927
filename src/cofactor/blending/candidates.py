"""Candidates for a blend's lists: the items that some member ranks high, with the scores of every member."""

from collections.abc import Sequence

import numpy as np

from cofactor.arrays import BoolArray, FloatArray, IntArray
from cofactor.blending.lists import NO_CANDIDATE, Candidates, standardised
from cofactor.data.ratings import Ratings
from cofactor.kernels.ranking.lists import SeenItems
from cofactor.kernels.ranking.top_scores import top_scores
from cofactor.recommender import Recommender

__all__ = ["list_candidates"]

LIST_LENGTH = 100  # of each member's list, among which the twenty best of the blend are found
USERS_AT_ONCE = 256


def list_candidates(members: Sequence[Recommender], users: IntArray, held_out: Ratings) -> Candidates:
    """The items that some member ranks high for these users, with their scores, and hits where they are held out."""
    blocks = [users[at : at + USERS_AT_ONCE] for at in range(0, len(users), USERS_AT_ONCE)]
    scores, hits = zip(*(_scores_and_hits(members, block, held_out) for block in blocks), strict=True)
    return Candidates(np.concatenate(scores), np.concatenate(hits), held_out.by_user.counts[users])


def _scores_and_hits(
    members: Sequence[Recommender], users: IntArray, held_out: Ratings
) -> tuple[FloatArray, BoolArray]:
    """(b, c, m) standardised scores of the users' candidates, and (b, c) whether each is held out."""
    rated, n_items = members[0].ratings.by_user, members[0].ratings.n_items
    seen = SeenItems(users.astype(np.int64), rated.indptr, rated.indices)
    scores = [standardised(one.score_users(users)).astype(np.float32) for one in members]
    items = np.sort(np.concatenate([top_scores(one, LIST_LENGTH, seen)[0] for one in scores], axis=1), axis=1)
    is_repeated = np.diff(items, axis=1, prepend=-1) == 0  # also -1, behind the end of a short list
    rows, places = np.arange(len(users))[:, None], np.maximum(items, 0)
    of_candidates = np.stack([np.where(is_repeated, NO_CANDIDATE, one[rows, places]) for one in scores], axis=2)
    is_held_out = np.zeros((len(users), n_items), bool)
    for row, user in enumerate(users):
        is_held_out[row, held_out.by_user.of(int(user))[0]] = True
    return of_candidates.astype(np.float32), is_held_out[rows, places] & ~is_repeated
