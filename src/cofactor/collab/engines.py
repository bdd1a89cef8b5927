"""Which engine trains a module, and how its parameters get there and back."""

from typing import Any, TypeAlias, cast

import numpy as np
import torch
from torch import Tensor, nn

from cofactor.arrays import FloatArray
from cofactor.collab.batchwise import BatchwiseEngine
from cofactor.collab.embedding_dot_bias import EmbeddingDotBias
from cofactor.collab.embedding_nn import TabularModel
from cofactor.collab.loaders import DataLoader
from cofactor.collab.losses import MSELossFlat
from cofactor.collab.optimizers import Adam
from cofactor.kernels.gradient.adam import BETA2, EPS
from cofactor.kernels.gradient.labelled_pairs import LabelledPairs
from cofactor.nets.embeddings import Embeddings
from cofactor.nets.mlp import network_of
from cofactor.training.engines.fused import FusedAdam
from cofactor.training.engines.fused_perceptron import FusedPerceptron

__all__ = ["AnEngine", "can_be_fused", "engine_for", "put_in", "take_out"]

AnEngine: TypeAlias = FusedAdam | FusedPerceptron | BatchwiseEngine


def engine_for(learn: Any, *, batchwise: bool) -> AnEngine:
    """A fused engine where it does and no callback wants every batch; else the readable one, which computes the same.

    A fused one has parameters of its own: `put_in` before training, `take_out` after.
    """
    loader: DataLoader = learn.dls.train
    table, device = loader.dataset, loader.device
    users, items = (np.ascontiguousarray(table.codes[:, side], np.int32) for side in (0, 1))
    pairs = LabelledPairs(users, items, cast(FloatArray, table.ratings))
    if can_be_fused(learn) and not batchwise:
        return _fused_engine(learn.model, pairs, loader)
    half = learn.half and device != "cpu"
    return BatchwiseEngine(
        learn.model, pairs, loader.batches, device, half=half, learn=learn, notes_each=batchwise
    )  # fmt: skip


def can_be_fused(learn: Any) -> bool:
    """True of the lecture's two models where all is stock: squared error, `Adam` with its defaults, and the CPU."""
    model, hypers = learn.model, learn.opt.hypers[-1]
    return (
        type(model).forward in (EmbeddingDotBias.forward, TabularModel.forward)
        and not (isinstance(model, TabularModel) and (model.config["embed_p"] or len(_dropouts(model)) > 1))
        and torch.device(learn.dls.train.device).type == "cpu"
        and all(p.requires_grad and p.dtype == torch.float32 for p in model.parameters())
        and type(learn.loss_func) is MSELossFlat and learn.loss_func.reduction == "mean"
        and type(learn.opt) is Adam and (hypers["sqr_mom"], hypers["eps"]) == (BETA2, EPS)
    )  # fmt: skip


def _fused_engine(model: nn.Module, pairs: LabelledPairs, loader: DataLoader) -> FusedAdam | FusedPerceptron:
    if isinstance(model, TabularModel):
        dropout = max(_dropouts(model), default=0.0)
        return FusedPerceptron(network_of(model), pairs, loader.batches, model.y_range, dropout)
    dot = cast(EmbeddingDotBias, model)
    return FusedAdam(embeddings_of(dot), pairs.user_idx, pairs.item_idx, pairs.values, loader.batches, dot.y_range)


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
        cast(TabularModel, model).set_parameters(engine.network)


def embeddings_of(model: EmbeddingDotBias) -> Embeddings:
    """Its parameters as arrays, copies."""
    p, b, q, c = (tensor.detach().cpu().numpy().copy() for tensor in _tensors(model))
    return Embeddings(p, b[:, 0], q, c[:, 0])


def _tensors(model: EmbeddingDotBias) -> list[Tensor]:
    """In the order of `Embeddings`."""
    return [model.u_weight.weight, model.u_bias.weight, model.i_weight.weight, model.i_bias.weight]


def _dropouts(model: TabularModel) -> set[float]:
    """The different dropouts of its layers."""
    ps = model.config["ps"]
    return set(ps) if isinstance(ps, list) else {ps or 0.0}
