"""The parts that the course's networks are made of, and a module that needs no `super().__init__()`."""

from collections.abc import Sequence
from typing import Any, Self

import torch
from torch import Tensor, nn

from cofactor.errors import BadOption
from cofactor.nets.dot_product import sigmoid_range

__all__ = ["Embedding", "Module", "Range", "SigmoidRange", "check_range", "sigmoid_range"]

Range = tuple[float, float]


class Module(nn.Module):
    """`nn.Module` whose subclasses need not call `super().__init__()`."""

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        made = super().__new__(cls)
        nn.Module.__init__(made)
        return made

    def __init__(self) -> None:
        pass


class Embedding(nn.Embedding):
    """`nn.Embedding` that starts small: a normal distribution cut off at two of its standard deviations."""

    def __init__(self, ni: int, nf: int, std: float = 0.01) -> None:
        super().__init__(ni, nf)
        with torch.no_grad():
            self.weight.normal_().fmod_(2).mul_(std)


class SigmoidRange(Module):
    """`sigmoid_range` as a layer."""

    def __init__(self, low: float, high: float) -> None:
        self.low, self.high = low, high

    def extra_repr(self) -> str:
        """The ends of the range."""
        return f"low={self.low}, high={self.high}"

    def forward(self, x: Tensor) -> Tensor:
        """Scores of any shape, squashed into (low, high)."""
        return sigmoid_range(x, self.low, self.high)


def check_range(y_range: Range | None) -> Range | None:
    """The range as it came; raises `BadOption` unless it is (low, high)."""
    if y_range is None:
        return None
    if not (isinstance(y_range, Sequence) and len(y_range) == 2 and y_range[0] < y_range[1]):
        raise BadOption(f"y_range goes from low to high, such as (0, 5.5), but {y_range!r} came.")
    return (y_range[0], y_range[1])
