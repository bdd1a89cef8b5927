"""One fit: what was asked of it beside the ratings, and whether ctrl-C ended it before its end."""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from cofactor.data.expecting import expect_path
from cofactor.errors import BadOption, Interrupted, shown
from cofactor.run.interrupt import until_interrupted
from cofactor.run.progress import Progress, progress_for
from cofactor.run.stopping import EarlyStopping

if TYPE_CHECKING:
    from cofactor.data.ratings import Ratings

__all__ = ["Run"]


@dataclass(eq=False)
class Run:
    """Arguments of one `fit` other than the ratings, and whether ctrl-C ended it; passed to the model's training.

    One rule holds for whatever ctrl-C ends: work of several parts (a blend, a comparison, a search) stops there, keeps
    the best that is whole, and says in its result that it was interrupted; the command line then exits with 130.
    """

    validation: "Ratings | None" = None  # watched while training, never learned from
    progress: bool | None = None  # show it; None: where somebody looks
    early_stopping: EarlyStopping | None = None
    checkpoint: Path | None = None  # written after every epoch, and gone on from
    warm_start: Any = None  # a fitted model of the same class, whose parameters training begins with
    stopped: bool = field(default=False, init=False)  # ctrl-C was heard
    interrupted: Interrupted | None = field(default=None, init=False)  # and it came before the end

    @classmethod
    def of(
        cls, validation: "Ratings | None" = None, progress: bool | None = None,
        early_stopping: EarlyStopping | None = None, checkpoint: str | Path | None = None, warm_start: Any = None,
    ) -> Self:  # fmt: skip
        """The run of a `fit` with these arguments. Raises `BadOption` for what is no early stopping and no path."""
        if checkpoint is not None:
            expect_path(checkpoint, "fit keeps a checkpoint at")
        if early_stopping is not None and not isinstance(early_stopping, EarlyStopping):
            raise BadOption(f"early_stopping is a cf.EarlyStopping(…), but {shown(early_stopping)} came.")
        return cls(validation, progress, early_stopping, Path(checkpoint) if checkpoint else None, warm_start)

    @property
    def asked(self) -> list[str]:
        """The arguments of `fit` that only training in epochs has a use for, as far as they were given."""
        names = ("validation", "early_stopping", "checkpoint", "warm_start")
        return [name for name in names if getattr(self, name) is not None]

    def sweeps(self, n: int, unit: str = "sweep", *, first: int = 0) -> Iterator[int]:
        """The numbers first … n - 1, up to the one in which ctrl-C comes."""
        return until_interrupted(range(first, n), unit, lambda n_done: self.stop_after(n_done, n, unit))

    def stop_after(self, n_done: int, n: int, unit: str) -> None:
        """Ctrl-C was heard when so many of n were done."""
        self.stopped = True
        if n_done < n:
            self.interrupted = Interrupted(n_done, n, unit)

    def shown(self, n_epochs: int, title: str) -> Progress:
        """The place where this training is shown."""
        return progress_for(self.progress, n_epochs, title)

    def warn_if_interrupted(self) -> None:
        """Say that ctrl-C came before the end, with an `Interrupted` warning at whoever called for the fit."""
        if self.interrupted:
            warnings.warn(self.interrupted, stacklevel=3)

    def part(self) -> "Run":
        """The run of one of several models that are fitted for this one."""
        return Run(progress=self.progress)
