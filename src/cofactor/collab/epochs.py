"""Epochs as a learner's callbacks see them: training, then validation, each of which one of them may cut short."""

from typing import Any

import numpy as np
import torch

from cofactor.arrays import Array, FloatArray
from cofactor.collab.batchwise import BatchwiseEngine
from cofactor.collab.engines import AnEngine, put_in, take_out
from cofactor.collab.events import CancelEpochException, CancelTrainException, CancelValidException, around
from cofactor.training.engines.fused_perceptron import FusedPerceptron
from cofactor.training.schedule import Schedule, constant

__all__ = ["CourseEpochs"]


class CourseEpochs:
    """An engine, for the one training loop, that tells a learner's callbacks of its epochs.

    Where the learner has callbacks, its model is current at every event of an epoch, and what they change in it or, of
    a fit at one rate, in the optimiser's hyperparameters counts from the next epoch on.
    """

    def __init__(
        self, engine: AnEngine, learn: Any, plan: Schedule, weight_decay: float, *, is_scheduled: bool
    ) -> None:
        self._engine, self._learn, self._plan, self._decay = engine, learn, plan, weight_decay
        self._is_scheduled = is_scheduled
        self._first: int | None = None  # the number of the first epoch
        self._next = 0  # step of the plan
        self._cancelled = ""  # the part of the latest epoch that a callback has cut short
        self.measured: dict[str, float] = {}
        if isinstance(engine, BatchwiseEngine):
            engine.is_scheduled = is_scheduled
        engine.begin(plan, weight_decay)

    @property
    def n_steps(self) -> int:
        """The number of steps in one epoch."""
        return self._engine.n_steps

    def run(self, epoch: int, start: int, end: int) -> FloatArray:
        """Train on the steps start..end-1 of an epoch; returns the loss of each that was made."""
        losses = np.zeros(0, np.float32)
        try:
            if start == 0:
                self._begin_epoch(epoch)
            if not self._cancelled:
                losses = self._run(epoch, start, end)
            if end == self.n_steps and not self._cancelled:
                self._say("after_train")
        except CancelTrainException:
            self._cancel("train")
            self._say("after_train")
        except CancelEpochException:
            self._cancel("epoch")
        return losses

    def validate(self) -> float | None:
        """The validation loss, None where there is none; the metrics stand in `measured`."""
        self.measured = {}
        found: list[float] = []
        self._learn.training = False
        if self._cancelled != "epoch":
            try:
                around(self._say, "validate", lambda: found.extend(self._losses()), CancelValidException)
            except CancelEpochException:
                self._cancel("epoch")
        if not found:
            return None
        names = self._learn.recorder.metric_names[3:-1]
        self.measured = dict(zip(names, found[1:], strict=True))
        return found[0]

    def state(self) -> dict[str, Array]:
        """The engine's state."""
        return self._engine.state()

    def restore(self, state: dict[str, Array]) -> None:
        """Restore the engine's state."""
        self._engine.restore(state)

    def _begin_epoch(self, epoch: int) -> None:
        learn = self._learn
        self._first = epoch if self._first is None else self._first
        if self._cancelled:  # steps were left out, but the plan is one of all epochs
            self._next, self._cancelled = (epoch - self._first) * self.n_steps, ""
            self._engine.begin(self._plan.part(self._next, len(self._plan.rates)), self._decay)
        learn.epoch, learn.n_iter, learn.training = epoch, self.n_steps, True
        learn.pct_train = epoch / learn.n_epoch
        self._say("before_epoch")
        self._say("before_train")
        if learn.cbs:
            self._take_changes()

    def _take_changes(self) -> None:
        """What callbacks have changed: parameters, and hyperparameters of a fit that follows no schedule."""
        put_in(self._learn.model, self._engine)
        hypers, rest = self._learn.opt.hypers[-1], self._plan.part(self._next, len(self._plan.rates))
        if self._is_scheduled or (hypers["lr"], hypers["wd"]) == (rest.rates[0], self._decay):
            return
        rest, self._decay = constant(len(rest.rates), hypers["lr"], momentum=hypers["mom"]), hypers["wd"]
        self._plan = Schedule(*(np.append(old[: self._next], new) for old, new in zip(self._plan, rest, strict=True)))
        self._engine.begin(rest, self._decay)

    def _run(self, epoch: int, start: int, end: int) -> FloatArray:
        learn = self._learn
        losses = self._engine.run(epoch, start, end)
        if not isinstance(self._engine, BatchwiseEngine):
            plan = self._plan.part(self._next, self._next + end - start)
            learn.note_steps(losses.tolist(), plan.rates.tolist(), plan.momenta.tolist())
            learn.opt.set_hypers(lr=float(plan.rates[-1]), mom=float(plan.momenta[-1]), wd=self._decay)
            if end == self.n_steps and learn.cbs:
                take_out(learn.model, self._engine)
        self._next += end - start
        return losses

    def _losses(self) -> list[float]:
        """By the engine's own predictions where it has them: they are made without starting torch's threads."""
        learn, engine, table = self._learn, self._engine, self._learn.dls.valid_ds
        if not len(table):
            return []
        if isinstance(engine, BatchwiseEngine):
            return learn.losses_on(learn.dls.valid)
        if learn.cbs:
            put_in(learn.model, engine)
        scores = torch.from_numpy(engine.predict(*table.codes.T))
        shaped = scores[:, None] if isinstance(engine, FusedPerceptron) else scores
        return learn.losses_of(shaped, table.batch(slice(None))[1])

    def _cancel(self, part: str) -> None:
        self._cancelled = part
        take_out(self._learn.model, self._engine)
        self._say(f"after_cancel_{part}")

    def _say(self, event: str) -> None:
        self._learn(event)
