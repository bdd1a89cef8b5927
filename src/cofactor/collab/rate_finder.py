"""What `lr_find` suggests: four ways to read a learning rate off the losses at rising rates, as the course has them.

Each takes rates, losses and the number of steps asked for, and gives the rate and the point to mark on the plot.
"""

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np

from cofactor.arrays import FloatArray
from cofactor.training import lr_find
from cofactor.training.lr_find import LearningRates

__all__ = ["SuggestFunction", "minimum", "slide", "steep", "suggested", "suggestions", "valley"]

N_LAST = 5  # steps at the end that no suggestion looks at: the loss explodes there
Suggestion: TypeAlias = tuple[float, tuple[float, float]]
SuggestFunction: TypeAlias = Callable[..., Suggestion]


def minimum(lrs: FloatArray, losses: FloatArray, num_it: int) -> Suggestion:
    """A tenth of the rate at which the loss is lowest."""
    at = int(np.argmin(losses))
    return float(lrs[at]) / 10, (float(lrs[at]), float(losses[at]))


def steep(lrs: FloatArray, losses: FloatArray, num_it: int) -> Suggestion:
    """The rate at which the loss falls fastest, over the logarithm of the rate."""
    return _point(lrs, losses, int(np.argmin(np.diff(losses) / np.diff(np.log(lrs)))))


def valley(lrs: FloatArray, losses: FloatArray, num_it: int) -> Suggestion:
    """The rate half-way along the longest fall of the loss."""
    rate = lr_find.valley(np.asarray(lrs), np.asarray(losses))
    return _point(lrs, losses, int(np.argmin(np.abs(np.asarray(lrs) - rate))))


def slide(
    lrs: FloatArray, losses: FloatArray, num_it: int, lr_diff: int = 15, thresh: float = 0.005,
    adjust_value: float = 1.0,
) -> Suggestion:  # fmt: skip
    """The lower end of an interval of rates that slides down from the end, just before the loss slopes alike at both.

    lr_diff: its width in steps     thresh: slopes count as alike within this     adjust_value: a factor
    """
    slopes = np.gradient(np.asarray(losses, np.float64))
    right, left = len(slopes) - 1, len(slopes) - 1 - lr_diff
    found = max(left, 0)
    while left >= 0 and abs(slopes[right] - slopes[left]) > thresh:
        found, right, left = left, right - 1, left - 1
    rate = float(lrs[found]) * adjust_value
    return rate, (rate, float(np.interp(np.log10(rate), np.log10(lrs), losses)))


def suggestions(
    found: LearningRates, functions: SuggestFunction | Sequence[SuggestFunction], num_it: int
) -> Mapping[str, Suggestion]:
    """The suggestion of each function, by its name; the first tenth of the steps and the last few are left out."""
    several = functions if isinstance(functions, Sequence) else [functions]
    kept = slice(num_it // 10, -N_LAST) if len(found.rates) > num_it // 10 + N_LAST + 1 else slice(None)
    return {_name(f): f(found.rates[kept], found.losses[kept], num_it) for f in several}


def suggested(points: Mapping[str, Suggestion]) -> Any:
    """A named tuple `SuggestedLRs` of the rates."""
    made = namedtuple("SuggestedLRs", list(points))  # pyright: ignore[reportUntypedNamedTuple]  (names come at run time)
    return made(*(rate for rate, _ in points.values()))


def _point(lrs: FloatArray, losses: FloatArray, at: int) -> Suggestion:
    return float(lrs[at]), (float(lrs[at]), float(losses[at]))


def _name(function: Any) -> str:
    return getattr(function, "func", function).__name__  # of a partial, too
