"""The one training loop: it knows no model, no optimiser and no data, only an engine, a schedule and who watches."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from cofactor.errors import Diverged
from cofactor.training.engine import Engine
from cofactor.training.progress import Progress

__all__ = ["Epoch", "train"]

SLICES = 20  # an epoch is run in about so many parts, between which progress is shown


@dataclass(frozen=True)
class Epoch:
    """What one pass over the ratings gave."""

    number: int  # from 0
    train_loss: float  # mean over the steps, of the loss each met before it learned
    valid_loss: float | None  # after the epoch; None where nothing is held out
    seconds: float
    losses: tuple[float, ...]  # of every step
    metrics: Mapping[str, float] = field(default_factory=dict[str, float])  # what else was measured after the epoch


def train(
    engine: Engine, n_epochs: int, *, first: int = 0, progress: Progress,
    valid_loss: Callable[[], float] | None = None, metrics: Callable[[], Mapping[str, float]] = dict,
    after_epoch: Callable[[Epoch], bool] = lambda _: True,
) -> list[Epoch]:  # fmt: skip
    """Run epochs first..n_epochs-1 of the schedule the engine has begun, until `after_epoch` says False.

    Raises `Diverged` as soon as a loss is not finite.
    """
    history: list[Epoch] = []
    with progress:
        for number in range(first, n_epochs):
            began = time.perf_counter()
            losses: list[float] = []
            for start, end in _slices(engine.n_steps):
                losses.extend(engine.run(number, start, end).tolist())
                _check(losses[start:], number)
                progress.step(number, end / engine.n_steps, float(np.mean(losses)))
            held_out = valid_loss() if valid_loss else None
            mean = float(np.mean(losses)) if losses else float("nan")
            measured = metrics()
            seconds = time.perf_counter() - began
            history.append(Epoch(number, mean, held_out, seconds, tuple(losses), measured))
            progress.epoch(history[-1])
            if not after_epoch(history[-1]):
                break
    return history


def _slices(n_steps: int) -> Iterator[tuple[int, int]]:
    size = max(1, -(-n_steps // SLICES))
    return ((start, min(start + size, n_steps)) for start in range(0, n_steps, size))


def _check(losses: list[float], epoch: int) -> None:
    if losses and not np.isfinite(losses).all():
        raise Diverged(
            f"The loss left the finite numbers in epoch {epoch}. Lower learning_rate, raise weight_decay, "
            f"or give y_range, which keeps every score on the scale."
        )
