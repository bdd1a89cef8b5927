"""Which engine trains a module, and how its parameters get there and back."""

from collections.abc import Callable
from typing import TypeAlias, cast

import numpy as np
import torch
from torch import Tensor, nn

from cofactor.arrays import FloatArray
from cofactor.collab.embedding_dot_bias import EmbeddingDotBias
from cofactor.collab.embedding_nn import EmbeddingNN, TabularModel
from cofactor.collab.loaders import DataLoader
from cofactor.collab.losses import MSELossFlat
from cofactor.kernels.gradient.labelled_pairs import LabelledPairs
from cofactor.nets.embeddings import Embeddings
from cofactor.nets.mlp import network_of
from cofactor.training.engines.fused import FusedAdam
from cofactor.training.engines.fused_perceptron import FusedPerceptron
from cofactor.training.engines.torch_engine import TorchEngine

__all__ = ["AnEngine", "engine_for", "put_in", "take_out"]

AnEngine: TypeAlias = FusedAdam | FusedPerceptron | TorchEngine


def engine_for(model: nn.Module, loader: DataLoader, loss_func: Callable[..., Tensor]) -> AnEngine:
    """A fused engine for the lecture's two models under squared error on the CPU; the torch engine for all else.

    They compute the same steps. A fused one has parameters of its own: `put_in` before training, `take_out` after.
    """
    table, device = loader.dataset, loader.device
    users, items = (np.ascontiguousarray(table.codes[:, side], np.int32) for side in (0, 1))
    values = cast(FloatArray, table.ratings)
    if _can_be_fused(model, device) and type(loss_func) is MSELossFlat:
        if isinstance(model, EmbeddingDotBias):
            return FusedAdam(embeddings_of(model), users, items, values, loader.batches, model.y_range)
        if isinstance(model, EmbeddingNN) and not model.config["embed_p"] and len(dropouts := _dropouts(model)) < 2:
            pairs, dropout = LabelledPairs(users, items, values), max(dropouts, default=0.0)
            return FusedPerceptron(network_of(model), pairs, loader.batches, model.y_range, dropout)

    def loss_of(scores: Tensor, ratings: Tensor) -> Tensor:
        return loss_func(scores, ratings.view_as(scores))  # (b,) against (b, 1) would be (b, b) to most losses

    return TorchEngine(model, LabelledPairs(users, items, values), loader.batches, device, loss_of)


def put_in(model: nn.Module, engine: AnEngine) -> None:
    """The module's parameters, whatever has become of them since, into the engine."""
    if isinstance(engine, FusedAdam):
        for own, given in zip(engine.embeddings, embeddings_of(cast(EmbeddingDotBias, model)), strict=True):
            own[:] = given
    if isinstance(engine, FusedPerceptron):
        engine.set_parameters(network_of(model))


def take_out(model: nn.Module, engine: AnEngine) -> None:
    """The engine's parameters into the module."""
    if isinstance(engine, FusedAdam):
        dot = cast(EmbeddingDotBias, model)
        for tensor, array in zip(_tensors(dot), engine.embeddings, strict=True):
            tensor.data.copy_(torch.from_numpy(array.copy()).view_as(tensor))
    if isinstance(engine, FusedPerceptron):
        cast(EmbeddingNN, model).set_parameters(engine.network)


def embeddings_of(model: EmbeddingDotBias) -> Embeddings:
    """Its parameters as arrays, copies."""
    p, b, q, c = (tensor.detach().cpu().numpy().copy() for tensor in _tensors(model))
    return Embeddings(p, b[:, 0], q, c[:, 0])


def _tensors(model: EmbeddingDotBias) -> list[Tensor]:
    """In the order of `Embeddings`."""
    return [model.u_weight.weight, model.u_bias.weight, model.i_weight.weight, model.i_bias.weight]


def _dropouts(model: EmbeddingNN) -> set[float]:
    """The different dropouts of its layers."""
    ps = model.config["ps"]
    return set(ps) if isinstance(ps, list) else {ps or 0.0}


def _can_be_fused(model: nn.Module, device: str) -> bool:
    return (
        type(model).forward in (EmbeddingDotBias.forward, TabularModel.forward)
        and torch.device(device).type == "cpu"
        and all(p.requires_grad and p.dtype == torch.float32 for p in model.parameters())
    )
