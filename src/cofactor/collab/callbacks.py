"""Callbacks that watch a column of the table: to keep the best model, to stop, to lower the rate."""

from collections.abc import Callable as Function
from typing import Any, Literal, TypeAlias

import numpy as np

from cofactor.collab.events import Callback, CancelFitException
from cofactor.collab.metrics import is_better_lower
from cofactor.errors import BadOption
from cofactor.run.stopping import EarlyStopping

__all__ = ["EarlyStoppingCallback", "ReduceLROnPlateau", "SaveModelCallback", "TrackerCallback"]

Comp: TypeAlias = Literal["lower", "higher"] | Function[..., Any] | None


class TrackerCallback(Callback):
    """Watches a column of the table, `monitor`; `best` is its best value so far, `new_best` whether that is this one.

    comp: which values are better, "lower" (np.less) or "higher" (np.greater); None: lower for losses and errors, as
        their names tell, rmse and mae among them
    min_delta: an improvement smaller than this is none     reset_on_fit: False: what earlier fits reached counts too
    Raises `BadOption` for another `comp`, and when training begins or goes on, for a `monitor` that is no column or is
    not measured.
    """

    order = 60

    def __init__(
        self, monitor: str = "valid_loss", comp: Comp = None, min_delta: float = 0.0, reset_on_fit: bool = True,
        patience: int = 1,
    ) -> None:  # fmt: skip
        super().__init__()
        self.monitor, self.min_delta, self.reset_on_fit, self.new_best = monitor, min_delta, reset_on_fit, False
        self._watch = EarlyStopping(patience=patience, better=_which_is_better(comp, monitor), least=min_delta)

    @property
    def best(self) -> float:
        """The best value so far; nan before the first."""
        return self._watch.best

    def before_fit(self) -> None:
        """Begin to watch; raises `BadOption` for a `monitor` that is no column."""
        if self.reset_on_fit or not self._watch.seen:
            self._watch.reset()
        columns = self.learn.recorder.metric_names[1:-1]
        if self.monitor not in columns:
            raise BadOption(f"monitor={self.monitor!r} is no column of the table. It has {', '.join(columns)}.")

    def after_epoch(self) -> None:
        """Take this epoch's value; raises `BadOption` where it is not measured."""
        recorder = self.learn.recorder
        record, at = recorder.final_record, recorder.metric_names[1:-1].index(self.monitor)
        if at >= len(record) or record[at] is None:
            raise BadOption(f"{self.monitor} is not measured without validation ratings. Give valid_pct above 0.")
        self.new_best = self._watch.note(self.learn.epoch, record[at])


class EarlyStoppingCallback(TrackerCallback):
    """Stop where `monitor` has not improved by min_delta for `patience` epochs."""

    order = 63

    def __init__(
        self, monitor: str = "valid_loss", comp: Comp = None, min_delta: float = 0.0, patience: int = 1,
        reset_on_fit: bool = True,
    ) -> None:  # fmt: skip
        super().__init__(monitor, comp, min_delta, reset_on_fit, patience)

    def after_epoch(self) -> None:
        """Stop after `patience` epochs without a new best."""
        super().after_epoch()
        if self._watch.is_over:
            print(f"No improvement since epoch {self._watch.best_epoch}: early stopping")
            raise CancelFitException


class SaveModelCallback(TrackerCallback):
    """Save the model whenever `monitor` improves, and load the best one at the end.

    fname: the file, in the learner's folder of models     every_epoch: True, or after so many epochs: save the model
        then in place of that, under fname and the epoch's number     at_end: save it once more under fname at the end
    with_opt: the optimiser's memory, too
    """

    order = 61

    def __init__(
        self, monitor: str = "valid_loss", comp: Comp = None, min_delta: float = 0.0, fname: str = "model",
        every_epoch: bool | int = False, at_end: bool = False, with_opt: bool = False, reset_on_fit: bool = True,
    ) -> None:  # fmt: skip
        super().__init__(monitor, comp, min_delta, reset_on_fit)
        self.fname, self.every_epoch, self.at_end, self.with_opt = fname, int(every_epoch), at_end, with_opt

    def after_epoch(self) -> None:
        """Save the model if it is the best, or its turn has come."""
        if self.every_epoch:
            if self.learn.epoch % self.every_epoch == 0:
                self.learn.save(f"{self.fname}_{self.learn.epoch}", with_opt=self.with_opt)
            return
        super().after_epoch()
        if self.new_best:
            print(f"Better model found at epoch {self.learn.epoch} with {self.monitor} value: {self.best}.")
            self.learn.save(self.fname, with_opt=self.with_opt)

    def after_fit(self) -> None:
        """Load the best model, or save the last."""
        if self.at_end:
            self.learn.save(self.fname, with_opt=self.with_opt)
        elif not self.every_epoch and self._watch.best_epoch >= 0:
            self.learn.load(self.fname, with_opt=self.with_opt)


class ReduceLROnPlateau(TrackerCallback):
    """Divide the learning rate by `factor`, down to min_lr, after `patience` epochs without improvement.

    It has an effect on `fit`, whose rate is not on a schedule.
    """

    order = 62

    def __init__(
        self, monitor: str = "valid_loss", comp: Comp = None, min_delta: float = 0.0, patience: int = 1,
        factor: float = 10.0, min_lr: float = 0.0, reset_on_fit: bool = True,
    ) -> None:  # fmt: skip
        super().__init__(monitor, comp, min_delta, reset_on_fit)
        self.patience, self.factor, self.min_lr, self._n_waited = patience, factor, min_lr, 0

    def before_fit(self) -> None:
        """Begin to wait."""
        super().before_fit()
        self._n_waited = 0

    def after_epoch(self) -> None:
        """Lower the rate where it has waited long enough."""
        super().after_epoch()
        self._n_waited = 0 if self.new_best else self._n_waited + 1
        if self._n_waited == self.patience:
            self._n_waited = 0
            rate = max(self.learn.opt.hypers[-1]["lr"] / self.factor, self.min_lr)
            self.learn.opt.set_hyper("lr", rate)
            print(f"Epoch {self.learn.epoch}: reducing lr to {rate}")


def _which_is_better(comp: Comp, monitor: str) -> Literal["lower", "higher"]:
    if comp is None:
        return "lower" if is_better_lower(monitor) else "higher"
    if comp in ("lower", np.less):
        return "lower"
    if comp in ("higher", np.greater):
        return "higher"
    raise BadOption(f"comp is 'lower' or np.less, 'higher' or np.greater, or None, but {comp!r} came.")
