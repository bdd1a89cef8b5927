"""The moments of training at which a callback is called, and what a callback raises to leave one of them."""

from collections.abc import Callable as Function, Iterable
from typing import Any

from cofactor.errors import BadOption

__all__ = [
    "BATCH_EVENTS", "EVENTS", "Callback", "CancelBackwardException", "CancelBatchException", "CancelEpochException",
    "CancelFitException", "CancelStepException", "CancelTrainException", "CancelValidException", "around", "tell",
]  # fmt: skip

BATCH_EVENTS = (
    "before_batch", "after_pred", "after_loss", "before_backward", "after_cancel_backward", "after_backward",
    "before_step", "after_cancel_step", "after_step", "after_cancel_batch", "after_batch",
)  # fmt: skip
EVENTS = (
    "after_create", "before_fit", "before_epoch", "before_train", *BATCH_EVENTS, "after_cancel_train", "after_train",
    "before_validate", "after_cancel_validate", "after_validate", "after_cancel_epoch", "after_epoch",
    "after_cancel_fit", "after_fit",
)  # fmt: skip


class CancelFitException(Exception):
    """Raised by a callback to end training here."""


class CancelEpochException(Exception):
    """Raised by a callback to skip the rest of this epoch."""


class CancelTrainException(Exception):
    """Raised by a callback to skip the rest of this epoch's training."""


class CancelValidException(Exception):
    """Raised by a callback to skip this validation."""


class CancelBatchException(Exception):
    """Raised by a callback to skip the rest of this batch."""


class CancelBackwardException(Exception):
    """Raised by a callback to skip the gradients of this batch."""


class CancelStepException(Exception):
    """Raised by a callback to skip the optimiser's step on this batch."""


class Callback:
    """Subclass it and write a method for an event, or give functions: `Callback(after_epoch=f)`, called as f(callback).

    In there `self.learn` is the learner, whose model is current, and its attributes are to be had from the callback:
    `self.epoch`, `self.n_epoch`, `self.recorder`, `self.model`, `self.dls`, and in the events of a batch `self.xb`,
    `self.yb`, `self.pred`, `self.loss`, `self.iter`, `self.training`. To set one, write `self.learn.name = …`.

    order: callbacks are called by it, from low to high
    run, run_train, run_valid: whether it is called at all, on batches to train on, on batches to validate on
    Raises `BadOption` for a function that is given for no event.
    """

    learn: Any = None  # the learner, once there is one
    order: float = 0
    run: bool = True
    run_train: bool = True
    run_valid: bool = True

    def __init__(self, **handlers: Function[..., Any]) -> None:
        for event, function in handlers.items():
            if event not in EVENTS:
                raise BadOption(f"There is no event {event!r}. Events are {', '.join(EVENTS)}.")
            vars(self)[event] = lambda f=function: f(self)

    @property
    def name(self) -> str:
        """Its class's name in small letters, under which the learner has it as an attribute."""
        bare = type(self).__name__.removesuffix("Callback") or "Callback"
        starts = [at for at in range(1, len(bare)) if bare[at].isupper() and _begins_a_word(bare, at)]
        return "_".join(bare[start:end] for start, end in zip([0, *starts], [*starts, len(bare)], strict=True)).lower()

    def handles(self, event: str) -> bool:
        """True where this callback does something at the event."""
        return event in vars(self) or hasattr(type(self), event)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name in EVENTS or self.learn is None:
            raise AttributeError(f"{type(self).__name__} has no {name!r}")
        return getattr(self.learn, name)

    def __call__(self, event: str) -> None:
        """Do what this callback does at the event, if it is to be called there."""
        if self.run and self.handles(event) and (event not in BATCH_EVENTS or self._runs_on_batches()):
            getattr(self, event)()

    def __repr__(self) -> str:
        return type(self).__name__

    def _runs_on_batches(self) -> bool:
        return self.run_train if getattr(self.learn, "training", True) else self.run_valid


def tell(callbacks: Iterable[Callback], event: str) -> None:
    """Call those that do something at the event, in their order."""
    for one in sorted(callbacks, key=lambda one: one.order):
        one(event)


def around(say: Function[[str], None], stage: str, do: Function[[], None], cancel: type[Exception]) -> None:
    """Say `before_…`, do it, say `after_…`; a `cancel` raised on the way is said as `after_cancel_…` and ends it."""
    try:
        say(f"before_{stage}")
        do()
    except cancel:
        say(f"after_cancel_{stage}")
    say(f"after_{stage}")


def _begins_a_word(name: str, at: int) -> bool:
    """True at a capital behind a small letter, and at the last of several: LROnPlateau is lr_on_plateau."""
    return name[at - 1].islower() or (at + 1 < len(name) and name[at + 1].islower())
