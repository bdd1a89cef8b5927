"""What can be shown beside the losses: functions of predictions and ratings, tensors of one length.

The metrics are those of `cofactor.evaluation.metrics`; any function of two tensors does as well.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

from torch import Tensor

from cofactor.evaluation import metrics

__all__ = ["R2Score", "mae", "metric_name", "mse", "rmse"]

Metric: TypeAlias = Callable[[Tensor, Tensor], Any]


def rmse(inp: Tensor, targ: Tensor) -> float:
    """Root of the mean squared error."""
    return metrics.rmse(*_arrays(inp, targ))


def mae(inp: Tensor, targ: Tensor) -> float:
    """Mean absolute error."""
    return metrics.mae(*_arrays(inp, targ))


def mse(inp: Tensor, targ: Tensor) -> float:
    """Mean squared error."""
    return rmse(inp, targ) ** 2


def R2Score() -> Metric:
    """The share of the ratings' variance that is explained."""

    def r2_score(inp: Tensor, targ: Tensor) -> float:
        return metrics.r2(*_arrays(inp, targ))

    return r2_score


def metric_name(metric: Metric) -> str:
    """The heading of its column."""
    return getattr(metric, "name", None) or getattr(metric, "__name__", None) or type(metric).__name__


def _arrays(inp: Tensor, targ: Tensor) -> tuple[Any, Any]:
    return inp.detach().cpu().numpy().reshape(-1), targ.detach().cpu().numpy().reshape(-1)
