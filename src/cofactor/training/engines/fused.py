"""The dot product with biases, trained by our own kernels on the CPU: mini-batch Adam, or SGD rating by rating.

`TorchEngine` with `nets.DotProduct` is the readable twin; a test shows that both compute the same epoch.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from cofactor.arrays import Array, FloatArray, IntArray
from cofactor.kernels.gradient import adam, sgd
from cofactor.kernels.gradient.labelled_pairs import LabelledPairs
from cofactor.nets.embeddings import Embeddings
from cofactor.training.batches import Batches
from cofactor.training.schedule import Schedule, constant

__all__ = ["FusedAdam", "TiledSgd"]


class _Rows:
    """Both sides in the kernels' layout: users [factors, bias, 1, 0 …], items [factors, 1, bias, 0 …]."""

    def __init__(self, start: Embeddings) -> None:
        self.k = k = start.user_factors.shape[1]
        self.users = _side(start.user_factors, start.user_bias, own=k, one=k + 1)
        self.items = _side(start.item_factors, start.item_bias, own=k + 1, one=k)

    @property
    def embeddings(self) -> Embeddings:
        p, q, k = self.users.p, self.items.p, self.k
        return Embeddings(p[:, :k], p[:, k], q[:, :k], q[:, k + 1])

    def state(self) -> dict[str, Array]:
        sides = {"users": self.users, "items": self.items}
        return {f"{side}.{name}": a.copy() for side, s in sides.items() for name, a in s._asdict().items()}

    def restore(self, state: dict[str, Array]) -> None:
        for side, arrays in (("users", self.users), ("items", self.items)):
            for name, array in arrays._asdict().items():
                array[:] = state[f"{side}.{name}"]


def _side(factors: FloatArray, bias: FloatArray, own: int, one: int) -> adam.AdamSide:
    n, k = factors.shape
    p = np.zeros((n, -(-(k + 2) // adam.WIDTH_MULTIPLE) * adam.WIDTH_MULTIPLE), np.float32)
    p[:, :k], p[:, own], p[:, one] = factors, bias, 1
    return adam.AdamSide(p, np.zeros_like(p), np.zeros_like(p), np.full(n, -1, np.int64))


@dataclass
class FusedAdam:
    """Adam with decoupled weight decay, exactly that of every row at every step, paid only where a batch looks."""

    start: Embeddings
    user_idx: IntArray  # (n,) int32
    item_idx: IntArray
    values: FloatArray  # (n,) float32
    batches: Batches
    y_range: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        self._rows = _Rows(self.start)
        size = self.batches.size
        self._work = adam.make_touched_rows(self._rows.users, size), adam.make_touched_rows(self._rows.items, size)
        self._done, self._since = 0, 0  # steps before this schedule, and of it
        self._plan = adam.make_adam_table(*constant(0, 0.0), decay=0.0)
        self._epoch: tuple[int, IntArray] = (-1, np.zeros((0, 0), np.int32))

    @property
    def n_steps(self) -> int:
        """The number of steps, one a batch, in an epoch."""
        return self.batches.n_steps

    @property
    def embeddings(self) -> Embeddings:
        """The parameters now; views, not copies."""
        self._settle()
        return self._rows.embeddings

    def begin(self, schedule: Schedule, weight_decay: float) -> None:
        """Start a schedule at the next step: Adam's moments are kept, and the batches are asked for anew."""
        self._settle()
        self._epoch = (-1, self._epoch[1])
        self._done += self._since
        self._since = 0
        self._plan = adam.make_adam_table(*schedule, decay=weight_decay, before=self._done)
        for side in (self._rows.users, self._rows.items):
            side.last[:] = -1

    def run(self, epoch: int, start: int, end: int) -> FloatArray:
        """Train on the steps start..end-1 of an epoch; returns the mean squared error of each, (end - start,)."""
        if self._epoch[0] != epoch:
            self._epoch = (epoch, self.batches.of(epoch))
        losses = np.zeros(end - start, np.float32)
        pairs = LabelledPairs(self.user_idx, self.item_idx, self.values)
        adam.run_steps(
            self._rows.users, self._rows.items, *self._work, self._rows.k, pairs, self._epoch[1][start:end],
            self._since, self._plan, self.y_range, losses,
        )  # fmt: skip
        self._since += end - start
        if end == self.n_steps:  # who looks between epochs, or keeps a checkpoint there, then changes nothing
            self._settle()
        return losses

    def predict(self, user_idx: IntArray, item_idx: IntArray) -> FloatArray:
        """(b,) predicted ratings of pairs with the present parameters."""
        return self.embeddings.scores(user_idx, item_idx, self.y_range)

    def state(self) -> dict[str, Array]:
        """The parameters, Adam's moments and the numbers of steps taken, as copies."""
        self._settle()
        return self._rows.state() | {"steps": np.array([self._done, self._since])}

    def restore(self, state: dict[str, Array]) -> None:
        """Restore the arrays that `state` returned, after `begin` with the same schedule."""
        self._rows.restore(state)
        self._done, self._since = state["steps"].tolist()

    def _settle(self) -> None:
        k, (of_users, of_items) = self._rows.k, self._work
        for side, work, one in ((self._rows.users, of_users, k + 1), (self._rows.items, of_items, k)):
            adam.catch_up_rows(side, work.root, one, self._since, self._plan)


@dataclass
class TiledSgd:
    """Plain SGD, one rating at a time on all cores; a step is one of the eight rounds of an epoch.

    The order of the ratings is the same in every epoch, as are the results for any number of threads.
    """

    start: Embeddings
    user_idx: IntArray
    item_idx: IntArray
    values: FloatArray
    seed: int
    y_range: tuple[float, float] | None = None

    n_steps = sgd.N_STRATA

    def __post_init__(self) -> None:
        start = self.start
        self._users = sgd.make_side(start.user_factors, start.user_bias)
        self._items = sgd.make_side(start.item_factors, start.item_bias)
        self._next, self._schedule, self._decay = 0, constant(0, 0.0), 0.0

    @cached_property
    def _cells(self) -> sgd.RatingCells:
        users, items = self._users.rows, self._items.rows
        shape = (len(users), len(items), users.shape[1])
        return sgd.arrange_ratings(self.user_idx, self.item_idx, self.values, *shape, self.seed)

    @property
    def embeddings(self) -> Embeddings:
        """The parameters now; views, not copies."""
        k = self.start.user_factors.shape[1]
        (p, b), (q, c) = self._users, self._items
        return Embeddings(p[:, :k], b, q[:, :k], c)

    def begin(self, schedule: Schedule, weight_decay: float) -> None:
        """Start a schedule at the next step, with this weight decay."""
        self._next, self._schedule, self._decay = 0, schedule, weight_decay

    def run(self, epoch: int, start: int, end: int) -> FloatArray:
        """Train on the rounds start..end-1 of an epoch; returns the mean squared error of each, (end - start,)."""
        span = self.y_range or (0.0, 0.0)
        losses = np.zeros(end - start, np.float32)
        for at, number in enumerate(range(start, end)):
            rate = self._schedule.rates[self._next]
            sides = (self._users, self._items)
            losses[at] = sgd.run_round(*sides, self._cells, number, rate, self._decay, *span)
            self._next += 1
        return losses

    def predict(self, user_idx: IntArray, item_idx: IntArray) -> FloatArray:
        """(b,) predicted ratings of pairs with the present parameters."""
        return self.embeddings.scores(user_idx, item_idx, self.y_range)

    def state(self) -> dict[str, Array]:
        """The parameters and the number of the schedule's next step, as copies."""
        return {name: array.copy() for name, array in self._arrays().items()} | {"next": np.array(self._next)}

    def restore(self, state: dict[str, Array]) -> None:
        """Restore the arrays that `state` returned, after `begin` with the same schedule."""
        for name, array in self._arrays().items():
            array[:] = state[name]
        self._next = int(state["next"].item())

    def _arrays(self) -> dict[str, Array]:
        sides = {"users": self._users, "items": self._items}
        return {f"{side}.{name}": array for side, arrays in sides.items() for name, array in arrays._asdict().items()}
