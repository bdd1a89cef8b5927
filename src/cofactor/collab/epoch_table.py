"""The table that training prints, a line for each epoch; beside a bar where somebody looks."""

from collections.abc import Sequence
from typing import Self

from cofactor.collab.recorder import clock_time
from cofactor.run.epoch import Epoch
from cofactor.run.progress import Progress, in_notebook, progress_for

__all__ = ["shown_training"]

WIDTH = 10  # of a column; longer names make wider ones


def shown_training(show: bool, n_epochs: int, title: str, names: Sequence[str]) -> Progress:
    """The progress of a training: a table in a notebook; elsewhere printed lines, and a bar in a terminal.

    names: the headings of the columns
    """
    bar = progress_for(None if show else False, n_epochs, title)
    return bar if in_notebook() or not show else _EpochTable(bar, names)


class _EpochTable:
    def __init__(self, bar: Progress, names: Sequence[str]) -> None:
        self._bar, self._names = bar, names

    def __enter__(self) -> Self:
        self._bar.__enter__()
        self._print(self._names)
        return self

    def __exit__(self, *error: object) -> None:
        self._bar.__exit__(*error)

    def step(self, number: int, done: float, loss: float) -> None:
        self._bar.step(number, done, loss)

    def epoch(self, epoch: Epoch) -> None:
        self._bar.epoch(epoch)
        losses = [epoch.train_loss, epoch.valid_loss, *epoch.metrics.values()]
        losses += [None] * (len(self._names) - 2 - len(losses))  # without validation there are no metrics
        numbers = ("None" if one is None else f"{one:.6f}" for one in losses)
        self._print([str(epoch.number), *numbers, clock_time(epoch.seconds)])

    def _print(self, cells: Sequence[str]) -> None:
        """To stdout, as the course's table goes."""
        widths = (max(WIDTH, len(name) + 2) for name in self._names)
        print("".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip(), flush=True)
