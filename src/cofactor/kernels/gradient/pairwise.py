"""Pairwise gradient descent (BPR) over likes, in rounds whose lanes share no row, so that threads run side by side.

Users are assigned to 8 strata, items to 64 groups. In every epoch the groups are assigned anew to 8 strata of 8; in
each of the epoch's 8 rounds every lane has a stratum of users and one of items for itself, and draws its negatives
from the latter. So no two lanes touch the same row, the result is the same for any number of threads, and over the
epochs every item meets every other (the strata are those of Gemulla et al. 2011 [gemulla2011dsgd]).
"""

from typing import NamedTuple

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.kernels.compiling.native import Native
from cofactor.kernels.threads import on_threads
from cofactor.kernels.twins import with_numpy_twin

__all__ = ["BprFactors", "LikeOrder", "arrange_likes", "assign_groups", "run_round"]

N_STRATA, GROUPS_PER_STRATUM = 8, 8
MIN_FOR_STRATA = 1024  # users or items; with fewer there is one lane, as strata would hold too few negatives

_visit = Native("cofactor.kernels.gradient.pairwise_loops", "visit_likes")


class BprFactors(NamedTuple):
    """The parameters of scores p_u · q_i + b_i; rows are padded with zeros, which stay zeros."""

    users: FloatArray  # (n_users, w) float32, w a multiple of 16
    items: FloatArray  # (n_items, w)
    bias: FloatArray  # (n_items,)


class LikeOrder(NamedTuple):
    """n likes in the order of visits: by stratum of users, group of items, user.

    block c = stratum · n_groups + group is the likes bounds[c]:bounds[c + 1]
    members: (n_items,) items by group, group g being members[ends[g]:ends[g + 1]]
    users: (n_users,) by stratum, in the order of their likes; stratum s is users[user_ends[s]:user_ends[s + 1]]
    """

    user_idx: IntArray
    item_idx: IntArray
    bounds: IntArray
    members: IntArray
    ends: IntArray
    users: IntArray
    user_ends: IntArray

    @property
    def n_groups(self) -> int:
        """The number of item groups."""
        return len(self.ends) - 1

    @property
    def n_strata(self) -> int:
        """The number of user strata."""
        return (len(self.bounds) - 1) // self.n_groups


def arrange_likes(indptr: IntArray, indices: IntArray, n_items: int, seed: int) -> LikeOrder:
    """The likes in the order of visits, with users and items assigned to strata and groups at random.

    indptr, indices: each user's likes, CSR, ascending
    """
    rng, n_users = np.random.default_rng(seed), len(indptr) - 1
    n_strata = N_STRATA if min(n_users, n_items) >= MIN_FOR_STRATA else 1
    n_groups = n_strata * GROUPS_PER_STRATUM if n_strata > 1 else 1
    user_place, item_place = rng.permutation(n_users), rng.permutation(n_items)
    user_idx = np.repeat(np.arange(n_users, dtype=np.int32), np.diff(indptr))
    block = (user_place % n_strata)[user_idx] * n_groups + (item_place % n_groups)[indices]
    order = np.argsort(block * n_users + user_place[user_idx], kind="stable")
    bounds = np.concatenate([[0], np.cumsum(np.bincount(block, minlength=n_strata * n_groups))])
    users = np.lexsort((user_place, user_place % n_strata)).astype(np.int32)
    members = np.argsort(item_place % n_groups, kind="stable").astype(np.int32)
    return LikeOrder(
        user_idx[order], indices[order], bounds, members, _ends(n_items, n_groups), users, _ends(n_users, n_strata)
    )


def _ends(n: int, n_parts: int) -> IntArray:
    """Where the parts end when n places are assigned to them in turn."""
    return np.concatenate([[0], np.cumsum(np.bincount(np.arange(n) % n_parts, minlength=n_parts))])


def assign_groups(likes: LikeOrder, seed: int, epoch: int) -> IntArray:
    """(n_strata, groups of each) int64: the groups of items that each stratum has in this epoch."""
    return np.random.default_rng([seed, epoch]).permutation(likes.n_groups).reshape(likes.n_strata, -1)


@with_numpy_twin
def run_round(
    factors: BprFactors, likes: LikeOrder, groups: IntArray, number: int, rate: float, decay: float, seed: int
) -> float:
    """The mean probability of the wrong order over the likes of one round, each at its visit, after which factors move.

    groups: from `assign_groups`     number: of the round     seed: of the drawn negatives
    """
    n, sums = likes.n_strata, np.zeros((likes.n_strata, 2))

    def visit(lane: int) -> None:
        own = np.ascontiguousarray(groups[(lane + number) % n])
        work = np.empty(len(own), np.int64), np.zeros(len(factors.items), np.uint8)
        _visit(factors, likes, lane, own, *work, np.float32(rate), np.float32(decay), seed, sums[lane])

    on_threads(visit, n)
    wrong, n_seen = sums.sum(axis=0)
    return float(wrong / max(1, n_seen))
