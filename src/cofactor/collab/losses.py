"""The course's losses: they compare scores and ratings, whether these come as (b,) or (b, 1)."""

from torch import Tensor

from cofactor.collab.modules import Module
from cofactor.training.engines.torch_engine import mse

__all__ = ["MSELossFlat"]


class MSELossFlat(Module):
    """Mean squared error, whether the scores come as (b,) or (b, 1)."""

    def forward(self, inp: Tensor, targ: Tensor) -> Tensor:
        """The mean squared error of the scores `inp` against the ratings `targ`, a 0-d tensor."""
        return mse(inp, targ.float())

    def __repr__(self) -> str:
        return "FlattenedLoss of MSELoss()"
