"""Clicks for a network: each beside pairs that were not clicked, drawn anew in every epoch.

He et al., "Neural collaborative filtering", WWW 2017, section 3.1.1 [he2017ncf]: the log loss of 1 and 0.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from torch import nn

from cofactor.arrays import FloatArray, IntArray
from cofactor.data.ratings import Ratings, Rows
from cofactor.training.engine import Batches
from cofactor.training.torch_engine import TorchEngine, log_loss

__all__ = ["ClickEngine", "draw_negatives"]


def draw_negatives(users: IntArray, seen: Rows, n_items: int, rng: np.random.Generator) -> IntArray:
    """(n,) for each of these users an item that they do not have, any with the same chance; -1 where they have all."""
    keys = np.repeat(np.arange(len(seen.counts), dtype=np.int64), seen.counts) * n_items + seen.indices  # ascending
    drawn = np.where(seen.counts[users] < n_items, rng.integers(0, n_items, len(users)), -1)
    doubtful = np.flatnonzero(drawn >= 0)
    while len(doubtful):
        asked = users[doubtful].astype(np.int64) * n_items + drawn[doubtful]
        at = np.minimum(np.searchsorted(keys, asked), len(keys) - 1)
        doubtful = doubtful[keys[at] == asked]
        drawn[doubtful] = rng.integers(0, n_items, len(doubtful))
    return drawn


@dataclass
class ClickEngine(TorchEngine):
    """`TorchEngine` whose rows are the clicks and, behind them, `n_negatives` times as many pairs without one.

    A user who has every item has no such pair: their own click stands in its place.
    """

    n_negatives: int = 4
    seen: Rows | None = None
    n_items: int = 0

    @classmethod
    def of(cls, net: nn.Module, clicks: Ratings, batches: Batches, device: str, n_negatives: int) -> Self:
        n = len(clicks)
        users, items = (np.tile(idx, 1 + n_negatives) for idx in (clicks.user_idx, clicks.item_idx))
        clicked = np.repeat(np.array([1, 0], np.float32), [n, n * n_negatives])
        return cls(net, users, items, clicked, batches, device, log_loss, n_negatives, clicks.by_user, clicks.n_items)

    def _begin_epoch(self, epoch: int) -> None:
        assert self.seen is not None
        n = len(self.values) // (1 + self.n_negatives)
        rng = np.random.default_rng([self.batches.seed, epoch, 1])
        drawn = draw_negatives(self.user_idx[n:], self.seen, self.n_items, rng)
        clicked, items = self.values.copy(), self.item_idx.copy()
        items[n:] = np.where(drawn >= 0, drawn, items[n:])
        clicked[n:] = drawn < 0
        self._pairs = self._tensor(np.stack([self.user_idx, items], axis=1).astype(np.int64))
        self._values = self._tensor(clicked)
        super()._begin_epoch(epoch)

    def predict(self, user_idx: IntArray, item_idx: IntArray) -> FloatArray:
        """(b,) the chance of a click."""
        return 1 / (1 + np.exp(-super().predict(user_idx, item_idx)))
