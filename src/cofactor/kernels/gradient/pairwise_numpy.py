"""The NumPy twin of `pairwise.py`: one like after the other, with the same negatives."""

from itertools import pairwise

import numpy as np

from cofactor.arrays import IntArray
from cofactor.kernels.arithmetic.splitmix_numpy import GOLDEN, mix_one
from cofactor.kernels.gradient.pairwise import BprFactors, LikeOrder

__all__ = ["run_round"]

MAX_TRIES = 64  # to find an item that the user does not like


def run_round(
    factors: BprFactors, likes: LikeOrder, groups: IntArray, number: int, rate: float, decay: float, seed: int
) -> float:
    """Σ g / n of the likes of all lanes, one lane after the other."""
    found = list[float]()
    for lane in range(likes.n_strata):
        own = groups[(lane + number) % likes.n_strata]
        spans = [_spans(likes, lane * likes.n_groups + int(group)) for group in own]
        for u in likes.users[likes.user_ends[lane] : likes.user_ends[lane + 1]].tolist():
            of_user = [span.get(u, range(0)) for span in spans]
            liked = {int(likes.item_idx[like]) for span in of_user for like in span}
            for like in (like for span in of_user for like in reversed(span)):
                other = _negative(likes, own, liked, like * MAX_TRIES + seed)
                if other >= 0:
                    found.append(_step(factors, u, int(likes.item_idx[like]), other, rate, decay))
    return sum(found) / max(1, len(found))


def _spans(likes: LikeOrder, block: int) -> dict[int, range]:
    """The places of each user's likes in a block."""
    start, end = int(likes.bounds[block]), int(likes.bounds[block + 1])
    users = likes.user_idx[start:end]
    cuts = [0, *(np.flatnonzero(np.diff(users)) + 1).tolist(), end - start]
    return {int(users[a]): range(start + a, start + b) for a, b in pairwise(cuts) if b > a}


def _negative(likes: LikeOrder, groups: IntArray, liked: set[int], counter: int) -> int:
    """An item of these groups that is not liked, all with equal probability; -1 where none was found."""
    largest = int(np.diff(likes.ends)[groups].max())
    for once in range(MAX_TRIES):
        number = mix_one((counter + once) * GOLDEN)
        group = int(groups[((number >> 32) * len(groups)) >> 32])
        slot = int(likes.ends[group]) + (((number & 0xFFFFFFFF) * largest) >> 32)
        if slot < likes.ends[group + 1] and int(likes.members[slot]) not in liked:
            return int(likes.members[slot])
    return -1


def _step(factors: BprFactors, u: int, i: int, j: int, rate: float, decay: float) -> float:
    """g = 1 / (1 + eˣ) with x = s_ui - s_uj, and the rows after the step [rendle2009bpr]."""
    users, items, bias = factors
    p, q, r = users[u].copy(), items[i].copy(), items[j].copy()
    g = float(1 / (1 + np.exp(np.float64(bias[i] - bias[j] + p @ (q - r)))))
    keep, pull = 1 - rate * decay, rate * g
    users[u], items[i], items[j] = keep * p + pull * (q - r), keep * q + pull * p, keep * r - pull * p
    bias[i], bias[j] = keep * bias[i] + pull, keep * bias[j] - pull
    return g
