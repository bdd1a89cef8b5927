"""Averages of an engine's parameters over the last part of its schedule, as the parameters of the model.

Late steps of gradient descent wander about the minimum, and their mean lies nearer to it (Polyak & Juditsky,
"Acceleration of stochastic approximation by averaging", 1992 [polyak1992acceleration]). In a net it also lies where the
loss is flatter, which generalises better (Izmailov et al., "Averaging weights leads to wider optima and better
generalization", UAI 2018 [izmailov2018averaging]).
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Generic, Protocol, TypeVar

import numpy as np

from cofactor.arrays import Array, FloatArray, IntArray
from cofactor.training.checkpoint import wrong_with_state
from cofactor.training.engine import ResumableEngine, ScheduledEngine
from cofactor.training.schedule import Schedule

__all__ = ["Averaging", "Parameters"]


class Parameters(Protocol):
    """Arrays in (nested) named tuples, such as `Embeddings` and `Network`."""

    def scores(self, user_idx: IntArray, item_idx: IntArray, y_range: tuple[float, float] | None) -> FloatArray:
        """(b,) scores of pairs of users and items, squashed into `y_range` unless it is None."""
        ...


P = TypeVar("P", bound=Parameters)


class Averaging(ResumableEngine, Generic[P]):
    """An engine that trains as the one it wraps, and predicts with the mean of its parameters once there is one."""

    def __init__(
        self, engine: ScheduledEngine, read: Callable[[], P], share: float = 0.0,
        y_range: tuple[float, float] | None = None,
    ) -> None:  # fmt: skip
        """read: returns the engine's parameters     share: of the schedule's steps, at its end; 0: nothing is averaged
        y_range: the range of scores; None: they are not squashed
        """
        self._engine, self._read, self._share, self._y_range = engine, read, share, y_range
        self._from, self._done = 0, 0  # steps of the schedule: where averaging begins, and those done
        self._n, self._mean = 0, list[FloatArray]()  # of the parameters that were averaged so far

    @property
    def n_steps(self) -> int:
        return self._engine.n_steps

    @property
    def parameters(self) -> P:
        """The mean; before averaging begins, the engine's own parameters, which may be views."""
        now = self._read()
        return _like(now, iter(self._mean)) if self._n else now

    def begin(self, schedule: Schedule, weight_decay: float) -> None:
        """Start the engine on a schedule, and forget the mean; the last `share` of the steps is averaged."""
        self._engine.begin(schedule, weight_decay)
        self._from, self._done = round(len(schedule.rates) * (1 - self._share)), 0
        self._n, self._mean = 0, []

    def run(self, epoch: int, start: int, end: int) -> FloatArray:
        """Train on the steps start..end-1 of an epoch, then add the parameters to the mean where averaging has begun.

        Returns the loss of each step, (end - start,).
        """
        losses = self._engine.run(epoch, start, end)
        self._done += end - start
        if self._share and self._done > self._from:
            self._add()
        return losses

    def _add(self) -> None:
        self._n += 1
        if self._n == 1:
            self._mean = [array.copy() for array in _arrays(self._read())]
            return
        for mean, array in zip(self._mean, _arrays(self._read()), strict=True):
            mean += (array - mean) / np.float32(self._n)

    def predict(self, user_idx: IntArray, item_idx: IntArray) -> FloatArray:
        """(b,) scores of pairs with `parameters`."""
        if self._n:
            return self.parameters.scores(user_idx, item_idx, self._y_range)
        return self._engine.predict(user_idx, item_idx)

    def state(self) -> dict[str, Array]:
        means = {f"mean.{at}": array.copy() for at, array in enumerate(self._mean)}
        return self._engine.state() | means | {"averaging": np.array([self._done, self._n])}

    def wrong_with(self, state: Mapping[str, Array], n_epochs_done: int) -> str:
        means = {f"mean.{at}": array for at, array in enumerate(_arrays(self._read()))}
        needed = self.state() | (means if state.keys() & means.keys() else {})
        wrong = wrong_with_state(state, needed, n_epochs_done * self.n_steps)
        if not wrong and (state["averaging"][1] > 0) != ("mean.0" in state):
            return "the mean of its parameters is missing, or is of nothing"
        return wrong

    def restore(self, state: dict[str, Array]) -> None:
        self._engine.restore(state)
        self._done, self._n = state["averaging"].tolist()
        n_means = sum(name.startswith("mean.") for name in state)
        self._mean = [state[f"mean.{at}"].copy() for at in range(n_means)]


def _arrays(parameters: Any) -> Iterator[FloatArray]:
    """The arrays in nested named tuples, in order."""
    if isinstance(parameters, np.ndarray):
        yield parameters
    elif isinstance(parameters, tuple):
        for part in parameters:
            yield from _arrays(part)


def _like(parameters: Any, arrays: Iterator[FloatArray]) -> Any:
    """The same nested named tuples with these arrays in place of their own."""
    if isinstance(parameters, np.ndarray):
        return next(arrays)
    if not isinstance(parameters, tuple):
        return parameters
    parts = [_like(part, arrays) for part in parameters]
    return type(parameters)(*parts) if hasattr(parameters, "_fields") else tuple(parts)
