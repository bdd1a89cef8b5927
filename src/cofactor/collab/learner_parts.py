"""What a learner is made of: a module, its batches, an optimiser and callbacks."""

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self, TypeAlias

from torch import Tensor, nn

from cofactor.collab.events import Callback, tell
from cofactor.collab.first_version import OF_A_LEARNER, say_new_name
from cofactor.collab.lists import L
from cofactor.collab.loaders import DataLoaders
from cofactor.collab.losses import MSELossFlat
from cofactor.collab.metrics import AnyMetric, metric_name
from cofactor.collab.optimizers import Adam, AnOptimizer, check_optimizer
from cofactor.collab.recorder import Recorder
from cofactor.errors import BadOption

__all__ = ["Callbacks", "LearnerParts", "Moms", "several"]

Moms = tuple[float, float, float]
Callbacks: TypeAlias = Callback | type[Callback] | Sequence[Callback | type[Callback]] | None


class LearnerParts:
    """The parts of a learner; what else is asked of it is asked of its model, as `learn.i_weight`.

    metrics: a function of predictions and ratings, or several; a column each
    lr, wd, moms: learning rate, weight decay and momenta where a call names none
    opt_func: `Adam`, `SGD`, or one with other defaults, as `partial(SGD, mom=0.9)`; raises `Unsupported` for others
    """

    # what callbacks see while training
    epoch: int
    n_epoch: int
    iter: int
    n_iter: int
    train_iter: int
    pct_train: float
    training: bool
    xb: tuple[Tensor, ...]
    yb: tuple[Tensor, ...]
    pred: Tensor
    loss: Tensor
    loss_grad: Tensor
    smooth_loss: float

    def __init__(
        self, dls: DataLoaders, model: nn.Module, loss_func: Callable[..., Tensor] | None = None,
        opt_func: Any = Adam, lr: float = 0.001, *, cbs: Callbacks = None,
        metrics: AnyMetric | Sequence[AnyMetric] | None = None, path: str | Path | None = None,
        model_dir: str | Path = "models", wd: float | None = None, moms: Moms = (0.95, 0.85, 0.95),
    ) -> None:  # fmt: skip
        self.dls, self.model, self.loss_func = dls, model, loss_func or MSELossFlat()
        self.opt_func, self.lr, self.wd, self.moms = check_optimizer(opt_func), lr, wd, moms
        self.opt: AnOptimizer | None = None
        self.metrics = L(several(metrics))
        self.path, self.model_dir = Path(path) if path else dls.path, Path(model_dir)
        self.recorder = Recorder([metric_name(one) for one in self.metrics])
        self.cbs, self.half, self._is_silent = L(), False, False
        self.add_cbs(cbs)
        self("after_create")

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name in ("model", "dls"):
            raise AttributeError(name)
        say_new_name(name, OF_A_LEARNER)
        try:
            return getattr(self.model, name)
        except AttributeError:
            raise AttributeError(f"Neither the learner nor its {type(self.model).__name__} has {name!r}.") from None

    def __call__(self, event: str) -> None:
        """Call the callbacks that do something at the event."""
        if not self._is_silent:
            tell(self.cbs, event)

    # ---- optimiser ----------------------------------------------------------------------------------------

    def create_opt(self) -> AnOptimizer:
        """Make a new optimiser of all parameters, `opt`, without memory; returns it."""
        self.opt = self.opt_func(list(self.model.parameters()), lr=self.lr)
        self.own_momentum = float(self.opt.hypers[-1]["mom"])  # of a fit that follows no schedule
        return self.opt

    def freeze_to(self, n: int) -> None:
        """Let only the parameter groups from the n-th on be trained; negative numbers count from the end.

        There is one group, as nothing is pretrained, so this lets all of it be trained. Raises `BadOption` where
        nothing would be left to train.
        """
        if n not in (0, -1):
            raise BadOption(f"The model has one group of parameters, so nothing is left to train behind {n}.")
        for one in self.model.parameters():
            one.requires_grad_(True)

    def freeze(self) -> None:
        """Let only the last group of parameters be trained: the only one, hence all."""
        self.freeze_to(-1)

    def unfreeze(self) -> None:
        """Let all parameters be trained."""
        self.freeze_to(0)

    def to_fp16(self) -> Self:
        """Compute products in half precision where training is on a GPU; the CPU stays at single. This learner."""
        self.half = True
        return self

    def to_fp32(self) -> Self:
        """Compute everything in single precision. This learner."""
        self.half = False
        return self

    # ---- callbacks ----------------------------------------------------------------------------------------

    def add_cb(self, cb: Callback | type[Callback]) -> Self:
        """Add a callback, or one of a class; the learner has it under its name, too. Returns this learner."""
        one = cb() if isinstance(cb, type) else cb
        one.learn = self
        self.cbs.append(one)
        if not hasattr(type(self), one.name):
            vars(self)[one.name] = one
        return self

    def add_cbs(self, cbs: Callbacks) -> Self:
        """Add several callbacks; returns this learner."""
        for one in several(cbs):
            self.add_cb(one)
        return self

    def remove_cb(self, cb: Callback | type[Callback]) -> Self:
        """Remove a callback, or all of a class; returns this learner."""
        for one in [one for one in self.cbs if one is cb or type(one) is cb]:
            self.cbs.remove(one)
            vars(self).pop(one.name, None)
        return self

    def remove_cbs(self, cbs: Callbacks) -> Self:
        """Remove several callbacks; returns this learner."""
        for one in several(cbs):
            self.remove_cb(one)
        return self

    @contextmanager
    def added_cbs(self, cbs: Callbacks) -> Generator[Self]:
        """Have these callbacks too inside a `with` block; yields this learner."""
        before = list(self.cbs)
        self.add_cbs(cbs)
        added = [one for one in self.cbs if not any(one is other for other in before)]
        try:
            yield self
        finally:
            self.remove_cbs(added)


def several(one: Any) -> list[Any]:
    """A list of what came: of nothing, of one thing, or of a list's entries."""
    if one is None:
        return []
    return list(one) if isinstance(one, Sequence) else [one]
