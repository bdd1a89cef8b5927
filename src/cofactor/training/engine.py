"""What the loop drives: something that trains on the steps it is told to, and can be stopped and carried on."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from cofactor.arrays import Array, FloatArray, IntArray
from cofactor.training.schedule import Schedule

__all__ = ["Batches", "Engine"]


class Engine(Protocol):
    """Parameters, data and optimiser; it knows neither epochs' number nor who is watching."""

    @property
    def n_steps(self) -> int:
        """Steps of one epoch."""
        ...

    def begin(self, schedule: Schedule, weight_decay: float) -> None:
        """Train by this schedule from now on, whose first step is the next one; the optimiser's memory stays.

        Batches are asked for anew: a plan of as many rows, in batches of one size, may have taken the old one's place.
        """
        ...

    def run(self, epoch: int, start: int, end: int) -> FloatArray:
        """Train on the steps start..end-1 of an epoch; returns the loss of each, (end - start,)."""
        ...

    def predict(self, user_idx: IntArray, item_idx: IntArray) -> FloatArray:
        """Scores of pairs with the parameters as they are now, (b,), (b,) -> (b,)."""
        ...

    def state(self) -> dict[str, Array]:
        """Everything that the next step depends on, as copies."""
        ...

    def restore(self, state: dict[str, Array]) -> None:
        """Be as when `state` was taken; call it after `begin` with the same schedule."""
        ...


@dataclass(frozen=True)
class Batches:
    """Which rows each step of an epoch sees: every row once, in an order that only seed and epoch decide."""

    n_rows: int
    size: int
    seed: int
    drop_last: bool = False  # leave out the last batch where it would be short
    shuffle: bool = True  # False: the rows' own order, in every epoch

    @property
    def n_steps(self) -> int:
        return self.n_rows // self.size if self.drop_last else -(-self.n_rows // self.size)

    def of(self, epoch: int) -> IntArray:
        """(n_steps, size) int32 row numbers, -1 behind the end of a short last batch."""
        order = np.arange(self.n_rows, dtype=np.int32)
        if self.shuffle:
            order = np.random.default_rng([self.seed, epoch]).permutation(self.n_rows).astype(np.int32)
        filled = np.full(self.n_steps * self.size, -1, np.int32)
        filled[: len(order)] = order[: len(filled)]
        return filled.reshape(self.n_steps, self.size)
