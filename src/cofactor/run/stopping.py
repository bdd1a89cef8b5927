"""Early stopping: training ends when a metric on held-out ratings has stopped improving."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from cofactor.errors import BadOption, shown
from cofactor.hyperparameters import conformed

__all__ = ["EarlyStopping"]


@dataclass
class EarlyStopping:
    """Watch `metric` after every epoch; stop after `patience` values without a new best.

    metric: None for the validation loss, or any function of the model as it stands, such as
        `cofactor.evaluation.monitor("ndcg@10", validation)`
    better: "lower" or "higher"     least: an improvement smaller than this is none
    After a fit `best_epoch` and `best` are the epoch the model is of and its value, `seen` all values measured.
    Raises `BadOption` for what is out of range.
    """

    patience: int = 3
    metric: Callable[[Any], float] | None = None
    better: Literal["lower", "higher"] = "lower"
    least: float = 0.0

    def __post_init__(self) -> None:
        self.patience = conformed("patience", int, self.patience)
        self.least = conformed("least", float, self.least)
        if self.metric is not None and not callable(self.metric):
            raise BadOption(f"metric is a function of the model, such as monitor(…), but {shown(self.metric)} came.")
        if self.patience < 1 or conformed("better", Literal["lower", "higher"], self.better) != self.better:
            raise BadOption(
                f"patience counts values, at least 1, and better is 'lower' or 'higher', "
                f"but {self.patience} and {self.better!r} came."
            )
        self.reset()

    def reset(self) -> None:
        """Forget what was seen, before a new training."""
        self.best_epoch, self.best, self.seen = -1, float("nan"), list[float]()
        self._n_since_best = 0

    def note(self, epoch: int, value: float) -> bool:
        """Record a value; True where it is the best so far."""
        gain = self.best - value if self.better == "lower" else value - self.best
        improved = self.best_epoch < 0 or gain > self.least
        self.seen.append(value)
        self._n_since_best += 1
        if improved:
            self.best_epoch, self.best, self._n_since_best = epoch, value, 0
        return improved

    @property
    def is_over(self) -> bool:
        """True where the last `patience` values were no new best."""
        return self._n_since_best >= self.patience
