"""The training loop of all models: it knows no model, no optimiser and no data, only an engine and callbacks."""

import time
from collections.abc import Callable, Iterator, Mapping

import numpy as np

from cofactor.errors import Diverged
from cofactor.run.epoch import Epoch, Epochs
from cofactor.run.progress import Progress
from cofactor.run.run import Run
from cofactor.training.engine import Engine

__all__ = ["LOWER_RATE", "train"]

LOWER_RATE = "Lower learning_rate, raise weight_decay, or give y_range, which keeps every score on the scale."
N_SLICES = 20  # an epoch is run in about so many parts, between which progress is shown


def train(
    engine: Engine, n_epochs: int, run: Run, *, first: int = 0, progress: Progress,
    valid_loss: Callable[[], float | None] | None = None, metrics: Callable[[], Mapping[str, float]] = dict,
    after_epoch: Callable[[Epoch], bool] = lambda _: True, mend: str = LOWER_RATE, unit: str = "epoch",
) -> Epochs:  # fmt: skip
    """The history of epochs first..n_epochs-1, which the engine runs until `after_epoch` says False.

    valid_loss, metrics: measured after every epoch     unit: what an epoch is called in the remark about ctrl-C
    Ctrl-C ends training after the present epoch, and `run` notes that.
    Raises `Diverged` as soon as a loss is not finite; mend: what its message advises.
    """
    history = Epochs()
    with progress:
        for number in run.sweeps(n_epochs, unit, first=first):
            began = time.perf_counter()
            losses: list[float] = []
            for start, end in _slices(engine.n_steps):
                losses.extend(engine.run(number, start, end).tolist())
                _check(losses[start:], number, mend)
                progress.step(number, end / engine.n_steps, _mean(losses))
            held_out = valid_loss() if valid_loss else None
            measured = metrics()
            seconds = time.perf_counter() - began
            history.append(Epoch(number, _mean(losses), held_out, seconds, tuple(losses), measured))
            progress.epoch(history[-1])
            if not after_epoch(history[-1]):
                break
    return history


def _slices(n_steps: int) -> Iterator[tuple[int, int]]:
    size = max(1, -(-n_steps // N_SLICES))
    return ((start, min(start + size, n_steps)) for start in range(0, n_steps, size))


def _mean(losses: list[float]) -> float:
    """nan of none: an engine may leave out the steps of an epoch."""
    return float(np.mean(losses)) if losses else float("nan")


def _check(losses: list[float], epoch: int, mend: str) -> None:
    if losses and not np.isfinite(losses).all():
        raise Diverged(f"The loss left the finite numbers in epoch {epoch}. {mend}")
