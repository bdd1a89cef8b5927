"""The engine of pairwise gradient descent (BPR): a step is one of the rounds of an epoch."""

import numpy as np

from cofactor.arrays import Array, FloatArray, IntArray
from cofactor.data.csr_rows import Rows
from cofactor.kernels.alignment import padded_width
from cofactor.kernels.gradient.pairwise import BprFactors, LikeOrder, arrange_likes, assign_groups, run_round
from cofactor.training.engine import ResumableEngine
from cofactor.training.schedule import Schedule, constant

__all__ = ["PairwiseSgd"]

START_DEVIATION = 0.1  # standard deviation of the first factors


class PairwiseSgd(ResumableEngine):
    """SGD on pairs of a liked item and one that is not; the same results for any number of threads."""

    def __init__(self, likes: Rows, n_items: int, n_factors: int, seed: int) -> None:
        rng, width = np.random.default_rng(seed), padded_width(n_factors)
        self.n_likes, self._seed = likes.counts, seed
        sides = [np.zeros((n, width), np.float32) for n in (len(likes.counts), n_items)]
        for rows in sides:
            rows[:, :n_factors] = START_DEVIATION * rng.standard_normal((len(rows), n_factors))
        self.model = BprFactors(sides[0], sides[1], np.zeros(n_items, np.float32))
        self._likes: LikeOrder = arrange_likes(likes.indptr, likes.indices, n_items, seed)
        self._next, self._schedule, self._decay = 0, constant(0, 0.0), 0.0

    @property
    def n_steps(self) -> int:
        return self._likes.n_strata

    def begin(self, schedule: Schedule, weight_decay: float) -> None:
        """Start a schedule at the next step, with this weight decay."""
        self._next, self._schedule, self._decay = 0, schedule, weight_decay

    def run(self, epoch: int, start: int, end: int) -> FloatArray:
        """Train on the rounds start..end-1 of an epoch; returns the loss of each, (end - start,).

        The loss is the mean probability, by the model, that a like and another item are in the wrong order.
        """
        groups, losses = assign_groups(self._likes, self._seed, epoch), np.zeros(end - start, np.float32)
        counter = int(np.random.default_rng([self._seed, epoch, 1]).integers(2**62))
        for at, number in enumerate(range(start, end)):
            rate = float(self._schedule.rates[self._next])
            losses[at] = run_round(self.model, self._likes, groups, number, rate, self._decay, counter)
            self._next += 1
        return losses

    def predict(self, user_idx: IntArray, item_idx: IntArray) -> FloatArray:
        """(b,) scores p_u · q_i + b_i of pairs with the present parameters."""
        model = self.model
        return np.einsum("bf,bf->b", model.users[user_idx], model.items[item_idx]) + model.bias[item_idx]

    def state(self) -> dict[str, Array]:
        return {name: array.copy() for name, array in self.model._asdict().items()} | {"next": np.array(self._next)}

    def restore(self, state: dict[str, Array]) -> None:
        for name, array in self.model._asdict().items():
            array[:] = state[name]
        self._next = int(state["next"].item())
