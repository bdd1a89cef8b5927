"""The dot product with biases, trained by our own kernels on the CPU: mini-batch Adam, or SGD rating by rating.

`TorchEngine` with `nets.DotProduct` is the readable twin; a test shows that both compute the same epoch.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from cofactor.arrays import Array, FloatArray, IntArray
from cofactor.kernels.gradient import sgd
from cofactor.kernels.gradient.adam import run_steps
from cofactor.kernels.gradient.labelled_pairs import LabelledPairs
from cofactor.nets.embeddings import Embeddings
from cofactor.training.batches import Batches
from cofactor.training.engines.lazy_adam import LazyAdam, adam_side
from cofactor.training.schedule import Schedule, constant

__all__ = ["FusedAdam", "TiledSgd"]


@dataclass
class FusedAdam:
    """Adam with decoupled weight decay; the same as dense Adam, at the cost of the rows that a batch touches.

    Users are rows [factors, bias, 1] and items [factors, 1, bias], so that a score is one dot product.
    """

    start: Embeddings
    user_idx: IntArray  # (n,) int32
    item_idx: IntArray
    values: FloatArray  # (n,) float32
    batches: Batches
    y_range: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        (p, b, q, c), k = self.start, self.start.user_factors.shape[1]
        users = adam_side(np.column_stack([p, b, np.ones_like(b)]))
        items = adam_side(np.column_stack([q, np.ones_like(c), c]))
        self._adam = LazyAdam(users, items, self.batches.size, ones=(k + 1, k))
        self._epoch: tuple[int, IntArray] = (-1, np.zeros((0, 0), np.int32))

    @property
    def n_steps(self) -> int:
        """The number of steps, one a batch, in an epoch."""
        return self.batches.n_steps

    @property
    def embeddings(self) -> Embeddings:
        """The parameters now; views, not copies."""
        self._adam.catch_up()
        (users, items), k = self._adam.sides, self.start.user_factors.shape[1]
        return Embeddings(users.p[:, :k], users.p[:, k], items.p[:, :k], items.p[:, k + 1])

    def begin(self, schedule: Schedule, weight_decay: float) -> None:
        """Start a schedule at the next step: Adam's moments are kept, and batches are drawn again."""
        self._adam.begin(schedule, weight_decay)
        self._epoch = (-1, self._epoch[1])

    def run(self, epoch: int, start: int, end: int) -> FloatArray:
        """Train on the steps start..end-1 of an epoch; returns the mean squared error of each, (end - start,)."""
        if self._epoch[0] != epoch:
            self._epoch = (epoch, self.batches.of(epoch))
        losses = np.zeros(end - start, np.float32)
        pairs = LabelledPairs(self.user_idx, self.item_idx, self.values)
        lazy, k = self._adam, self.start.user_factors.shape[1]
        run_steps(
            *lazy.sides, *lazy.touched, k, pairs, self._epoch[1][start:end], lazy.n_done, lazy.table, self.y_range,
            losses,
        )  # fmt: skip
        lazy.n_done += end - start
        if end == self.n_steps:  # so that results do not depend on whether parameters are read between epochs
            lazy.catch_up()
        return losses

    def predict(self, user_idx: IntArray, item_idx: IntArray) -> FloatArray:
        """(b,) predicted ratings of pairs with the present parameters."""
        return self.embeddings.scores(user_idx, item_idx, self.y_range)

    def state(self) -> dict[str, Array]:
        """The parameters, Adam's moments and the numbers of steps, as copies."""
        return self._adam.state()

    def restore(self, state: dict[str, Array]) -> None:
        """Restore the arrays that `state` returned, after `begin` with the same schedule."""
        self._adam.restore(state)


@dataclass
class TiledSgd:
    """Plain SGD, one rating at a time on all cores; a step is one of the eight rounds of an epoch.

    The order of the ratings is the same in every epoch, and results are the same for any number of threads.
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
