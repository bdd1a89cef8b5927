"""What can be shown beside the losses: functions of predictions and ratings, tensors of one length.

The metrics are those of `cofactor.evaluation.metrics`; any function of two tensors does as well.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeAlias

import numpy as np
from torch import Tensor

from cofactor.errors import BadOption
from cofactor.evaluation import metrics

__all__ = [
    "AccumMetric", "AvgMetric", "Metric", "PearsonCorrCoef", "R2Score", "accuracy", "is_better_lower", "mae",
    "metric_name", "mse", "rmse", "value_of",
]  # fmt: skip

LOWER_IS_BETTER = ("loss", "error", "mse", "mae", "msle", "rmspe")  # what the names of such columns hold


def metric_name(metric: Any) -> str:
    """The heading of its column."""
    metric = metric.func if isinstance(metric, partial) else metric
    return getattr(metric, "name", None) or getattr(metric, "__name__", None) or type(metric).__name__


class Metric:
    """A metric of one's own: `reset`, then `accumulate` with a learner that holds `pred` and `yb`, then `value`."""

    name: str = "metric"

    def reset(self) -> None:
        """Forget what was accumulated."""

    def accumulate(self, learn: Any) -> None:
        """Take in the predictions `learn.pred` of the ratings `learn.yb`, all validation rows at once."""
        raise NotImplementedError

    @property
    def value(self) -> Any:
        """The number that is shown."""
        raise NotImplementedError


class AccumMetric(Metric):
    """A function of all predictions and ratings, flat, of a table: (n,) and (n,).

    to_np: hand them over as arrays     invert_arg: the ratings first, as scikit-learn has them
    flatten: False leaves them in the model's shape     kwargs: further arguments of the function
    """

    def __init__(
        self, func: Callable[..., Any], to_np: bool = False, invert_arg: bool = False, flatten: bool = True,
        name: str | None = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        self.func, self.to_np, self.invert_arg, self.flatten = func, to_np, invert_arg, flatten
        self.name, self.kwargs = name or metric_name(func), kwargs

    def __call__(self, inp: Tensor, targ: Tensor) -> Any:
        """The function's value."""
        pair: Sequence[Any] = [one.detach().cpu() for one in (inp, targ)]
        pair = [one.reshape(-1) for one in pair] if self.flatten else pair
        pair = [one.numpy() for one in pair] if self.to_np else pair
        return self.func(*(reversed(pair) if self.invert_arg else pair), **self.kwargs)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name})"


class AvgMetric(AccumMetric):
    """The mean of a function over the rows; its value on all of them at once."""


AnyMetric: TypeAlias = Metric | Callable[[Tensor, Tensor], Any]


def _rmse(inp: Any, targ: Any) -> float:
    return metrics.rmse(inp, targ)


def _pearson(inp: Any, targ: Any) -> float:
    return float(np.corrcoef(inp, targ)[0, 1])


rmse = AccumMetric(_rmse, to_np=True)
"""Root of the mean squared error; its column is called _rmse, as the course's is."""


def mae(inp: Tensor, targ: Tensor) -> float:
    """Mean absolute error."""
    return AccumMetric(metrics.mae, to_np=True)(inp, targ)


def mse(inp: Tensor, targ: Tensor) -> float:
    """Mean squared error."""
    return rmse(inp, targ) ** 2


def R2Score() -> AccumMetric:
    """The share of the ratings' variance that is explained."""
    return AccumMetric(metrics.r2, to_np=True, name="r2_score")


def PearsonCorrCoef() -> AccumMetric:
    """The correlation of predictions and ratings."""
    return AccumMetric(_pearson, to_np=True, name="pearsonr")


def accuracy(inp: Tensor, targ: Tensor, axis: int = -1) -> float:
    """The share of rows whose class, the place of the highest score along the axis, is the one given.

    Raises `BadOption` for predicted ratings, which are numbers and no scores of classes.
    """
    if inp.numel() == targ.numel():
        raise BadOption(
            "accuracy compares classes, but ratings are predicted as numbers: take rmse or mae, or a function of your "
            "own, such as lambda p, y: (p.round() == y).float().mean()."
        )
    return float((inp.argmax(dim=axis).reshape(-1) == targ.reshape(-1)).float().mean())


def value_of(metric: AnyMetric, pred: Tensor, ratings: Tensor, learn: Any) -> float:
    """Its value of predictions in the model's shape and of ratings (n, 1); learn: the learner that a `Metric` is given.

    A function is given both as (n,): against (n, 1) the comparison of (n,) would have n² entries.
    """
    if isinstance(metric, Metric) and not isinstance(metric, AccumMetric):
        metric.reset()
        learn.pred, learn.yb = pred, (ratings,)
        metric.accumulate(learn)
        return float(metric.value)
    shaped = isinstance(metric, AccumMetric) and not metric.flatten
    value = metric(pred, ratings) if shaped else metric(pred.reshape(-1), ratings.reshape(-1))  # pyright: ignore
    return float(value.detach() if isinstance(value, Tensor) else value)


def is_better_lower(column: str) -> bool:
    """True for the columns of losses and errors, by their names."""
    return any(part in column.lower() for part in LOWER_IS_BETTER)
