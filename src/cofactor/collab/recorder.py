"""What training left behind: losses, rates and the table that was shown."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from cofactor.run.epoch import Epoch
from cofactor.training.lr_find import smooth
from cofactor.training.schedule import Schedule

__all__ = ["Recorder"]


class Recorder:
    """Losses, metrics, learning rates and momenta of the last fit.

    losses: the training loss of each step, smoothed by a running mean
    values: training loss, validation loss and metrics, a row for each epoch
    """

    def __init__(self, metric_names: Sequence[str]) -> None:
        self.metric_names = ["epoch", "train_loss", "valid_loss", *metric_names, "time"]
        self.begin(Schedule(np.zeros(0), np.zeros(0)))

    def begin(self, plan: Schedule) -> None:
        """Forget the fit before."""
        self._plan, self._n_steps = plan, 1
        self.values: list[list[float | None]] = []
        self.losses: list[float] = []
        self._raw: list[float] = []

    def note(self, epoch: Epoch) -> None:
        """Append the losses and metrics of a finished epoch."""
        self._raw.extend(epoch.losses)
        self._n_steps = max(1, len(epoch.losses))
        self.losses = smooth(np.array(self._raw)).tolist()
        self.values.append([epoch.train_loss, epoch.valid_loss, *epoch.metrics.values()])

    @property
    def lrs(self) -> list[float]:
        """The learning rate of each step taken."""
        return self._plan.rates[: len(self.losses)].tolist()

    @property
    def moms(self) -> list[float]:
        """The momentum of each step taken."""
        return self._plan.momenta[: len(self.losses)].tolist()

    @property
    def final_record(self) -> list[float | None]:
        """Training loss, validation loss and metrics of the last epoch; empty before the first."""
        return self.values[-1] if self.values else []

    def plot_loss(self, skip_start: int = 5, with_valid: bool = True) -> Any:
        """The training loss of every step but the first few, and the validation loss after every epoch; its axes."""
        from cofactor.plots import losses

        shown = [float("nan")] * min(skip_start, len(self.losses)) + self.losses[skip_start:]
        valid = [row[1] for row in self.values if row[1] is not None] if with_valid else []
        return losses(shown, valid, steps_per_epoch=self._n_steps).axes[0]

    def plot_sched(self) -> None:
        """Learning rate and momentum of every step."""
        from matplotlib import pyplot as plt

        _, both = plt.subplots(1, 2, figsize=(9, 3), layout="constrained")
        for axes, name, values in zip(both, ("learning rate", "momentum"), (self.lrs, self.moms), strict=True):
            axes.plot(values)
            axes.set(xlabel="step", ylabel=name)
