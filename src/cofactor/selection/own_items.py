"""The n best items of each user where each has candidates, or exclusions, of their own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from cofactor.arrays import BoolArray, FloatArray, IntArray
from cofactor.kernels.ranking.lists import SeenItems
from cofactor.kernels.ranking.top_scores import top_scores
from cofactor.selection.exact import Best, blocks, joined

__all__ = ["OwnItems", "allowed_scores", "rank_own_items"]


@dataclass(frozen=True, eq=False)
class OwnItems:
    """The items that each of b users alone may be recommended, and those that they may not; None: no such limit."""

    candidates: Sequence[IntArray] | None
    exclude: Sequence[IntArray] | None

    def rows(self, which: slice | IntArray) -> "OwnItems":
        """Those of some of the users."""
        return OwnItems(_rows(self.candidates, which), _rows(self.exclude, which))

    def excluded(self, n_rows: int, n_items: int) -> BoolArray:
        """(b, n_items) True for what may not be on each user's list."""
        out = np.full((n_rows, n_items), self.candidates is not None)
        for row, items in enumerate(self.candidates or ()):
            out[row, items] = False
        for row, items in enumerate(self.exclude or ()):
            out[row, items] = True
        return out


def rank_own_items(
    score: Callable[[slice], FloatArray],
    n_rows: int,
    n: int,
    seen: SeenItems,
    excluded: BoolArray,
    own: OwnItems | None = None,
) -> Best:
    """The n best items of each user, a block of users at a time.

    score: a slice of the users -> (b, n_items)     seen: the items that may not be on each user's list
    excluded: (n_items,) True for those on no list
    """

    return joined(
        top_scores(_own(score(at), at, own), n, seen.rows(at), excluded) for at in blocks(n_rows, len(excluded))
    )


def allowed_scores(scores: FloatArray, seen: SeenItems, excluded: BoolArray, own: OwnItems | None = None) -> FloatArray:
    """(b, n_items) the scores, -inf where an item may not be on a user's list. Arguments are those of `rank_own_items`.

    scores: (b, n_items), which stay as they are
    """
    allowed = np.where(excluded, -np.inf, _own(scores, slice(None), own))
    for row in range(len(allowed)):
        allowed[row, seen.of_row(row)] = -np.inf
    return allowed


def _own(scores: FloatArray, at: slice, own: OwnItems | None) -> FloatArray:
    return scores if own is None else np.where(own.rows(at).excluded(*scores.shape), -np.inf, scores)


def _rows(sets: Sequence[IntArray] | None, which: slice | IntArray) -> Sequence[IntArray] | None:
    if sets is None:
        return None
    return sets[which] if isinstance(which, slice) else [sets[at] for at in which.tolist()]
