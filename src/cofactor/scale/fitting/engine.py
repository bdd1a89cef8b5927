"""Alternating least squares over a folder of shards, as an engine of the training loop.

A pass over the shards sums, bundle by bundle, what their users say of the items, the users being solved from the items'
present rows; behind the last bundle the items are solved from the sums. What is summed, and how, is the solver's matter
(`explicit_als.py`, `implicit_als.py`).
"""

from abc import abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Generic, TypeVar

import numpy as np

from cofactor.arrays import Array, FloatArray
from cofactor.errors import BadOption
from cofactor.kernels.blas import quiet_blas
from cofactor.scale.cluster.ordered_map import OrderedMap, one_after_the_other
from cofactor.scale.fitting.held_out import ErrorSums
from cofactor.scale.fitting.kept_sums import KeptSums
from cofactor.scale.fitting.learned_shards import LearnedShards, SampledUsers
from cofactor.scale.fitting.pass_sums import PassSums
from cofactor.scale.fitting.passes import Counts, ShardPass, ShardSolver, counts_of
from cofactor.training.engine import ResumableEngine

__all__ = ["ShardedEngine"]

S = TypeVar("S", bound=PassSums)


class ShardedEngine(ResumableEngine, Generic[S]):
    """A step sums one bundle, the last of an epoch solves the items.

    `errors` are those on what is held out, of the items as the epoch before left them.
    """

    def __init__(self, learned: LearnedShards, ordered_map: OrderedMap = one_after_the_other) -> None:
        """ordered_map: who does the work on bundles, and where"""
        self._learned, self._map = learned, ordered_map
        self._coming: Iterator[S] = iter(())
        self._counts: Counts | None = None
        self.errors = ErrorSums()
        self._kept: KeptSums | None = None
        self._sums: S | None = None
        self._losses = list[float]()  # of the bundles whose sums are joined

    def keep_sums(self, kept: KeptSums) -> None:
        """Keep the sums of a sweep while it runs, and go on from those that are found of the same sweep."""
        self._kept = kept

    def start(self) -> None:
        """Find what the first sweep begins with, by passes over the shards; needless where a state is restored.

        Raises `BadOption` where nothing is learned from.
        """
        self._counts = counts_of(self._learned, self._map)
        if not self._counts.of_items.any():
            shards = self._learned.shards
            raise BadOption(f"Nothing of {shards!r} is left to learn from: all is held out, or a dislike.")

    @property
    def counts(self) -> Counts:
        """The size of what is learned from, counted by `start`."""
        if self._counts is None:
            self.start()
        assert self._counts is not None, "start counts"
        return self._counts

    @abstractmethod
    def _solver(self) -> ShardSolver[S]:
        """The solver with the items as they are."""

    @abstractmethod
    def _loss_before(self, bundle: S) -> float:
        """The loss on a bundle, its users being solved and the items not yet."""

    @abstractmethod
    def _finish(self, sums: S) -> float:
        """Solve the items from the sums of a whole pass; the loss afterwards."""

    @property
    def n_steps(self) -> int:
        return len(self._learned.shards.bundles)

    def session(self) -> AbstractContextManager[None]:
        return quiet_blas()

    def run(self, epoch: int, start: int, end: int) -> FloatArray:
        if start == 0:
            self._begin(epoch)
        losses = [self._step(number) for number in range(start, end)]
        return np.array(losses, np.float32) * np.float32(self._learned.unit**2)

    def _begin(self, epoch: int) -> None:
        """Begin a pass, with the items as they are, behind the bundles whose sums are kept."""
        if self._counts is None:
            self.start()
        solver, bundles = self._solver(), self._learned.shards.bundles
        self._sums = solver.no_sums()
        self._losses = self._kept.begin(epoch, self.state(), self._sums) if self._kept else []
        self._coming = iter(self._map(ShardPass(self._learned, solver), bundles[len(self._losses) :]))

    def _step(self, number: int) -> float:
        """Join a bundle's sums to those before; its loss, or after the last one that of the whole pass."""
        if number < len(self._losses):
            return self._losses[number]
        bundle, sums = next(self._coming), self._sums
        assert sums is not None, "a pass begins with its first bundle"
        self._losses.append(self._loss_before(bundle))
        sums.add(bundle)
        if number + 1 < self.n_steps:
            if self._kept:
                self._kept.keep(sums, self._losses)
            return self._losses[number]
        self._sums = None
        return self._finish(sums)

    def state(self) -> dict[str, Array]:
        counts = self._counts or Counts(np.zeros(self._learned.shards.n_items, np.int64), 0.0, 0)
        of_items = counts.of_items.astype(np.int64)
        return {"n_of_items": of_items, "mean": np.array(counts.mean), "n_users": np.array(counts.n_users)}

    def restore(self, state: dict[str, Array]) -> None:
        self._counts = Counts(state["n_of_items"], float(state["mean"]), int(state["n_users"]))

    def sampled(self, n_users: int) -> SampledUsers:
        """So many of the users; how often an item was rated is said of all."""
        sample = self._learned.sample(n_users)
        return sample._replace(ratings=replace(sample.ratings, item_totals=self.counts.of_items))
