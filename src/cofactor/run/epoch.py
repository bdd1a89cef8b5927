"""What passes over the ratings gave."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import nan

from cofactor.sheet import Sheet, SheetMixin, format_number

__all__ = ["Epoch", "Epochs"]


@dataclass(frozen=True)
class Epoch:
    """Losses and time of one pass; see each field."""

    number: int  # from 0
    train_loss: float  # mean over the steps, of the loss each met before it learned
    valid_loss: float | None  # after the epoch; None where nothing is held out
    seconds: float
    losses: tuple[float, ...]  # of every step
    metrics: Mapping[str, float] = field(default_factory=dict[str, float])  # what else was measured after the epoch


class Epochs(SheetMixin, list[Epoch]):
    """The epochs of a training, in their order; shown as a table, a row each."""

    def sheet(self) -> Sheet:
        """The losses, what else was measured, and the seconds of each epoch."""
        metrics = list(dict.fromkeys(name for one in self for name in one.metrics))
        columns = {
            "epoch": [str(one.number) for one in self],
            "train_loss": [format_number(one.train_loss, 6) for one in self],
            "valid_loss": ["" if one.valid_loss is None else format_number(one.valid_loss, 6) for one in self],
            **{name: [format_number(one.metrics.get(name, nan), 6) for one in self] for name in metrics},
            "seconds": [format_number(one.seconds, 2) for one in self],
        }
        if not any(columns["valid_loss"]):
            del columns["valid_loss"]
        rows = list(zip(*columns.values(), strict=True))
        return Sheet("", tuple(columns) if rows else (), rows, () if rows else ("No epoch was run.",))
