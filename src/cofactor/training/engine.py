"""Engines, which hold parameters, data and optimiser, and make the steps that the training loop asks for.

The loop needs an `Engine`. One that follows a learning-rate schedule is a `ScheduledEngine`; one that can be stopped
early and resumed from a checkpoint is a `ResumableEngine`.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

from cofactor.arrays import Array, FloatArray, IntArray
from cofactor.training.checkpoint import wrong_with_state
from cofactor.training.schedule import Schedule

__all__ = ["Engine", "ResumableEngine", "ScheduledEngine"]


class Engine(Protocol):
    """Parameters, data and optimiser; it does not know the number of epochs."""

    @property
    def n_steps(self) -> int:
        """The number of steps in one epoch."""
        ...

    def run(self, epoch: int, start: int, end: int) -> FloatArray:
        """Train on the steps start..end-1 of an epoch; returns the loss of each, (end - start,)."""
        ...

    def state(self) -> dict[str, Array]:
        """The arrays that the next step depends on, by name, as copies."""
        ...

    def restore(self, state: dict[str, Array]) -> None:
        """Restore the arrays that `state` returned; of a `ScheduledEngine` after `begin` with the same schedule."""
        ...


class ScheduledEngine(Engine, Protocol):
    """An engine of gradient descent, whose learning rate follows a schedule."""

    def begin(self, schedule: Schedule, weight_decay: float) -> None:
        """Follow this schedule from the next step on, which is its first; the optimiser's moments stay.

        Batches are drawn again, as `batches` may have been replaced by others of the same shape.
        """
        ...

    def predict(self, user_idx: IntArray, item_idx: IntArray) -> FloatArray:
        """(b,) scores of pairs of users and items with the present parameters."""
        ...


class ResumableEngine(Engine, Protocol):
    """An engine that checks the states that it is to restore, and can go back to parameters of an earlier epoch."""

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
        """Restore the parameters of a `mark`, for predictions; training cannot continue from there."""
        self.restore(mark)

    def wrong_with_mark(self, mark: Mapping[str, Array], n_epochs_done: int) -> str:
        """Why `mark` cannot have been taken after so many epochs; "" if it can."""
        return self.wrong_with(mark, n_epochs_done)

    def session(self) -> AbstractContextManager[None]:
        """A context manager that is entered for the whole training, for instance to limit BLAS to one thread."""
        return nullcontext()
