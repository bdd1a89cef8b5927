"""What one pass over the ratings gave."""

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["Epoch"]


@dataclass(frozen=True)
class Epoch:
    """Losses and time of one pass; see each field."""

    number: int  # from 0
    train_loss: float  # mean over the steps, of the loss each met before it learned
    valid_loss: float | None  # after the epoch; None where nothing is held out
    seconds: float
    losses: tuple[float, ...]  # of every step
    metrics: Mapping[str, float] = field(default_factory=dict[str, float])  # what else was measured after the epoch
