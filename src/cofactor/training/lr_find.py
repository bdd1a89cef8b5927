"""The learning-rate finder: training at rising rates, and a suggestion from where the loss falls fastest.

Smith, "Cyclical learning rates for training neural networks", WACV 2017, section 3.3 [smith2017cyclical]; the
suggestion is fastai's "valley": half-way along the longest fall of the smoothed loss.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from cofactor.arrays import FloatArray
from cofactor.errors import BadOption
from cofactor.hyperparameters import conformed
from cofactor.training.engine import ScheduledEngine
from cofactor.training.schedule import exponential

__all__ = ["LearningRates", "find_learning_rate", "smooth", "valley"]

SMOOTHING = 0.98  # of the running mean, as fastai's recorder
N_EXPLODING = 5  # losses at the end that are not plotted: the others would look flat beside them
MIN_STEPS, MAX_STEPS = 10, 1_000_000
MAX_RISE = 4.0  # the sweep ends where the smoothed loss is this many times its lowest value


@dataclass(frozen=True)
class LearningRates:
    """Rates and smoothed losses, (n,) each, and the suggested rate."""

    rates: FloatArray
    losses: FloatArray
    suggestion: float

    def plot(self, marked: Mapping[str, float] | None = None, *, ax: Any = None) -> Any:
        """The Matplotlib axes of the loss against the rate, the suggestion or other rates marked.

        Raises `MissingExtra` without Matplotlib.
        """
        from cofactor.plots.lr_curve import lr_curve

        shown = slice(max(10, len(self.losses) - N_EXPLODING))
        return lr_curve(self.rates[shown], self.losses[shown], marked or {"": self.suggestion}, ax=ax)


def find_learning_rate(
    engine: ScheduledEngine, *, start: float = 1e-7, end: float = 10.0, n_steps: int = 100, weight_decay: float = 0.0
) -> LearningRates:
    """Rates, losses and a suggestion from up to n_steps steps at rising rates; the engine is then restored.

    Raises `BadOption` for rates that do not rise and for too few or too many steps.
    """
    start, end = conformed("start", float, start), conformed("end", float, end)
    n_steps = conformed("n_steps", int, n_steps)
    if not (0 < start < end and MIN_STEPS <= n_steps <= MAX_STEPS):
        raise BadOption(
            f"Learning rates rise from start to end, 0 < start < end, in {MIN_STEPS} to {MAX_STEPS:,} steps, "
            f"but start={start}, end={end}, n_steps={n_steps} came."
        )
    before = engine.state()
    sweep = exponential(n_steps, start, end)
    engine.begin(sweep, weight_decay)
    raw: list[float] = []
    for at in range(n_steps):
        epoch, step = divmod(at, engine.n_steps)
        raw.append(float(engine.run(epoch, step, step + 1)[0]))
        running = smooth(np.array(raw))
        if not np.isfinite(raw[-1]) or (at > 10 and running[-1] > MAX_RISE * running.min()):
            break
    engine.restore(before)
    kept = len(raw) if np.isfinite(raw[-1]) else len(raw) - 1
    rates, losses = sweep.rates[:kept], smooth(np.array(raw[:kept]))
    return LearningRates(rates, losses, valley(rates, losses))


def valley(rates: FloatArray, losses: FloatArray) -> float:
    """The rate half-way along the longest falling subsequence of the losses, as fastai counts it."""
    length = np.ones(len(losses), int)
    for at in range(1, len(losses)):
        length[at] += max(length[:at][losses[:at] > losses[at]], default=0)
    end = int(np.argmax(length))
    start = max(0, end - int(length[end]))
    third = (end - start) / 3
    return float(rates[start + int(third) + int(third / 2)])


def smooth(losses: FloatArray) -> FloatArray:
    """Exponential running mean, unbiased at the start."""
    mean, out = 0.0, np.empty(len(losses))
    for at, loss in enumerate(losses):
        mean = SMOOTHING * mean + (1 - SMOOTHING) * loss
        out[at] = mean / (1 - SMOOTHING ** (at + 1))
    return out
