"""Looking in on training after every epoch: the course's callbacks, as far as ratings need them."""

from typing import Any, Literal, Protocol

from cofactor.collab.recorder import Recorder
from cofactor.errors import BadOption
from cofactor.run.stopping import EarlyStopping

__all__ = ["Callback", "CancelFitException", "EarlyStoppingCallback", "SaveModelCallback"]


class CancelFitException(Exception):
    """Raised by a callback to stop training after this epoch."""


class WatchedLearner(Protocol):
    """The parts of a learner that the callbacks here use."""

    recorder: Recorder

    def save(self, file: str, with_opt: bool = True) -> Any:
        """Write the model's parameters to this file."""
        ...

    def load(self, file: str, with_opt: bool = True) -> Any:
        """Read the model's parameters from this file."""
        ...


class Callback:
    """Subclass it and override an event; `self.learn` is the learner, whose model is current."""

    learn: Any  # the `Learner`; a `WatchedLearner` to the callbacks here

    def before_fit(self) -> None:
        """Called once, before the first epoch."""

    def after_epoch(self) -> None:
        """Called after every epoch; raise `CancelFitException` to stop there."""

    def after_fit(self) -> None:
        """Called once, after the last epoch, also of a fit that was stopped."""


class _Tracker(Callback):
    """Watches a column of the table, the lower the better for losses and errors."""

    learn: WatchedLearner

    def __init__(self, monitor: str, comp: Literal["lower", "higher"], min_delta: float, patience: int) -> None:
        self.monitor = monitor
        self._watch = EarlyStopping(patience=patience, better=comp, least=min_delta)

    def before_fit(self) -> None:
        self._watch.reset()
        columns = self.learn.recorder.metric_names[1:-1]
        if self.monitor not in columns:
            raise BadOption(f"monitor={self.monitor!r} is no column of the table. It has {', '.join(columns)}.")

    def note(self) -> bool:
        """Record this epoch's value; True where it is the best so far."""
        recorder = self.learn.recorder
        value = recorder.final_record[recorder.metric_names[1:-1].index(self.monitor)]
        if value is None:
            raise BadOption(f"{self.monitor} is not measured without validation ratings. Give valid_pct above 0.")
        return self._watch.note(len(recorder.values) - 1, value)


class EarlyStoppingCallback(_Tracker):
    """Stop where `monitor` has not improved by min_delta for `patience` epochs."""

    def __init__(
        self, monitor: str = "valid_loss", comp: Literal["lower", "higher"] = "lower", min_delta: float = 0.0,
        patience: int = 1,
    ) -> None:  # fmt: skip
        super().__init__(monitor, comp, min_delta, patience)

    def after_epoch(self) -> None:
        self.note()
        if self._watch.is_over:
            raise CancelFitException


class SaveModelCallback(_Tracker):
    """Save the model whenever `monitor` improves, and load the best one at the end."""

    def __init__(
        self, monitor: str = "valid_loss", comp: Literal["lower", "higher"] = "lower", min_delta: float = 0.0,
        fname: str = "model",
    ) -> None:  # fmt: skip
        super().__init__(monitor, comp, min_delta, patience=1)
        self.fname = fname

    def after_epoch(self) -> None:
        if self.note():
            self.learn.save(self.fname, with_opt=False)

    def after_fit(self) -> None:
        self.learn.load(self.fname, with_opt=False)
