"""Trained predictions mixed with those of `Bias`, as far as they help on ratings that neither has seen."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.errors import BadOption
from cofactor.run.run import Run
from cofactor.training.averaging import Averaging, Parameters
from cofactor.training.engine import ScheduledEngine

if TYPE_CHECKING:
    from cofactor.data.ratings import Ratings

__all__ = ["Biases", "MixedWithBias", "kept_share", "share_that_helps"]

HELD_OUT_SHARE = 0.1  # of the ratings, on which the share is found
N_ERRORS = 2  # standard errors of the share that are taken off it: what is kept helps, as surely as 97 %

P = TypeVar("P", bound="Mixable")


class Biases(NamedTuple):
    """The biases of both sides: a rating without anybody's taste is of_user + of_item."""

    of_user: FloatArray  # (n_users,), the mean of all ratings in it
    of_item: FloatArray  # (n_items,)


class Mixable(Parameters, Protocol):
    """Parameters to which biases can be added."""

    def beside(self, of_user: FloatArray, of_item: FloatArray, times: float, unit: float) -> Any:
        """Parameters of these scores times `times` and `unit`, plus a bias of each user (n_users,) and item."""
        ...


class MixedWithBias(Averaging[P]):
    """An engine trained on what `base` leaves of the ratings; its predictions are mixed with those of `Bias`.

    prediction = kept · (base + engine) + (1 - kept) · bias. All of it is in its `parameters`.
    """

    def __init__(
        self, engine: ScheduledEngine, read: Callable[[], P], share: float,
        base: Biases, bias: Biases, unit: float = 1.0,
    ) -> None:  # fmt: skip
        """read, share: as in `Averaging`     unit: in which the engine is given what is left of the ratings"""
        super().__init__(engine, read, share)
        self._base, self._bias, self._unit = base, bias, unit
        self.kept = 1.0

    @property
    def parameters(self) -> P:
        kept = np.float32(self.kept)
        both = (kept * base + (1 - kept) * bias for base, bias in zip(self._base, self._bias, strict=True))
        return super().parameters.beside(*both, times=self.kept, unit=self._unit)

    def predict(self, user_idx: IntArray, item_idx: IntArray) -> FloatArray:
        return self.parameters.scores(user_idx, item_idx, None)

    def run(self, epoch: int, start: int, end: int) -> FloatArray:
        return super().run(epoch, start, end) * np.float32(self._unit**2)


def kept_share(make: "Callable[[Ratings], MixedWithBias[Any]]", train: "Ratings", n_epochs: int, seed: int) -> float:
    """The share of the engine's predictions that helps on a tenth of the ratings, by a training without these.

    make: ratings -> an engine that has begun its schedule of `n_epochs`
    Raises `KeyboardInterrupt` where ctrl-C ends that training.
    """
    from cofactor.data.splits.splitting import split
    from cofactor.training.loop import train as train_epochs

    try:
        part, rest = split(train, HELD_OUT_SHARE, seed=seed)
    except BadOption:  # too few ratings to hold any out: nothing shows that more than `Bias` helps
        return 0.0
    engine, its = make(part), Run(progress=False)
    with engine.session():
        train_epochs(engine, n_epochs, its, progress=its.shown(n_epochs, ""))
    if its.stopped:
        raise KeyboardInterrupt
    whole = engine.predict(rest.user_idx, rest.item_idx)
    engine.kept = 0.0
    bias = engine.predict(rest.user_idx, rest.item_idx)
    return share_that_helps(whole - bias, rest.values - bias)


def share_that_helps(scores: FloatArray, residuals: FloatArray) -> float:
    """The share of the scores, 0 to 1, that brings them nearest to the residuals in squares, less two standard errors.

    >>> scores = np.ones(10_000)
    >>> round(share_that_helps(scores, scores / 2), 3)
    0.49
    """
    scores, residuals = scores.astype(np.float64), residuals.astype(np.float64)
    size = float(scores @ scores)
    if not size:
        return 0.0
    error = np.sqrt(np.mean(np.square(residuals)) / size)
    return float(np.clip(scores @ residuals / size - N_ERRORS * error, 0, 1))
