"""Training pairs from clicks: the clicks, and pairs without a click that are drawn anew in every epoch.

He et al., "Neural collaborative filtering", WWW 2017, section 3.1.1 [he2017ncf]: the log loss of 1 and 0.
"""

from dataclasses import dataclass

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.data.csr_rows import Rows
from cofactor.data.ratings import Ratings
from cofactor.kernels.gradient.labelled_pairs import LabelledPairs

__all__ = ["Negatives", "clicks_and_negatives", "draw_negatives"]


@dataclass(frozen=True)
class Negatives:
    """The clicks and, behind them, `n_each` times as many pairs without a click.

    For a user who has clicked every item, the click itself is repeated instead.
    """

    clicks: Ratings
    n_each: int
    seed: int

    def __len__(self) -> int:
        return len(self.clicks) * (1 + self.n_each)

    def pairs(self, epoch: int) -> LabelledPairs:
        """The pairs of an epoch, which depend on seed and epoch alone."""
        n = len(self.clicks)
        users, items = (np.tile(idx, 1 + self.n_each) for idx in (self.clicks.user_idx, self.clicks.item_idx))
        rng = np.random.default_rng([self.seed, epoch, 1])
        drawn = draw_negatives(users[n:], self.clicks.by_user, self.clicks.n_items, rng)
        clicked = np.ones(len(users), np.float32)
        clicked[n:] = drawn < 0
        items[n:] = np.where(drawn >= 0, drawn, items[n:])
        return LabelledPairs(users, items, clicked)


def draw_negatives(users: IntArray, seen: Rows, n_items: int, rng: np.random.Generator) -> IntArray:
    """(n,) an item that each of these users has not seen, all with equal probability; -1 where they have seen all."""
    keys = np.repeat(np.arange(len(seen.counts), dtype=np.int64), seen.counts) * n_items + seen.indices  # ascending
    drawn = np.where(seen.counts[users] < n_items, rng.integers(0, n_items, len(users)), -1)
    doubtful = np.flatnonzero(drawn >= 0)
    while len(doubtful):
        asked = users[doubtful].astype(np.int64) * n_items + drawn[doubtful]
        at = np.minimum(np.searchsorted(keys, asked), len(keys) - 1)
        doubtful = doubtful[keys[at] == asked]
        drawn[doubtful] = rng.integers(0, n_items, len(doubtful))
    return drawn


def clicks_and_negatives(clicked: IntArray, n: int, n_each: int, seed: int) -> tuple[IntArray, FloatArray]:
    """Indices and targets of a fold-in: the clicks as 1, and as 0 `n_each` of the n without one for each click."""
    rest = np.setdiff1d(np.arange(n), clicked)
    drawn = np.random.default_rng([seed, len(clicked)]).permutation(rest)[: n_each * len(clicked)]
    return np.append(clicked, drawn), np.repeat([1.0, 0.0], [len(clicked), len(drawn)])
