"""Progress with live losses: a bar in a terminal, a table that grows in a notebook, nothing where nobody looks."""

import sys
import time
from typing import Any, Protocol, Self

from cofactor.run.epoch import Epoch

__all__ = ["Progress", "in_notebook", "progress_for"]

REFRESH = 0.1  # seconds between two pictures of a running epoch
MAX_ROWS = 100  # of the table in a notebook: of more epochs only some are shown


class Progress(Protocol):
    """A place to show training; entered when it starts, left when it ends or fails."""

    def __enter__(self) -> Self: ...
    def __exit__(self, *error: object) -> None: ...
    def step(self, number: int, done: float, loss: float) -> None:
        """Show how far epoch `number`, from 0, has come: the share done, 0 to 1, and its mean loss so far."""
        ...

    def epoch(self, epoch: Epoch) -> None:
        """An epoch has ended."""
        ...


def progress_for(show: bool | None, n_epochs: int, title: str) -> Progress:
    """The progress that fits where we run; show: True, False, or None for "if somebody looks"."""
    if show is not False and in_notebook():
        return _Notebook(n_epochs)
    if show or (show is None and sys.stderr.isatty()):
        return _Terminal(n_epochs, title)
    return _Silent()


class _Silent:
    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def step(self, number: int, done: float, loss: float) -> None:
        pass

    def epoch(self, epoch: Epoch) -> None:
        pass


class _Terminal:
    """One bar over all epochs, with the running loss; each finished epoch leaves its losses beside it."""

    def __init__(self, n_epochs: int, title: str) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress as Bars, TextColumn, TimeRemainingColumn

        columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[losses]}"))
        self._bars = Bars(*columns, TimeRemainingColumn(), console=Console(stderr=True))
        self._title, self._n_epochs, self._held_out = title, n_epochs, ""

    def __enter__(self) -> Self:
        self._bars.start()
        self._task = self._bars.add_task(self._title, total=self._n_epochs, losses="")
        return self

    def __exit__(self, *error: object) -> None:
        self._bars.stop()

    def step(self, number: int, done: float, loss: float) -> None:
        self._show(number + done, f"epoch {number + 1}/{self._n_epochs}  train {loss:.4f}{self._held_out}")

    def epoch(self, epoch: Epoch) -> None:
        self._held_out = "" if epoch.valid_loss is None else f"  valid {epoch.valid_loss:.4f}"
        self._held_out += "".join(f"  {name} {value:.4f}" for name, value in epoch.metrics.items())
        number = epoch.number + 1
        self._show(number, f"epoch {number}/{self._n_epochs}  train {epoch.train_loss:.4f}{self._held_out}")

    def _show(self, done: float, losses: str) -> None:
        self._bars.update(self._task, completed=done, losses=losses)


class _Notebook:
    """The table a course shows: epoch, train_loss, valid_loss, metrics, time."""

    def __init__(self, n_epochs: int) -> None:
        self._n_epochs, self._rows, self._running = n_epochs, list[str](), ""
        self._metrics: tuple[str, ...] = ()
        self._shown = 0.0

    def __enter__(self) -> Self:
        from IPython.display import HTML, display

        self._html = HTML
        self._handle: Any = display(HTML(self._table()), display_id=True)
        return self

    def __exit__(self, *error: object) -> None:
        self._running = ""
        self._update()

    def step(self, number: int, done: float, loss: float) -> None:
        self._running = f"epoch {number} of {self._n_epochs}: {done:.0%}, loss {loss:.4f}"
        if time.monotonic() - self._shown > REFRESH:
            self._update()

    def epoch(self, epoch: Epoch) -> None:
        held_out = "" if epoch.valid_loss is None else f"{epoch.valid_loss:.6f}"
        self._metrics = tuple(epoch.metrics)
        measured = [f"{value:.6f}" for value in epoch.metrics.values()]
        cells = (epoch.number, f"{epoch.train_loss:.6f}", held_out, *measured, f"{epoch.seconds:.2f} s")
        if (epoch.number + 1) % -(-self._n_epochs // MAX_ROWS) == 0:
            self._rows.append("<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>")
        self._running = ""
        self._update()

    def _update(self) -> None:
        self._shown = time.monotonic()
        self._handle.update(self._html(self._table()))

    def _table(self) -> str:
        head = "".join(f"<th>{name}</th>" for name in ("epoch", "train_loss", "valid_loss", *self._metrics, "time"))
        return f"<table><tr>{head}</tr>{''.join(self._rows)}</table><p>{self._running}</p>"


def in_notebook() -> bool:
    """True where what is shown may be HTML."""
    ipython = sys.modules.get("IPython")  # never imported here: outside a notebook it is not there
    shell = ipython.get_ipython() if ipython else None
    return type(shell).__name__ == "ZMQInteractiveShell"
