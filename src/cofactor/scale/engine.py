"""Alternating least squares over a folder of shards, as an engine of the training loop.

A pass over the shards sums, bundle by bundle, what their users say of the items, the users being solved from the items'
present rows; behind the last bundle the items are solved from the sums. What is summed, and how, is the solver's matter
(`explicit_als.py`, `implicit_als.py`).
"""

from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any, Generic, NamedTuple, Protocol, TypeAlias, TypeVar

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.data.csr_rows import Rows
from cofactor.data.ids import IdMap
from cofactor.data.ratings import Ratings
from cofactor.kernels.blas import quiet_blas
from cofactor.kernels.ratings.layout import count_indices, sum_rows
from cofactor.scale.folder import Shards
from cofactor.scale.held_out import ErrorSums, HeldOut, SplitShard
from cofactor.training.engine import ResumableEngine

__all__ = [
    "PassSums",
    "SampledUsers",
    "ShardPass",
    "ShardSolver",
    "ShardedEngine",
    "Summing",
    "one_after_the_other",
    "sample_of",
]


class PassSums(Protocol):
    """The sums of a pass over some shards."""

    def add(self, other: Any) -> None:
        """Add what another pass left; the order of adding decides the last bits."""
        ...


S = TypeVar("S", bound=PassSums)


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
    """A pass over shards with the items as they are: all that whoever sums a bundle needs."""

    shards: Shards
    held_out: HeldOut
    unit: float  # of the values, in which they are learned from
    positives: bool  # leave out dislikes, values of 0 or below
    solver: ShardSolver[S]

    def sums(self, numbers: range) -> S:
        """The sums over these shards, in their order."""
        found = self.solver.no_sums()
        for part in parts_of(self.shards, self.held_out, numbers, self.unit, positives=self.positives):
            self.solver.add(found, part)
        return found


def parts_of(
    shards: Shards, held_out: HeldOut, numbers: range, unit: float, *, positives: bool
) -> Iterator[SplitShard]:
    """Split each of these shards into what is learned from and what is held out, in units."""
    for shard in shards.each(numbers):
        split = held_out.split(shard)
        yield SplitShard(*(_in_unit(rows.above(0) if positives else rows, unit) for rows in split))


def _in_unit(rows: Rows, unit: float) -> Rows:
    return rows if unit == 1 else rows._replace(levels=rows.levels / np.float32(unit))


Summing: TypeAlias = Callable[[ShardPass[Any], Sequence[range]], Iterable[Any]]  # the sums of bundles, in their order


def one_after_the_other(todo: ShardPass[S], bundles: Sequence[range]) -> Iterable[S]:
    """The sums of bundles, each made when it is asked for."""
    return map(todo.sums, bundles)


class Counts(NamedTuple):
    """The size of what is learned from, the held out left aside."""

    of_items: IntArray  # (n_items,) ratings of each
    mean: float  # in units
    n_users: int  # who have any


class SampledUsers(NamedTuple):
    """Users of the first shards, who stand for the others: a shard holds users by a hash of their ids."""

    ratings: Ratings  # that were learned from, in their own unit; `item_totals` are of all users
    held_out: Ratings
    numbers: range  # the shards


class ShardedEngine(ResumableEngine, Generic[S]):
    """A step sums one bundle, the last of an epoch solves the items.

    `errors` are those on what is held out, of the items as the epoch before left them.
    """

    def __init__(
        self, shards: Shards, held_out: HeldOut, *, unit: float = 1.0, positives: bool = False,
        summing: Summing = one_after_the_other,
    ) -> None:  # fmt: skip
        """summing: who sums the bundles of a pass, and where"""
        self._summing = summing
        self._coming: Iterator[S] = iter(())
        self._shards, self._held_out, self._unit, self._positives = shards, held_out, unit, positives
        self.counts = self._count()
        self.errors = ErrorSums()
        self._sums: S | None = None

    @abstractmethod
    def _solver(self) -> ShardSolver[S]:
        """The solver with the items as they are."""

    @abstractmethod
    def _loss_before(self, bundle: S) -> float:
        """The loss on a bundle, its users being solved and the items not yet."""

    @abstractmethod
    def _finish(self, sums: S) -> float:
        """Solve the items from the sums of a whole pass; the loss afterwards."""

    def _parts(self, numbers: range) -> Iterator[SplitShard]:
        return parts_of(self._shards, self._held_out, numbers, self._unit, positives=self._positives)

    @property
    def _all(self) -> range:
        return range(len(self._shards.parts))

    def _count(self) -> Counts:
        n_users = sum(part.n_users for part in self._shards.parts)
        if not self._held_out.share and not self._positives:
            return Counts(self._shards.item_counts, self._shards.mean / self._unit, n_users)
        of_items, total, n_users = np.zeros(self._shards.n_items, np.int64), 0.0, 0
        for part in self._parts(self._all):
            of_items += count_indices(part.train.indices, len(of_items))
            total += float(sum_rows(part.train.part)[0].sum())
            n_users += int(np.count_nonzero(part.train.counts))
        return Counts(of_items, total / max(1, int(of_items.sum())), n_users)

    @property
    def n_steps(self) -> int:
        return len(self._shards.bundles)

    def session(self) -> AbstractContextManager[None]:
        return quiet_blas()

    def run(self, epoch: int, start: int, end: int) -> FloatArray:
        if start == 0:
            todo = ShardPass(self._shards, self._held_out, self._unit, self._positives, self._solver())
            self._coming = iter(self._summing(todo, self._shards.bundles))
        losses = [self._step(number, next(self._coming)) for number in range(start, end)]
        return np.array(losses, np.float32) * np.float32(self._unit**2)

    def _step(self, number: int, bundle: S) -> float:
        """Take in a bundle's sums; its loss, or after the last one that of the whole pass."""
        loss = self._loss_before(bundle)
        if self._sums is None:
            self._sums = bundle
        else:
            self._sums.add(bundle)
        if number + 1 < self.n_steps:
            return loss
        sums, self._sums = self._sums, None
        return self._finish(sums)

    def sampled(self, at_least: int) -> SampledUsers:
        """The users of as many of the first shards as have so many together, or of all."""
        sample = sample_of(self._shards, self._held_out, at_least, positives=self._positives)
        return sample._replace(ratings=replace(sample.ratings, item_totals=self.counts.of_items))


def sample_of(shards: Shards, held_out: HeldOut, at_least: int, *, positives: bool) -> SampledUsers:
    """The users of as many of the first shards as have so many together, or of all."""
    found = list[SplitShard]()
    for part in parts_of(shards, held_out, range(len(shards.parts)), 1.0, positives=positives):
        found.append(part)
        if sum(len(one.train.counts) for one in found) >= at_least:
            break
    train, test = (_table(shards.catalogue, rows) for rows in zip(*found, strict=True))
    return SampledUsers(train, test, range(len(found)))


def _table(catalogue: Ratings, shards: Sequence[Rows]) -> Ratings:
    """The ratings of shards as a table; users are numbered through."""
    counts = np.concatenate([rows.counts for rows in shards])
    return replace(
        catalogue, users=IdMap(np.arange(len(counts)), "user"),
        user_idx=np.repeat(np.arange(len(counts), dtype=np.int32), counts),
        item_idx=np.concatenate([rows.indices for rows in shards]),
        values=np.concatenate([rows.values for rows in shards]),
    )  # fmt: skip
