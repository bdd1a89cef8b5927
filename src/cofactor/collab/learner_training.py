"""A learner's training: the course's method names over the one training loop."""

import warnings
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Self, TypeAlias

from cofactor.collab.batchwise import BatchwiseEngine
from cofactor.collab.engines import AnEngine, can_be_fused, engine_for, put_in, take_out
from cofactor.collab.epoch_table import shown_training
from cofactor.collab.epochs import CourseEpochs
from cofactor.collab.events import BATCH_EVENTS, CancelFitException, around
from cofactor.collab.learner_answers import AnsweringLearner
from cofactor.collab.learner_parts import Callbacks, Moms
from cofactor.collab.loaders import draw_seed
from cofactor.collab.optimizers import AnOptimizer
from cofactor.collab.rate_finder import SuggestFunction, suggested, suggestions, valley
from cofactor.errors import CouldBeFaster, Diverged
from cofactor.run.epoch import Epoch
from cofactor.run.run import Run
from cofactor.training.loop import train
from cofactor.training.lr_find import find_learning_rate
from cofactor.training.schedule import Schedule, constant, flat_cosine, one_cycle

__all__ = ["TrainingLearner"]

Rate: TypeAlias = float | slice | None


class TrainingLearner(AnsweringLearner):
    """A learner as far as it is trained; `model` is always current, and the optimiser's memory goes on."""

    _engine: tuple[Any, AnEngine] | None = None
    _shows_training = True
    _has_said_what_costs_time = False

    def fit(
        self, n_epoch: int, lr: Rate = None, wd: float | None = None, cbs: Callbacks = None, reset_opt: bool = False,
        start_epoch: int = 0,
    ) -> None:  # fmt: skip
        """Train at one learning rate, which a callback may change by `self.opt.set_hyper("lr", rate)`."""

        def shape(n_steps: int) -> Schedule:
            return constant(n_steps, self._rate(lr), momentum=self.own_momentum)

        self._fit(n_epoch, shape, wd, cbs, reset_opt, start_epoch, is_scheduled=False)

    def fit_one_cycle(
        self, n_epoch: int, lr_max: Rate = None, div: float = 25.0, div_final: float = 1e5, pct_start: float = 0.25,
        wd: float | None = None, moms: Moms | None = None, cbs: Callbacks = None, reset_opt: bool = False,
        start_epoch: int = 0,
    ) -> None:  # fmt: skip
        """Train with a rate that rises to lr_max and falls to nearly nothing, the momentum the other way round."""

        def shape(n_steps: int) -> Schedule:
            rate, momenta = self._rate(lr_max), moms or self.moms
            return one_cycle(n_steps, rate, warm_up=pct_start, div=div, div_final=div_final, momenta=momenta)

        self._fit(n_epoch, shape, wd, cbs, reset_opt, start_epoch)

    def fit_flat_cos(
        self, n_epoch: int, lr: Rate = None, pct_start: float = 0.75, wd: float | None = None, cbs: Callbacks = None,
        reset_opt: bool = False, start_epoch: int = 0,
    ) -> None:  # fmt: skip
        """Train at one rate for `pct_start` of the steps, then down a half cosine."""
        self._fit(n_epoch, lambda n: flat_cosine(n, self._rate(lr), flat=pct_start), wd, cbs, reset_opt, start_epoch)

    def fine_tune(
        self, epochs: int, base_lr: float = 2e-3, freeze_epochs: int = 1, pct_start: float = 0.3, div: float = 5.0,
        **kwargs: Any,
    ) -> None:  # fmt: skip
        """One cycle at base_lr, then another at half of it. Nothing here is pretrained, so nothing is frozen."""
        self.fit_one_cycle(freeze_epochs, base_lr, pct_start=0.99, **kwargs)
        self.fit_one_cycle(epochs, base_lr / 2, pct_start=pct_start, div=div, **kwargs)

    def lr_find(
        self, start_lr: float = 1e-7, end_lr: float = 10.0, num_it: int = 100, show_plot: bool = True,
        suggest_funcs: SuggestFunction | Sequence[SuggestFunction] = valley,
    ) -> Any:  # fmt: skip
        """Suggest learning rates from the loss at rising rates, and plot them; model and optimiser stay as they were.

        suggest_funcs: `valley`, `minimum`, `steep`, `slide`, or several; a named tuple has a rate for each
        Callbacks are not called. Raises `BadOption` for rates that do not rise or a num_it out of range.
        """
        engine, hypers = self._ready(reset_opt=False), dict(self._optimizer().hypers[-1])
        if isinstance(engine, BatchwiseEngine):
            engine.is_scheduled = True
        with self._silently():
            found = find_learning_rate(
                engine, start=start_lr, end=end_lr, n_steps=num_it, weight_decay=self._decay(None)
            )
        self._optimizer().set_hypers(**hypers)
        points = suggestions(found, suggest_funcs, num_it)
        rates = {name: rate for name, (rate, _) in points.items()}
        self.recorder.take_search(found, rates)
        if show_plot:
            found.plot(rates)
        return suggested(points)

    def note_steps(self, losses: Sequence[float], rates: Sequence[float], momenta: Sequence[float]) -> None:
        """Take note of steps that an engine has made."""
        if self._is_silent:
            return
        self.recorder.add(losses, rates, momenta)
        self.train_iter += len(losses)
        self.pct_train += len(losses) / (self.n_iter * self.n_epoch)
        self.smooth_loss = self.recorder.losses[-1] if losses else float("nan")

    @contextmanager
    def no_bar(self) -> Generator[Self]:
        """Hide the progress of training inside a `with` block; yields this learner."""
        before, self._shows_training = self._shows_training, False
        try:
            yield self
        finally:
            self._shows_training = before

    no_logging = no_bar

    # ---- one fit ------------------------------------------------------------------------------------------

    def _fit(
        self, n_epoch: int, shape: Callable[[int], Schedule], wd: float | None, cbs: Callbacks, reset_opt: bool,
        start_epoch: int, *, is_scheduled: bool = True,
    ) -> None:  # fmt: skip
        run = Run()
        with self.added_cbs(cbs):
            engine = self._ready(reset_opt)
            plan = shape(n_epoch * engine.n_steps).part(start_epoch * engine.n_steps, n_epoch * engine.n_steps)
            first_step = {"lr": float(plan.rates[0]), "mom": float(plan.momenta[0])} if len(plan.rates) else {}
            self._optimizer().set_hypers(**first_step, wd=self._decay(wd))
            self.n_epoch, self.n_iter, self.train_iter, self.pct_train = n_epoch, engine.n_steps, 0, 0.0
            self.recorder.begin()

            def epochs() -> None:
                before = engine.state()
                try:
                    self._run_epochs(engine, plan, run, start_epoch, is_scheduled)
                except Diverged:
                    engine.restore(before)
                    raise
                finally:  # also where somebody interrupts: what was learned so far stands in the model
                    take_out(self.model, engine)
                    self.training = False

            try:
                around(self, "fit", epochs, CancelFitException)
            finally:
                for one in self.cbs:
                    one.run = True
        run.warn_if_interrupted()

    def _run_epochs(self, engine: AnEngine, plan: Schedule, run: Run, start_epoch: int, is_scheduled: bool) -> None:
        epochs = CourseEpochs(engine, self, plan, self._optimizer().hypers[-1]["wd"], is_scheduled=is_scheduled)

        def after_epoch(epoch: Epoch) -> bool:
            self.recorder.note(epoch)
            self("after_epoch")
            return True

        names, title = self.recorder.metric_names, type(self.model).__name__
        progress = shown_training(self._shows_training, self.n_epoch, title, names)
        train(
            epochs, self.n_epoch, run, first=start_epoch, progress=progress, after_epoch=after_epoch,
            valid_loss=epochs.validate, metrics=lambda: epochs.measured,
        )  # fmt: skip

    def _ready(self, reset_opt: bool) -> AnEngine:
        """The engine at hand, with the model's parameters and a new order of the batches, or a new one."""
        if reset_opt:
            self.create_opt()
        loader, opt, batchwise = self.dls.train, self._optimizer(), self.is_batchwise
        trained = tuple((id(one), one.requires_grad) for one in self.model.parameters())
        made_for = (self.model, self.loss_func, loader, loader.bs, loader.device, opt, batchwise, self.half, trained)
        if self._engine is None or self._engine[0] != made_for:
            self._engine = made_for, engine_for(self, batchwise=batchwise)
            self._say_what_costs_time(batchwise)
        engine = self._engine[1]
        put_in(self.model, engine)
        engine.batches = replace(engine.batches, seed=draw_seed())
        return engine

    def _say_what_costs_time(self, batchwise: bool) -> None:
        """Once, for everybody who could be trained in a fused kernel without such callbacks."""
        if batchwise and can_be_fused(self) and not self._has_said_what_costs_time:
            self._has_said_what_costs_time = True
            names = ", ".join(sorted({one.name for one in self.cbs if any(map(one.handles, BATCH_EVENTS))}))
            warnings.warn(
                CouldBeFaster(
                    f"Callbacks that want every batch ({names}) are called by the readable engine, many times slower "
                    f"than the fused one. Those of an epoch (before_epoch, after_train, after_epoch …) cost nothing."
                ),
                stacklevel=5,
            )

    def _optimizer(self) -> AnOptimizer:
        return self.opt or self.create_opt()

    @contextmanager
    def _silently(self) -> Generator[None]:
        """Tell no callback, and record nothing."""
        self._is_silent = True
        try:
            yield
        finally:
            self._is_silent = False

    def _rate(self, lr: Rate) -> float:
        """A slice's end: there is one group of parameters, and the last group's rate is its own."""
        given = lr.stop if isinstance(lr, slice) else lr
        return self.lr if given is None else float(given)

    def _decay(self, wd: float | None) -> float:
        """The call's, the learner's, or the optimiser's as it stands, which keeps it for later fits."""
        opt = self._optimizer()
        wished = self.wd if wd is None else wd
        if wished is not None:
            opt.set_hyper("wd", wished)
        return float(opt.hypers[-1]["wd"])
