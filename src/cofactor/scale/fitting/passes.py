"""Passes over a folder of shards, as tasks on ranges of them: a task has all that whoever does it needs."""

from dataclasses import dataclass
from typing import Generic, NamedTuple, Protocol, TypeVar

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.kernels.ratings.layout import count_indices, sum_rows
from cofactor.scale.cluster.ordered_map import OrderedMap
from cofactor.scale.fitting.held_out import ErrorSums, SplitShard
from cofactor.scale.fitting.learned_shards import LearnedShards
from cofactor.training.engines.spectral import ItemStart

__all__ = ["Counts", "ErrorPass", "ShardPass", "ShardSolver", "StartPass", "counts_of"]

S = TypeVar("S")


class ShardSolver(Protocol[S]):
    """Solves the users of a shard, the items being given, and sums what they say of the items."""

    def no_sums(self) -> S:
        """The sums of no shards."""
        ...

    def add(self, sums: S, part: SplitShard) -> None:
        """Add to the sums of a pass what the users of a shard say."""
        ...


@dataclass(frozen=True)
class ShardPass(Generic[S]):
    """The pass of a sweep, with the items as they are."""

    learned: LearnedShards
    solver: ShardSolver[S]

    def __call__(self, numbers: range) -> S:
        """The sums over these shards, in their order."""
        found = self.solver.no_sums()
        for part in self.learned.parts(numbers):
            self.solver.add(found, part)
        return found


class _MeasuresErrors(Protocol):
    def errors(self, part: SplitShard) -> ErrorSums:
        """The errors of predictions of what is held out, the users being solved from the others."""
        ...


@dataclass(frozen=True)
class ErrorPass:
    """The pass behind the last sweep, which measures the items that it left."""

    learned: LearnedShards
    solver: _MeasuresErrors

    def __call__(self, numbers: range) -> ErrorSums:
        """The errors on what is held out of these shards."""
        return sum(map(self.solver.errors, self.learned.parts(numbers)), ErrorSums())


@dataclass(frozen=True)
class StartPass:
    """The pass before the first sweep, from which the items start."""

    learned: LearnedShards
    start: ItemStart

    def __call__(self, numbers: range) -> FloatArray:
        """(n_items, k) what the users of these shards add to the start."""
        return self.start.sums(part.train for part in self.learned.parts(numbers))


class Counts(NamedTuple):
    """The size of what is learned from, the held out left aside."""

    of_items: IntArray  # (n_items,) ratings of each
    mean: float  # in units
    n_users: int  # who have any


@dataclass(frozen=True)
class _CountPass:
    learned: LearnedShards

    def __call__(self, numbers: range) -> tuple[IntArray, float, int]:
        """Of these shards the ratings of each item (n_items,), the sum of all values, and the users with any."""
        of_items, total, n_users = np.zeros(self.learned.shards.n_items, np.int64), 0.0, 0
        for part in self.learned.parts(numbers):
            of_items += count_indices(part.train.indices, len(of_items))
            total += float(sum_rows(part.train.part)[0].sum())
            n_users += int(np.count_nonzero(part.train.counts))
        return of_items, total, n_users


def counts_of(learned: LearnedShards, ordered_map: OrderedMap) -> Counts:
    """The counts of what is learned from, by a pass over the shards where some of it is left out."""
    shards = learned.shards
    if not learned.held_out.share and not (learned.positives and shards.may_hold_dislikes):
        return Counts(shards.item_counts, shards.mean / learned.unit, shards.n_users)
    of_items, total, n_users = np.zeros(shards.n_items, np.int64), 0.0, 0
    for counts, values, users in ordered_map(_CountPass(learned), shards.bundles):
        of_items, total, n_users = of_items + counts, total + values, n_users + users
    return Counts(of_items, total / max(1, int(of_items.sum())), n_users)
