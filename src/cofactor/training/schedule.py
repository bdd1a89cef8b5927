"""Schedules: the learning rate and the momentum of every step, as arrays that are made before training."""

from typing import Literal, NamedTuple

import numpy as np

from cofactor.arrays import FloatArray
from cofactor.errors import BadOption

__all__ = ["SCHEDULED", "Schedule", "ScheduleName", "constant", "exponential", "flat_cosine", "one_cycle", "schedule"]

SCHEDULED = 64  # bytes of memory per step while a schedule is made
ScheduleName = Literal["one_cycle", "constant", "flat_cosine"]


class Schedule(NamedTuple):
    """The learning rate and the momentum (Adam's β₁) of every step, (n_steps,) float64 each."""

    rates: FloatArray
    momenta: FloatArray

    def part(self, start: int, end: int) -> "Schedule":
        """The learning rates and momenta of the steps start..end-1."""
        return Schedule(self.rates[start:end], self.momenta[start:end])


def one_cycle(
    n_steps: int, rate: float, *, warm_up: float = 0.25, div: float = 25.0, div_final: float = 1e5,
    momenta: tuple[float, float, float] = (0.95, 0.85, 0.95),
) -> Schedule:  # fmt: skip
    """Up from rate/div to rate over the first `warm_up` of the steps, down to rate/div_final over the rest.

    Both legs are half cosines and the momentum mirrors them, with fastai's defaults [smith2018superconvergence].

    >>> one_cycle(4, 1.0).rates.round(2)
    array([0.04, 1.  , 0.75, 0.25])
    """
    position = np.arange(n_steps) / max(1, n_steps)
    rising = position < warm_up
    up, down = position / warm_up, (position - warm_up) / (1 - warm_up)
    rates = np.where(rising, _cosine(rate / div, rate, up), _cosine(rate, rate / div_final, down))
    first, middle, last = momenta
    return Schedule(rates, np.where(rising, _cosine(first, middle, up), _cosine(middle, last, down)))


def flat_cosine(n_steps: int, rate: float, *, flat: float = 0.75, momentum: float = 0.9) -> Schedule:
    """The rate as it is for the first `flat` of the steps, then half a cosine down to almost nothing."""
    position = np.arange(n_steps) / max(1, n_steps)
    falling = _cosine(rate, rate / 1e5, np.maximum(0, position - flat) / max(1e-12, 1 - flat))
    return Schedule(np.where(position < flat, rate, falling), np.full(n_steps, momentum))


def constant(n_steps: int, rate: float, *, momentum: float = 0.9) -> Schedule:
    """The same rate at every step."""
    return Schedule(np.full(n_steps, float(rate)), np.full(n_steps, momentum))


def exponential(n_steps: int, start: float, end: float, *, momentum: float = 0.9) -> Schedule:
    """From start to end by equal factors: the learning-rate range test's sweep [smith2017cyclical]."""
    return Schedule(start * (end / start) ** (np.arange(n_steps) / max(1, n_steps)), np.full(n_steps, momentum))


def schedule(name: ScheduleName, n_steps: int, rate: float) -> Schedule:
    """A schedule by its name: one_cycle, constant or flat_cosine. Raises `BadOption` for any other name."""
    shapes = {"one_cycle": one_cycle, "constant": constant, "flat_cosine": flat_cosine}
    if name not in shapes:
        raise BadOption(f"There is no schedule {name!r}. Choose one of: {', '.join(shapes)}.")
    return shapes[name](n_steps, rate)


def _cosine(start: float, end: float, position: FloatArray) -> FloatArray:
    return start + (1 - np.cos(np.pi * np.clip(position, 0, 1))) * (end - start) / 2
