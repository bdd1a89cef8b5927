"""What training left behind: losses, rates and the table that was shown."""

from collections.abc import Mapping, Sequence
from typing import Any

from cofactor.collab.first_version import OF_A_RECORDER, say_new_name
from cofactor.collab.lists import L
from cofactor.errors import BadOption
from cofactor.run.epoch import Epoch
from cofactor.training.lr_find import SMOOTHING, LearningRates

__all__ = ["Recorder", "clock_time"]


class Recorder:
    """Losses, metrics, learning rates and momenta of the last fit, or of the last search for a learning rate.

    losses: the training loss of each step, smoothed by a running mean     lrs, moms: rate and momentum of each step
    iters: the number of steps after each epoch     log: the last line of the table
    values: training loss, validation loss and metrics, a row for each epoch
    """

    def __init__(self, metric_names: Sequence[str]) -> None:
        self.metric_names = L(["epoch", "train_loss", "valid_loss", *metric_names, "time"])
        self.begin()

    def begin(self) -> None:
        """Forget the fit before."""
        self.values: list[L] = []
        self.log = L()
        self.losses: list[float] = []
        self.lrs: list[float] = []
        self.moms: list[float] = []
        self.iters: list[int] = []
        self._mean = 0.0
        self._found: tuple[LearningRates, Mapping[str, float]] | None = None

    def add(self, losses: Sequence[float], rates: Sequence[float], momenta: Sequence[float]) -> None:
        """Append the losses, learning rates and momenta of some steps."""
        for loss in losses:
            self._mean = SMOOTHING * self._mean + (1 - SMOOTHING) * loss
            self.losses.append(self._mean / (1 - SMOOTHING ** (len(self.losses) + 1)))
        self.lrs.extend(rates)
        self.moms.extend(momenta)

    def note(self, epoch: Epoch) -> None:
        """Append the losses and metrics of a finished epoch."""
        self.iters.append(len(self.losses))
        self.values.append(L([epoch.train_loss, epoch.valid_loss, *epoch.metrics.values()]))
        self.log = L([epoch.number, *self.values[-1], clock_time(epoch.seconds)])

    def take_search(self, found: LearningRates, marked: Mapping[str, float]) -> None:
        """Take the rates and losses of a search for a learning rate, and the rates to mark on its plot."""
        self.begin()
        self.lrs, self.losses, self._found = found.rates.tolist(), found.losses.tolist(), (found, marked)

    def __getattr__(self, name: str) -> Any:
        say_new_name(name, OF_A_RECORDER)
        raise AttributeError(f"The recorder has no {name!r}.")

    @property
    def hps(self) -> Mapping[str, list[float]]:
        """Learning rates and momenta of the steps taken, by the course's names of them."""
        return {"lr": self.lrs, "mom": self.moms}

    @property
    def final_record(self) -> L:
        """Training loss, validation loss and metrics of the last epoch; empty before the first."""
        return self.values[-1] if self.values else L()

    def plot_loss(self, skip_start: int = 5, with_valid: bool = True) -> Any:
        """The training loss of every step but the first few, and the validation loss after every epoch; its axes."""
        from cofactor.plots.step_losses import step_losses

        shown = [float("nan")] * min(skip_start, len(self.losses)) + self.losses[skip_start:]
        valid = [row[1] for row in self.values if row[1] is not None] if with_valid else []
        return step_losses(shown, valid, steps_per_epoch=self.iters[0] if self.iters else 1)

    def plot_sched(self) -> None:
        """Learning rate and momentum of every step."""
        from matplotlib import pyplot as plt

        _, both = plt.subplots(1, 2, figsize=(9, 3), layout="constrained")
        for axes, name, values in zip(both, ("learning rate", "momentum"), (self.lrs, self.moms), strict=True):
            axes.plot(values)
            axes.set(xlabel="step", ylabel=name)

    def plot_lr_find(self) -> Any:
        """The losses of the last search for a learning rate; a Matplotlib figure.

        Raises `BadOption` where training has come since, or there was no search.
        """
        if self._found is None:
            raise BadOption("There is no search for a learning rate to plot. Call learn.lr_find() first.")
        found, marked = self._found
        return found.plot(marked).figure


def clock_time(seconds: float) -> str:
    """Minutes and seconds, and hours where there are any.

    >>> clock_time(65.4), clock_time(3600)
    ('01:05', '1:00:00')
    """
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes:02d}:{rest:02d}"
