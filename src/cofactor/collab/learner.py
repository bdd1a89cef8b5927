"""The course's `Learner`: a module, its batches, and the one training loop behind the course's method names."""

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, TypeVar

import pandas as pd
import torch
from torch import Tensor, nn
from torch.optim import AdamW as Adam

from cofactor.arrays import Id
from cofactor.collab.callbacks import Callback, CancelFitException
from cofactor.collab.course_helpers import first
from cofactor.collab.engines import AnEngine, engine_for, put_in, take_out
from cofactor.collab.files import export, load_state, save_state, with_suffix
from cofactor.collab.lists import L
from cofactor.collab.loaders import DataLoader, DataLoaders, draw_seed
from cofactor.collab.losses import MSELossFlat
from cofactor.collab.metrics import Metric, metric_name
from cofactor.collab.recorder import Recorder
from cofactor.collab.showing import show_frame
from cofactor.errors import BadTable, Diverged, Unsupported
from cofactor.run.epoch import Epoch
from cofactor.run.progress import progress_for
from cofactor.run.run import Run
from cofactor.training.loop import train
from cofactor.training.lr_find import find_learning_rate
from cofactor.training.schedule import Schedule, constant, flat_cosine, one_cycle

if TYPE_CHECKING:
    from cofactor.models.matrix_factorization import MatrixFactorization
    from cofactor.models.neural_cf import NeuralCF

__all__ = ["Adam", "Learner", "SuggestedLRs", "valley"]

Rate: TypeAlias = float | slice | None
Moms = tuple[float, float, float]
One = TypeVar("One")

WD = 0.01  # where neither the learner nor the call says one
PREDICT_ROWS = 1 << 16  # pairs scored at once


class SuggestedLRs(NamedTuple):
    """The learning rate that `Learner.lr_find` suggests."""

    valley: float


def valley() -> None:
    """The suggestion of `lr_find`, a name to give it as `suggest_funcs`; `training.lr_find.valley` computes it."""


class Learner:
    """Trains a module on `dls`; `model` is always current, and the optimiser's memory goes on from fit to fit.

    metrics: a function of predictions and ratings, or several; a column each
    lr, wd, moms: learning rate, weight decay and momenta where a call names none
    First weights and the order of the batches come from torch's global generator: `set_seed` makes them repeatable.
    Raises `Unsupported` for an optimiser other than `Adam`.
    """

    def __init__(
        self, dls: DataLoaders, model: nn.Module, loss_func: Callable[..., Tensor] | None = None,
        opt_func: Any = Adam, lr: float = 0.001, *, cbs: Callback | Sequence[Callback] | None = None,
        metrics: Metric | Sequence[Metric] | None = None, path: str | Path | None = None,
        model_dir: str | Path = "models", wd: float | None = None, moms: Moms = (0.95, 0.85, 0.95),
    ) -> None:  # fmt: skip
        if opt_func is not Adam:
            raise Unsupported(f"The optimiser is Adam (decoupled weight decay), but opt_func={opt_func!r} came.")
        self.dls, self.model, self.loss_func = dls, model, loss_func or MSELossFlat()
        self.lr, self.wd, self.moms = lr, wd, moms
        self.cbs, self.metrics = _several(cbs), _several(metrics)
        self.path, self.model_dir = Path(path) if path else dls.path, Path(model_dir)
        self.recorder = Recorder([metric_name(one) for one in self.metrics])
        self.progress: bool | None = None  # None: where somebody is looking
        self._engine: tuple[Any, AnEngine] | None = None

    # ---- training -----------------------------------------------------------------------------------------

    def fit(
        self, n_epoch: int, lr: Rate = None, wd: float | None = None,
        cbs: Callback | Sequence[Callback] | None = None, reset_opt: bool = False, start_epoch: int = 0,
    ) -> None:  # fmt: skip
        """Train at one learning rate."""
        self._fit(n_epoch, lambda n: constant(n, self._rate(lr)), wd, cbs, reset_opt, start_epoch)

    def fit_one_cycle(
        self, n_epoch: int, lr_max: Rate = None, div: float = 25.0, div_final: float = 1e5, pct_start: float = 0.25,
        wd: float | None = None, moms: Moms | None = None, cbs: Callback | Sequence[Callback] | None = None,
        reset_opt: bool = False, start_epoch: int = 0,
    ) -> None:  # fmt: skip
        """Train with a rate that rises to lr_max and falls to nearly nothing, the momentum the other way round."""

        def shape(n_steps: int) -> Schedule:
            rate, momenta = self._rate(lr_max), moms or self.moms
            return one_cycle(n_steps, rate, warm_up=pct_start, div=div, div_final=div_final, momenta=momenta)

        self._fit(n_epoch, shape, wd, cbs, reset_opt, start_epoch)

    def fit_flat_cos(
        self, n_epoch: int, lr: Rate = None, pct_start: float = 0.75, wd: float | None = None,
        cbs: Callback | Sequence[Callback] | None = None, reset_opt: bool = False, start_epoch: int = 0,
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
        suggest_funcs: Any = valley,
    ) -> SuggestedLRs:  # fmt: skip
        """Suggest a learning rate from the loss at rising rates, and plot it; model and optimiser stay as they were.

        Raises `Unsupported` for a suggestion other than `valley`, and `BadOption` for rates that do not rise or a
        num_it out of range.
        """
        if suggest_funcs not in (valley, (valley,), [valley]):
            raise Unsupported(f"lr_find suggests the valley, but suggest_funcs={suggest_funcs!r} came.")
        engine, decay = self._ready(reset_opt=False), self._decay(None)
        found = find_learning_rate(engine, start=start_lr, end=end_lr, n_steps=num_it, weight_decay=decay)
        if show_plot:
            found.plot()
        return SuggestedLRs(found.suggestion)

    def _fit(
        self, n_epoch: int, shape: Callable[[int], Schedule], wd: float | None,
        cbs: Callback | Sequence[Callback] | None, reset_opt: bool, start_epoch: int,
    ) -> None:  # fmt: skip
        engine = self._ready(reset_opt)
        before = engine.state()
        plan = shape(n_epoch * engine.n_steps).part(start_epoch * engine.n_steps, n_epoch * engine.n_steps)
        engine.begin(plan, self._decay(wd))
        self.recorder.begin(plan)
        watchers = [*self.cbs, *_several(cbs)]
        self._tell(watchers, "before_fit")

        def after_epoch(epoch: Epoch) -> bool:
            self.recorder.note(epoch)
            if watchers:
                take_out(self.model, engine)
            return self._tell(watchers, "after_epoch")

        progress = progress_for(self.progress, n_epoch, type(self.model).__name__)
        measured: dict[str, float] = {}
        run = Run()
        try:
            train(
                engine, n_epoch, run, first=start_epoch, progress=progress, after_epoch=after_epoch,
                valid_loss=(lambda: self._measure(engine, measured)) if len(self.dls.valid_ds) else None,
                metrics=lambda: dict(measured),
            )  # fmt: skip
        except Diverged:
            engine.restore(before)
            raise
        finally:  # also where somebody interrupts: what was learned so far stands in the model
            take_out(self.model, engine)
        self._tell(watchers, "after_fit")
        run.warn_if_interrupted()

    def _ready(self, reset_opt: bool) -> AnEngine:
        """The engine at hand, with the model's parameters and a new order of the batches, or a new one."""
        loader = self.dls.train
        made_for = (self.model, self.loss_func, loader, loader.bs, loader.device)
        if self._engine is None or reset_opt or self._engine[0] != made_for:
            self._engine = made_for, engine_for(self.model, loader, self.loss_func)
        engine = self._engine[1]
        put_in(self.model, engine)
        engine.batches = replace(engine.batches, seed=draw_seed())
        return engine

    def _measure(self, engine: AnEngine, measured: dict[str, float]) -> float:
        """The validation loss; the metrics go into `measured`."""
        table = self.dls.valid_ds
        scores = torch.from_numpy(engine.predict(table.codes[:, 0], table.codes[:, 1]))
        loss, *values = self._losses(scores, table.batch(slice(None))[1][:, 0])
        measured.update(zip(map(metric_name, self.metrics), values, strict=True))
        return loss

    def _losses(self, scores: Tensor, ratings: Tensor) -> list[float]:
        """Of (n,) scores and ratings: the loss, and every metric."""
        return [float(function(scores, ratings)) for function in (self.loss_func, *self.metrics)]

    def _tell(self, watchers: Sequence[Callback], event: str) -> bool:
        """False where somebody wants to stop."""
        try:
            for one in watchers:
                one.learn = self
                getattr(one, event)()
        except CancelFitException:
            return False
        return True

    def _rate(self, lr: Rate) -> float:
        """A slice's end: there is one group of parameters, and the last group's rate is its own."""
        given = lr.stop if isinstance(lr, slice) else lr
        return self.lr if given is None else float(given)

    def _decay(self, wd: float | None) -> float:
        return next(one for one in (wd, self.wd, WD) if one is not None)

    # ---- answers ------------------------------------------------------------------------------------------

    def validate(self, ds_idx: int = 1, dl: DataLoader | None = None) -> L:
        """The loss, and every metric, on the validation ratings or another loader's.

        Raises `BadTable` where these rows have no ratings.
        """
        scores, ratings = self.get_preds(ds_idx, dl)
        if ratings is None:
            raise BadTable(f"There is nothing to validate on: the rows have no column {self.dls.y_name!r} of numbers.")
        return L(self._losses(scores.view(-1), ratings.view(-1)))

    def get_preds(self, ds_idx: int = 1, dl: DataLoader | None = None) -> tuple[Tensor, Tensor | None]:
        """Predictions in the shape the model gives them, and the ratings (n, 1), None where there are none."""
        loader = dl or self.dls[ds_idx]
        x, *y = loader.dataset.batch(slice(None))
        model, was_training = self.model.to(loader.device), self.model.training
        model.eval()
        with torch.no_grad():
            parts = [model(part.to(loader.device)).cpu() for part in x.split(PREDICT_ROWS)]
        model.train(was_training)
        return torch.cat(parts), first(y)

    def predict(self, row: pd.Series | Mapping[str, Any]) -> tuple[pd.DataFrame, Tensor, Tensor]:
        """The rating predicted for a user and an item id: in a data frame of that row, as a 0-d tensor, and as (1,).

        Raises `BadTable` where an id's column is missing, `NotInTraining` for an id that training has not seen.
        """
        asked = pd.DataFrame([dict(row)])
        scores = self.get_preds(dl=self.dls.test_dl(asked))[0].view(-1)
        return asked[self.dls.cat_names].assign(**{self.dls.y_name: scores.numpy()}), scores[0], scores

    def show_results(self, ds_idx: int = 1, max_n: int = 9) -> None:
        """Show max_n rows by their ids, with the rating given and the one predicted."""
        first = self.dls[ds_idx].first(max_n)
        scores = self.get_preds(dl=first)[0].view(-1)
        rows = first.dataset.frame.assign(**{f"{self.dls.y_name}_pred": scores.numpy()})
        show_frame(rows.reset_index(drop=True))

    def recommend(self, users: Id | Sequence[Id] | Mapping[Id, float], n: int = 10, **kwargs: Any) -> Any:
        """The n best items that each user has not rated in training; see `Recommender.recommend`."""
        return self.to_model().recommend(users, n, **kwargs)

    def to_model(self) -> "MatrixFactorization | NeuralCF":
        """A model of the library with the learned parameters, to recommend, explain, evaluate and save as one folder.

        Raises `Unsupported` for modules of the caller's own, `BadOption` for a learner without ratings.
        """
        from cofactor.collab.conversion import to_model

        return to_model(self.model, self.dls)

    # ---- files --------------------------------------------------------------------------------------------

    def save(self, file: str | Path, with_opt: bool = True) -> Path:
        """The model's parameters, and the optimiser's memory, as `path/model_dir/file.safetensors`."""
        memory = self._engine[1].state() if with_opt and self._engine is not None else {}
        return save_state(self.model, memory, self._file(file))

    def load(self, file: str | Path, with_opt: bool = True) -> "Learner":
        """Load the parameters that `save` wrote, and the optimiser's memory if `with_opt`; returns this learner.

        Raises `BadModelFolder` where the file is missing, is no safetensors file, or holds another model's parameters.
        """
        memory = load_state(self.model, self._file(file))
        self._engine = None
        if with_opt and memory:
            self._ready(reset_opt=False).restore(memory)
        return self

    def export(self, fname: str | Path = "export.safetensors") -> Path:
        """The model with its ids but without ratings, as one file `path/fname` for `load_learner`."""
        return export(self.model, self.dls, self.path / fname)

    def _file(self, file: str | Path) -> Path:
        return with_suffix(self.path / self.model_dir / file)

    @contextmanager
    def no_bar(self) -> Generator["Learner"]:
        """Hide the progress of training inside a `with` block; yields this learner."""
        before, self.progress = self.progress, False
        try:
            yield self
        finally:
            self.progress = before

    no_logging = no_bar

    def __repr__(self) -> str:
        return f"Learner({type(self.model).__name__} on {len(self.dls.train_ds):,} ratings)"


def _several(one: One | Sequence[One] | None) -> list[One]:
    if one is None:
        return []
    return list(one) if isinstance(one, Sequence) else [one]
