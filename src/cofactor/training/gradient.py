"""What every model trained by gradients shares: its options, `fit` by the one loop, `lr_find`, resume."""

from abc import abstractmethod
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Self, TypeVar

import numpy as np

from cofactor.data.expecting import expect_path, expect_ratings
from cofactor.errors import BadCheckpoint, BadOption, MissingExtra, shown
from cofactor.recommender import Recommender
from cofactor.run.run import Run
from cofactor.run.stopping import EarlyStopping
from cofactor.training.checkpoint import load_checkpoint, save_checkpoint
from cofactor.training.schedule import SCHEDULED, ScheduleName, schedule

if TYPE_CHECKING:
    from cofactor.arrays import Array
    from cofactor.data.ratings import Ratings
    from cofactor.run.epoch import Epoch
    from cofactor.training.averaging import Averaging, Parameters
    from cofactor.training.lr_find import LearningRates

__all__ = ["GradientRecommender", "check_engine", "need_torch"]

P = TypeVar("P", bound="Parameters")

COPIES = 5  # of each parameter, in training: itself, two moments, the best so far, the mean
STEPS_AN_EPOCH = 1250  # of the lecture: 80 000 ratings in batches of 64


@dataclass(kw_only=True)
class GradientRecommender(Recommender, Generic[P]):
    """A model whose parameters an engine trains; it says which engine (`_engine`) and takes what it found (`_take`)."""

    effort: ClassVar = "n_epochs"

    y_range: tuple[float, float] | None = None  # scores are squashed into it; a little wider than the ratings
    n_epochs: int = 5
    learning_rate: float = 5e-3  # the highest, of one_cycle
    weight_decay: float = 0.1  # Adam: decoupled; sgd: λ of each rating's own step
    batch_size: int | None = None  # None: 64, and more where an epoch would have over 1250 steps
    schedule: ScheduleName = "one_cycle"  # of the learning rate: one_cycle, constant, flat_cosine
    averaged: float = 0.0  # Adam: over so much of training, its end, parameters are averaged; 0: the last ones are kept
    seed: int = 0

    @abstractmethod
    def _engine(self, train: "Ratings") -> "Averaging[P]":
        """Parameters at their start, with the ratings to train on."""

    @abstractmethod
    def _take(self, trained: P, train: "Ratings") -> None:
        """Set what `learned` names."""

    def fit(
        self, train: "Ratings", *, validation: "Ratings | None" = None, progress: bool | None = None,
        early_stopping: EarlyStopping | None = None, checkpoint: str | Path | None = None,
    ) -> Self:  # fmt: skip
        """Train by gradient descent; `history_` keeps the losses of every epoch.

        validation: watched after every epoch, never learned from; those by users and of items that `train` does not
            hold are left aside
        early_stopping: stop by its metric, and keep the parameters of its best epoch
        checkpoint: a file written after every epoch; where it exists, training goes on from it, bit by bit as if
            it had never stopped
        """
        if checkpoint is not None:
            expect_path(checkpoint, "fit keeps a checkpoint at")
        if early_stopping is not None and not isinstance(early_stopping, EarlyStopping):
            raise BadOption(f"early_stopping is a cf.EarlyStopping(…), but {shown(early_stopping)} came.")
        kept = Path(checkpoint) if checkpoint else None
        run = Run(validation=validation, progress=progress, early_stopping=early_stopping, checkpoint=kept)
        self.learn(train, run)
        run.warn_if_interrupted()
        return self

    def take(self, trained: P, train: "Ratings") -> Self:
        """Be the model of these parameters, trained on these ratings."""
        self._conform_options()
        self.ratings_ = train
        with self._finite():
            self._take(trained, train)
        return self

    def lr_find(
        self, train: "Ratings", *, start: float = 1e-7, end: float = 10.0, n_steps: int = 100
    ) -> "LearningRates":
        """The learning-rate range test on these ratings; the model stays as it is."""
        from cofactor.training.lr_find import find_learning_rate

        self._conform_options()
        expect_ratings(train, "lr_find tries rates on")
        engine, decay = self._engine(train), self.weight_decay
        return find_learning_rate(engine, start=start, end=end, n_steps=n_steps, weight_decay=decay)

    def _fit(self, train: "Ratings", run: Run) -> None:
        from cofactor.training.loop import train as train_epochs

        engine = self._engine(train)
        engine.begin(schedule(self.schedule, self.n_epochs * engine.n_steps, self.learning_rate), self.weight_decay)
        self._best: dict[str, Array] | None = None
        if run.early_stopping:
            run.early_stopping.reset()
        done = self._resume(engine, train, run)

        def after_epoch(epoch: "Epoch") -> bool:
            go_on = self._go_on(engine, train, run.early_stopping, epoch)
            self._keep(engine, train, run, epoch.number + 1)
            return go_on

        watch = _watched(run.validation, train)
        valid_loss = (lambda: self._loss(engine, watch)) if watch is not None else None
        shown = run.shown(self.n_epochs, type(self).__name__)
        self.history_: list[Epoch] = train_epochs(
            engine, self.n_epochs, run, first=done, progress=shown, valid_loss=valid_loss, after_epoch=after_epoch
        )
        if self._best is not None:
            engine.restore(self._best)
        self._take(engine.parameters, train)

    def _loss(self, engine: "Averaging[P]", ratings: "Ratings") -> float:
        error = engine.predict(ratings.user_idx, ratings.item_idx) - ratings.values
        return float(np.mean(np.square(error), dtype=np.float64))

    def _go_on(
        self, engine: "Averaging[P]", train: "Ratings", stopping: "EarlyStopping | None", epoch: "Epoch"
    ) -> bool:
        if stopping is None:
            return True
        if stopping.metric is not None:
            self._take(engine.parameters, train)
            value = stopping.metric(self)
        elif epoch.valid_loss is not None:
            value = epoch.valid_loss
        else:
            raise BadOption("Early stopping by the validation loss needs fit(..., validation=ratings).")
        if stopping.note(epoch.number, value):
            self._best = engine.state()
        return not stopping.is_over(epoch.number)

    def _identity(self, train: "Ratings") -> dict[str, Any]:
        """What another training must share to go on from this one's checkpoint."""
        return self.options() | {"data": train.fingerprint, "model": type(self).__name__}

    def _keep(self, engine: "Averaging[P]", train: "Ratings", run: Run, n_done: int) -> None:
        if run.checkpoint:
            best = {f"best.{name}": array for name, array in (self._best or {}).items()}
            seen = {"seen": np.array(run.early_stopping.seen)} if run.early_stopping else {}
            save_checkpoint(run.checkpoint, engine.state() | best | seen, n_done, self._identity(train))

    def _resume(self, engine: "Averaging[P]", train: "Ratings", run: Run) -> int:
        found = load_checkpoint(run.checkpoint, self._identity(train)) if run.checkpoint else None
        if found is None:
            return 0
        state, n_done = found
        best = {name[5:]: state.pop(name) for name in list(state) if name.startswith("best.")}
        seen = state.pop("seen", np.zeros(0))  # of a training that stopping did not watch, nothing
        wrong = self._not_resumable(engine, state, best, seen, n_done)
        if wrong:
            raise BadCheckpoint(f"{run.checkpoint} is damaged: {wrong}. Delete it to start afresh.")
        engine.restore(state)
        if run.early_stopping:
            for epoch, value in enumerate(seen.tolist()):
                run.early_stopping.note(epoch, value)
            self._best = best or None
        return n_done

    def _not_resumable(
        self, engine: "Averaging[P]", state: "dict[str, Array]", best: "dict[str, Array]", seen: "Array", n_done: int
    ) -> str:
        """Why the engine, which knows what its kernels read, cannot have been in that state; nothing where it can."""
        wrong = engine.wrong_with(state, n_done * engine.n_steps)
        if not 0 < n_done <= self.n_epochs or seen.dtype != np.float64 or seen.shape not in ((n_done,), (0,)):
            wrong = f"it says that {n_done} of {self.n_epochs} epochs are done"
        if best and not wrong:
            steps = best["averaging"][:1].tolist() if "averaging" in best else []
            done = [number * engine.n_steps for number in range(1, n_done + 1)]
            wrong = engine.wrong_with(best, steps[0]) if steps and steps[0] in done else "its best epoch is none"
        return wrong

    def needed_gb(self, train: "Ratings") -> float:
        """The parameters with Adam's memory of them and a copy, and the schedule's numbers of every step, in GB."""
        n_steps = self.n_epochs * -(-len(train) // self._batch_size(len(train)))
        return (4 * COPIES * self._n_parameters(train) + SCHEDULED * n_steps) / 1e9

    @abstractmethod
    def _n_parameters(self, train: "Ratings") -> int:
        """How many numbers are trained, about."""

    def _batch_size(self, n: int) -> int:
        """Ratings in a batch, at most all n: arrays are made for so many."""
        return min(self.batch_size or max(64, round(n / STEPS_AN_EPOCH)), max(1, n))

    def _check_options(self) -> None:
        counts = {"n_epochs": self.n_epochs, "batch_size": self.batch_size or 1}
        for name, value in counts.items():
            if value < 1:
                raise BadOption(f"{name} must be at least 1, but {value} came.")
        if not (self.learning_rate > 0 and self.weight_decay >= 0):
            raise BadOption(
                f"learning_rate must be above 0 and weight_decay 0 or more, "
                f"but {self.learning_rate} and {self.weight_decay} came."
            )
        if not 0 <= self.averaged < 1:
            raise BadOption(f"averaged is a share of training, at least 0 and below 1, but {self.averaged} came.")
        if self.y_range is not None and not self.y_range[0] < self.y_range[1]:
            raise BadOption(f"y_range goes from low to high, such as (0, 5.5), but {self.y_range} came.")


def _watched(validation: "Ratings | None", train: "Ratings") -> "Ratings | None":
    """The validation ratings in the indices of `train`; raises `BadOption` where it knows none of their pairs."""
    if validation is None or not len(validation):
        return None
    if validation.users is train.users and validation.items is train.items:
        return validation
    from cofactor.data.alignment import seen_as

    user_idx, item_idx = seen_as(validation, train)
    known = np.flatnonzero((user_idx >= 0) & (item_idx >= 0))
    if not len(known):
        raise BadOption("No validation rating is by a user and of an item that the training ratings hold.")
    at, values = {"user_idx": user_idx[known], "item_idx": item_idx[known]}, validation.values_of(known)
    return replace(train, **at, values=values, timestamps=None)


def check_engine(engine: str, device: str) -> None:
    """Raises `BadOption` for an engine that cannot run there."""
    if device != "cpu" and engine == "fused":
        raise BadOption(f"The fused engine runs on the CPU. For device={device!r} use engine='torch'.")


def need_torch() -> None:
    """Raises `MissingExtra` where there is no torch to train with; who only asks a model needs none."""
    if not find_spec("torch"):
        raise MissingExtra("engine='torch'", "neural")
