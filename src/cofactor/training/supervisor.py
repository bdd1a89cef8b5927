"""Early stopping and checkpoints, after every epoch of a training."""

from collections.abc import Callable
from typing import Any

import numpy as np

from cofactor.arrays import Array
from cofactor.errors import BadCheckpoint
from cofactor.run.epoch import Epoch
from cofactor.run.run import Run
from cofactor.training.checkpoint import load_checkpoint, save_checkpoint
from cofactor.training.engine import ResumableEngine

__all__ = ["Supervisor"]


class Supervisor:
    """Ends training early, remembers the best epoch, and writes and reads the checkpoint of one fit."""

    def __init__(
        self, engine: ResumableEngine, run: Run, n_epochs: int, identity: Callable[[], dict[str, Any]],
        measure: Callable[[Epoch], float],
    ) -> None:  # fmt: skip
        """identity: what another training must share to resume from this one's checkpoint; called if there is one
        measure: the measure that early stopping watches, of the model after an epoch
        """
        self.engine, self.run, self._n_epochs, self._measure = engine, run, n_epochs, measure
        self._stopping, self._path = run.early_stopping, run.checkpoint
        self._identity = identity() if run.checkpoint else {}  # the data's fingerprint takes a pass over them
        self._best: dict[str, Array] | None = None
        if self._stopping:
            self._stopping.reset()

    @property
    def is_over(self) -> bool:
        """True where early stopping has ended training."""
        return self._stopping is not None and self._stopping.is_over

    def after_epoch(self, epoch: Epoch) -> bool:
        """Measure the model, and write the checkpoint; False where training ends here."""
        stopping = self._stopping if self.engine.is_measured(epoch.number) else None
        if stopping and stopping.note(epoch.number, self._measure(epoch)):
            self._best = self.engine.mark()
        if self._path:
            self._save(self._path, epoch.number + 1)
        return not self.is_over

    def go_back_to_best(self) -> None:
        """Restore the parameters of the best epoch, where early stopping has seen one."""
        if self._best is not None:
            self.engine.go_back(self._best)

    def _save(self, path: Any, n_done: int) -> None:
        best = {f"best.{name}": array for name, array in (self._best or {}).items()}
        watched = dict[str, Array]()
        if self._stopping:
            watched = {
                "seen": np.array(self._stopping.seen, np.float64),
                "best_epoch": np.array(self._stopping.best_epoch),
            }
        save_checkpoint(path, self.engine.state() | best | watched, n_done, self._identity)

    def resume(self) -> int:
        """The number of epochs done in the checkpoint, from which the engine is restored; 0 where there is none.

        Raises `BadCheckpoint` for one of another training, and for one that no such training can have written.
        """
        found = load_checkpoint(self._path, self._identity) if self._path else None
        if found is None:
            return 0
        state, n_done = found
        best = {name[5:]: state.pop(name) for name in list(state) if name.startswith("best.")}
        # without early stopping there are no values
        seen, best_epoch = state.pop("seen", np.zeros(0)), state.pop("best_epoch", np.array(-1))
        wrong = self._wrong_with(state, seen, n_done)
        if not wrong and self._stopping:
            wrong = self._wrong_with_best(best, seen, best_epoch, n_done)
        if wrong:
            raise BadCheckpoint(f"{self._path} is damaged: {wrong}. Delete it to start afresh.")
        self.engine.restore(state)
        return n_done

    def _wrong_with(self, state: dict[str, Array], seen: Array, n_done: int) -> str:
        """Why the engine cannot have been in that state after so many epochs; "" if it can."""
        n_measured = sum(map(self.engine.is_measured, range(max(0, min(n_done, self._n_epochs)))))
        if not 0 < n_done <= self._n_epochs or seen.dtype != np.float64 or seen.shape not in ((n_measured,), (0,)):
            return f"it says that {n_done} of {self._n_epochs} epochs are done"
        return self.engine.wrong_with(state, n_done)

    def _wrong_with_best(self, best: dict[str, Array], seen: Array, best_epoch: Array, n_done: int) -> str:
        """The same of the best epoch, which early stopping finds again from the values seen.

        Raises `BadCheckpoint` where it finds another one: the checkpoint is of another early stopping.
        """
        assert self._stopping is not None
        for epoch, value in zip(filter(self.engine.is_measured, range(n_done)), seen.tolist(), strict=False):
            self._stopping.note(epoch, value)
        if not np.array_equal(best_epoch, self._stopping.best_epoch):
            raise BadCheckpoint(
                f"{self._path} was written with another early stopping: its best epoch is {best_epoch}, by this one it "
                f"is {self._stopping.best_epoch}. Give the same patience, better and least, or delete it."
            )
        if not best:
            return "" if self._stopping.best_epoch < 0 else "its best epoch is missing"
        wrong = self.engine.wrong_with_mark(best, self._stopping.best_epoch + 1)
        self._best = best
        return f"its best epoch is none of this training: {wrong}" if wrong else ""
