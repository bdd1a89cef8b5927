"""Progress of work that is counted in rows or files and has no loss: a bar with the time left."""

import sys
from typing import Any, Self

from cofactor.run.progress import in_notebook

__all__ = ["WorkBar"]


class WorkBar:
    """`with WorkBar(show) as bar:`, and in there `bar.stage(…)` and `bar.update(…)`; nothing where nobody looks.

    show: True, False, or None for "if somebody looks"
    """

    def __init__(self, show: bool | None) -> None:
        self._is_shown = show or (show is None and (sys.stderr.isatty() or in_notebook()))
        self._bars: Any = None

    def __enter__(self) -> Self:
        if self._is_shown:
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

            columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
            self._bars = Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True))
            self._bars.start()
        return self

    def __exit__(self, *error: object) -> None:
        if self._bars is not None:
            self._bars.stop()

    def stage(self, title: str, total: int | None) -> None:
        """The next stage begins, of so much work; None: nobody knows how much."""
        if self._bars is not None:
            self._task = self._bars.add_task(title, total=total)

    def update(self, done: int) -> None:
        """So much of the stage is done."""
        if self._bars is not None:
            self._bars.update(self._task, completed=done)
