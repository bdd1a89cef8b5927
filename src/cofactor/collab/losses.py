"""The course's losses: they compare scores and ratings, whether these come as (b,) or (b, 1)."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import partial
from inspect import signature
from typing import Any

import torch
from torch import Tensor, nn

from cofactor.collab.modules import Module

__all__ = ["BaseLoss", "L1LossFlat", "MSELossFlat", "not_reduced", "ratings_like"]


class BaseLoss(Module):
    """A loss of torch on flat tensors: `BaseLoss(nn.SmoothL1Loss, beta=0.5)`; ratings become floats."""

    def __init__(self, loss_cls: Callable[..., nn.Module], *, reduction: str = "mean", **kwargs: Any) -> None:
        self.func: Any = loss_cls(reduction=reduction, **kwargs)

    @property
    def reduction(self) -> str:
        """The way in which the rows' losses become one: "mean", "sum", or "none" where they do not."""
        return str(self.func.reduction)

    @reduction.setter
    def reduction(self, wanted: str) -> None:
        self.func.reduction = wanted

    def forward(self, inp: Tensor, targ: Tensor) -> Tensor:
        """The loss of the scores `inp` against the ratings `targ`: 0-d, or (b,) where nothing is reduced."""
        return self.func(inp.reshape(-1), targ.reshape(-1).float())

    def decodes(self, x: Tensor) -> Tensor:
        """The predictions that the scores stand for: themselves."""
        return x

    def __repr__(self) -> str:
        return f"FlattenedLoss of {self.func}"


class MSELossFlat(BaseLoss):
    """Mean squared error."""

    def __init__(self, *, reduction: str = "mean") -> None:
        super().__init__(nn.MSELoss, reduction=reduction)


class L1LossFlat(BaseLoss):
    """Mean absolute error."""

    def __init__(self, *, reduction: str = "mean") -> None:
        super().__init__(nn.L1Loss, reduction=reduction)


def ratings_like(scores: Tensor, ratings: Tensor) -> Tensor:
    """The ratings in the scores' shape: (b,) against (b, 1) would be (b, b) to most losses."""
    return ratings.view_as(scores) if ratings.numel() == scores.numel() else ratings


@contextmanager
def not_reduced(loss_func: Callable[..., Tensor]) -> Generator[Callable[..., Tensor]]:
    """The loss, within this block, as a function that gives one number for each row.

    Its own `reduction` is set where it has one, as an attribute or an argument; else every row is a batch.
    """
    if hasattr(loss_func, "reduction"):
        before = loss_func.reduction  # pyright: ignore[reportFunctionMemberAccess]
        loss_func.reduction = "none"  # pyright: ignore[reportFunctionMemberAccess]
        try:
            yield loss_func
        finally:
            loss_func.reduction = before  # pyright: ignore[reportFunctionMemberAccess]
    elif "reduction" in signature(loss_func).parameters:
        yield partial(loss_func, reduction="none")
    else:
        yield partial(_row_by_row, loss_func)


def _row_by_row(loss_func: Callable[..., Tensor], scores: Tensor, ratings: Tensor) -> Tensor:
    return torch.stack(
        [loss_func(score, rating) for score, rating in zip(scores.split(1), ratings.split(1), strict=True)]
    )
