"""Adam over the rows of users and items, where a row makes up its missed steps when a batch next touches it."""

import numpy as np

from cofactor.arrays import Array, FloatArray
from cofactor.kernels.gradient.adam import (
    WIDTH_MULTIPLE,
    AdamSide,
    catch_up_rows,
    make_adam_table,
    make_touched_rows,
)  # fmt: skip
from cofactor.training.schedule import Schedule, constant

__all__ = ["LazyAdam", "adam_side"]


def adam_side(rows: FloatArray) -> AdamSide:
    """A side that starts at these rows (n, w), padded, with moments of 0."""
    n, width = rows.shape
    p = np.zeros((n, -(-width // WIDTH_MULTIPLE) * WIDTH_MULTIPLE), np.float32)
    p[:, :width] = rows
    return AdamSide(p, np.zeros_like(p), np.zeros_like(p), np.full(n, -1, np.int64))


class LazyAdam:
    """The two sides, the kernels' work space, and the steps made: `n_before` before the schedule, `n_done` of it.

    Parameters are those of dense Adam after `catch_up`, which readers of `sides` call first.
    """

    def __init__(self, users: AdamSide, items: AdamSide, batch_size: int, ones: tuple[int, int] = (-1, -1)) -> None:
        """ones: the column of users and of items that is always 1; -1: there is none"""
        self.sides, self._ones = (users, items), ones
        self.touched = make_touched_rows(users, batch_size), make_touched_rows(items, batch_size)
        self.n_before, self.n_done = 0, 0
        self.table = make_adam_table(*constant(0, 0.0), decay=0.0)

    def begin(self, schedule: Schedule, weight_decay: float) -> None:
        """Follow a schedule from its first step on; the moments are kept."""
        self.catch_up()
        self.n_before += self.n_done
        self.n_done = 0
        self.table = make_adam_table(*schedule, decay=weight_decay, before=self.n_before)
        for side in self.sides:
            side.last[:] = -1

    def catch_up(self) -> None:
        """Make up the steps that rows have missed."""
        for side, touched, one in zip(self.sides, self.touched, self._ones, strict=True):
            catch_up_rows(side, touched.root, one, self.n_done, self.table)

    def state(self) -> dict[str, Array]:
        """The parameters, the moments and the numbers of steps, as copies."""
        self.catch_up()
        steps = {"steps": np.array([self.n_before, self.n_done])}
        return {name: array.copy() for name, array in self._arrays().items()} | steps

    def restore(self, state: dict[str, Array]) -> None:
        """Restore the arrays that `state` returned, after `begin` with the same schedule."""
        for name, array in self._arrays().items():
            array[:] = state[name]
        self.n_before, self.n_done = state["steps"].tolist()

    def _arrays(self) -> dict[str, Array]:
        sides = zip(("users", "items"), self.sides, strict=True)
        return {f"{side}.{name}": array for side, arrays in sides for name, array in arrays._asdict().items()}
