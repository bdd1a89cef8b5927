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
from cofactor.data.ratings import Ratings
from cofactor.errors import BadOption
from cofactor.kernels.blas import quiet_blas
from cofactor.kernels.ratings.layout import count_indices, sum_rows
from cofactor.scale.folder import Shards
from cofactor.scale.held_out import ErrorSums, HeldOut, SplitShard
from cofactor.scale.tables import table_of
from cofactor.training.engine import ResumableEngine

__all__ = [
    "LearnedShards", "PassSums", "SampledUsers", "ShardPass", "ShardSolver", "ShardedEngine", "Summing",
    "one_after_the_other",
]  # fmt: skip


class LearnedShards(NamedTuple):
    """A folder of shards, and what of it is learned from."""

    shards: Shards
    held_out: HeldOut
    unit: float = 1.0  # of the values, in which they are learned from
    positives: bool = False  # dislikes, values of 0 or below, are left out

    def parts(self, numbers: Iterable[int] | None = None) -> Iterator[SplitShard]:
        """Split each of these shards, or of all, into what is learned from and what is held out, in units.

        Raises `BadShards` as `Shards.each` does.
        """
        for shard in self.shards.each(numbers):
            split = self.held_out.split(shard)
            yield SplitShard(*(self._in_unit(rows.above(0) if self.positives else rows) for rows in split))

    def _in_unit(self, rows: Rows) -> Rows:
        return rows if self.unit == 1 else rows._replace(levels=rows.levels / np.float32(self.unit))

    def sample(self, n_users: int) -> "SampledUsers":
        """So many users of the first shards, or all that there are, in the ratings' own unit.

        They stand for the others: a shard holds users by a hash of their ids, and in its order.
        """
        found, left = list[SplitShard](), n_users
        for part in self._replace(unit=1.0).parts():
            some = np.arange(min(left, len(part.train.counts)))
            found.append(part if len(some) == len(part.train.counts) else SplitShard(*(one.take(some) for one in part)))
            left -= len(some)
            if not left:
                break
        return SampledUsers(*(table_of(self.shards.catalogue, rows) for rows in zip(*found, strict=True)))

    def rows_of(self, sample: Ratings) -> Rows:
        """The rows of sampled users, in units."""
        return self._in_unit(sample.by_user)


class SampledUsers(NamedTuple):
    """Some users, as tables in memory."""

    ratings: Ratings  # that were learned from
    held_out: Ratings


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

    learned: LearnedShards
    solver: ShardSolver[S]

    def sums(self, numbers: range) -> S:
        """The sums over these shards, in their order."""
        found = self.solver.no_sums()
        for part in self.learned.parts(numbers):
            self.solver.add(found, part)
        return found


Summing: TypeAlias = Callable[[ShardPass[Any], Sequence[range]], Iterable[Any]]  # the sums of bundles, in their order


def one_after_the_other(todo: ShardPass[S], bundles: Sequence[range]) -> Iterable[S]:
    """The sums of bundles, each made when it is asked for."""
    return map(todo.sums, bundles)


class Counts(NamedTuple):
    """The size of what is learned from, the held out left aside."""

    of_items: IntArray  # (n_items,) ratings of each
    mean: float  # in units
    n_users: int  # who have any


class ShardedEngine(ResumableEngine, Generic[S]):
    """A step sums one bundle, the last of an epoch solves the items.

    `errors` are those on what is held out, of the items as the epoch before left them.
    """

    def __init__(self, learned: LearnedShards, summing: Summing = one_after_the_other) -> None:
        """summing: who sums the bundles of a pass, and where. Raises `BadOption` where nothing is learned from."""
        self._learned, self._summing = learned, summing
        self._coming: Iterator[S] = iter(())
        self.counts = self._count()
        if not self.counts.of_items.any():
            raise BadOption(f"Nothing of {learned.shards!r} is left to learn from: all is held out, or a dislike.")
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

    def _count(self) -> Counts:
        shards = self._learned.shards
        if not self._learned.held_out.share and not (self._learned.positives and shards.may_hold_dislikes):
            return Counts(shards.item_counts, shards.mean / self._learned.unit, shards.n_users)
        of_items, total, n_users = np.zeros(shards.n_items, np.int64), 0.0, 0
        for part in self._learned.parts():
            of_items += count_indices(part.train.indices, len(of_items))
            total += float(sum_rows(part.train.part)[0].sum())
            n_users += int(np.count_nonzero(part.train.counts))
        return Counts(of_items, total / max(1, int(of_items.sum())), n_users)

    @property
    def n_steps(self) -> int:
        return len(self._learned.shards.bundles)

    def session(self) -> AbstractContextManager[None]:
        return quiet_blas()

    def run(self, epoch: int, start: int, end: int) -> FloatArray:
        if start == 0:
            todo = ShardPass(self._learned, self._solver())
            self._coming = iter(self._summing(todo, self._learned.shards.bundles))
        losses = [self._step(number, next(self._coming)) for number in range(start, end)]
        return np.array(losses, np.float32) * np.float32(self._learned.unit**2)

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

    def sampled(self, n_users: int) -> SampledUsers:
        """So many of the users; how often an item was rated is said of all."""
        sample = self._learned.sample(n_users)
        return sample._replace(ratings=replace(sample.ratings, item_totals=self.counts.of_items))
