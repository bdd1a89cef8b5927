"""What the training loop drives: engines, which hold parameters, data and optimiser, and train on the steps asked for.

`Engine` is all that the loop needs. An engine that follows a learning-rate schedule is a `ScheduledEngine`; one that
can be supervised, that is stopped early and carried on from a checkpoint, is a `ResumableEngine`.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

from cofactor.arrays import Array, FloatArray, IntArray
from cofactor.training.checkpoint import wrong_with_state
from cofactor.training.schedule import Schedule

__all__ = ["Engine", "ResumableEngine", "ScheduledEngine"]


class Engine(Protocol):
    """Parameters, data and optimiser; it knows neither the number of epochs nor who is watching."""

    @property
    def n_steps(self) -> int:
        """Steps of one epoch."""
        ...

    def run(self, epoch: int, start: int, end: int) -> FloatArray:
        """Train on the steps start..end-1 of an epoch; returns the loss of each, (end - start,)."""
        ...

    def state(self) -> dict[str, Array]:
        """Everything that the next step depends on, as copies."""
        ...

    def restore(self, state: dict[str, Array]) -> None:
        """Be as when `state` was taken; of a `ScheduledEngine` after `begin` with the same schedule."""
        ...


class ScheduledEngine(Engine, Protocol):
    """Gradient descent, whose learning rate follows a schedule."""

    def begin(self, schedule: Schedule, weight_decay: float) -> None:
        """Train by this schedule from now on, whose first step is the next one; the optimiser's memory stays.

        Batches are asked for anew: a plan of as many rows, in batches of one size, may have taken the old one's place.
        """
        ...

    def predict(self, user_idx: IntArray, item_idx: IntArray) -> FloatArray:
        """Scores of pairs with the parameters as they are now, (b,), (b,) -> (b,)."""
        ...


class ResumableEngine(Engine, Protocol):
    """An engine that a model is trained with: it checks states that it did not write, and can go back to an epoch."""

    def wrong_with(self, state: Mapping[str, Array], n_epochs_done: int) -> str:
        """Why an engine like this cannot have been in that state after so many epochs; "" if it can."""
        return wrong_with_state(state, self.state(), n_epochs_done * self.n_steps)

    def is_measured(self, epoch: int) -> bool:
        """True where early stopping measures the model after this epoch."""
        return True

    def mark(self) -> dict[str, Array]:
        """The arrays from which `go_back` restores the present parameters."""
        return self.state()

    def go_back(self, mark: dict[str, Array]) -> None:
        """Have the parameters of when `mark` was taken; training does not go on from there."""
        self.restore(mark)

    def wrong_with_mark(self, mark: Mapping[str, Array], n_epochs_done: int) -> str:
        """Why `mark` cannot have been taken after so many epochs; "" if it can."""
        return self.wrong_with(mark, n_epochs_done)

    def session(self) -> AbstractContextManager[None]:
        """Entered for as long as the model is trained."""
        return nullcontext()
