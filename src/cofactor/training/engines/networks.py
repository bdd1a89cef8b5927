"""The engine that trains a network: our own, or its readable twin in torch."""

from typing import TYPE_CHECKING, Literal, NamedTuple

from cofactor.training.batches import Batches
from cofactor.training.engines.fused_perceptron import FusedPerceptron
from cofactor.training.gradient import need_torch

if TYPE_CHECKING:
    from cofactor.kernels.gradient.labelled_pairs import LabelledPairs
    from cofactor.nets.perceptron import Network
    from cofactor.training.engines.torch_engine import TorchEngine
    from cofactor.training.negatives import Negatives

__all__ = ["Machine", "network_engine"]


class Machine(NamedTuple):
    """The engine, the device and the precision that were asked for, as options of a model."""

    engine: Literal["fused", "torch"]
    device: str
    precision: Literal["float32", "bfloat16"]


def network_engine(
    start: "Network", pairs: "LabelledPairs | Negatives", batches: Batches, y_range: tuple[float, float] | None,
    dropout: float, machine: Machine,
) -> "FusedPerceptron | TorchEngine":  # fmt: skip
    """An engine at its first step. Raises `MissingExtra` where torch is asked for and not installed."""
    if machine.engine == "fused":
        return FusedPerceptron(start, pairs, batches, y_range, dropout)
    need_torch()
    from cofactor.nets.mlp import EmbeddingMLP
    from cofactor.training.engines.torch_engine import TorchEngine

    net = EmbeddingMLP.of(start, y_range, dropout)
    return TorchEngine(net, pairs, batches, machine.device, half=machine.precision == "bfloat16")
