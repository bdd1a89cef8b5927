"""Callbacks that write down or draw what training shows."""

import csv
from pathlib import Path
from typing import Any

from cofactor.collab.events import Callback
from cofactor.run.progress import in_notebook

__all__ = ["CSVLogger", "ShowGraphCallback"]


class CSVLogger(Callback):
    """Write the table's lines to the file path/fname, behind those that it has if `append`."""

    order = 60

    def __init__(self, fname: str | Path = "history.csv", append: bool = False) -> None:
        super().__init__()
        self.fname, self.append = Path(fname), append

    @property
    def file(self) -> Path:
        """The file, in the learner's folder."""
        return self.learn.path / self.fname

    def read_log(self) -> Any:
        """The file's lines as a pandas frame."""
        import pandas as pd

        return pd.read_csv(self.file)

    def before_fit(self) -> None:
        """Write the headings."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self._write(self.learn.recorder.metric_names, "a" if self.append else "w")

    def after_epoch(self) -> None:
        """Write this epoch's line."""
        self._write(self.learn.recorder.log, "a")

    def _write(self, cells: list[Any], mode: str) -> None:
        with self.file.open(mode, newline="", encoding="utf-8") as file:
            csv.writer(file, lineterminator="\n").writerow(cells)


class ShowGraphCallback(Callback):
    """Draw the training loss of every step and the validation loss of every epoch, once training has ended.

    `axes` are Matplotlib's of the last picture. In a notebook the picture is there already after every epoch.
    """

    order = 65
    axes: Any = None
    _handle: Any = None

    def after_epoch(self) -> None:
        """Draw what there is so far."""
        if in_notebook():
            self._show()

    def after_fit(self) -> None:
        """Draw all of it."""
        if not in_notebook() and self.learn.recorder.values:
            self.axes = self.learn.recorder.plot_loss(skip_start=0)

    def _show(self) -> None:
        from IPython.display import display
        from matplotlib import pyplot as plt

        self.axes = self.learn.recorder.plot_loss(skip_start=0)
        figure = self.axes.figure
        if self._handle is None or len(self.learn.recorder.values) == 1:
            self._handle = display(figure, display_id=True)
        else:
            self._handle.update(figure)
        plt.close(figure)
