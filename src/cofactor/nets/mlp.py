"""Neural collaborative filtering as a torch module: embeddings side by side into a multilayer perceptron.

He et al., "Neural collaborative filtering", WWW 2017, section 3.3 [he2017ncf]; the layers as fastai orders them:
linear, ReLU, batch norm, dropout.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import cast

import numpy as np
import torch
from torch import Tensor, nn

from cofactor.arrays import FloatArray
from cofactor.nets.dot_product import sigmoid_range

__all__ = ["EmbeddingMLP", "mlp_arrays"]


class EmbeddingMLP(nn.Module):
    """score = squash(MLP([p_u, q_i])): a learned similarity in place of the dot product, or beside one.

    sizes: how many users and items     widths: length of a user's and of an item's embedding
    dot: so many numbers at the end of each go into a dot product that is added to the score (NeuMF), not into the MLP
    layers: units of each hidden layer     dropout: after each of them, and on the embeddings if `embed_dropout`
    """

    def __init__(
        self, sizes: tuple[int, int], widths: tuple[int, int], layers: Sequence[int],
        y_range: tuple[float, float] | None = None, dropout: float = 0.0, embed_dropout: float = 0.0,
        batch_norm: bool = True, dot: int = 0,
    ) -> None:  # fmt: skip
        super().__init__()
        self.embeds = nn.ModuleList(nn.Embedding(n, width) for n, width in zip(sizes, widths, strict=True))
        for embed in self.embeddings:
            nn.init.trunc_normal_(embed.weight, std=0.01, a=-0.02, b=0.02)
        self.embed_dropout = nn.Dropout(embed_dropout)
        self.layers = nn.Sequential(*self._layers([sum(widths) - 2 * dot, *layers], dropout, batch_norm))
        self.y_range, self.dot = y_range, dot

    @property
    def embeddings(self) -> tuple[nn.Embedding, nn.Embedding]:
        """Of users, of items."""
        return cast(tuple[nn.Embedding, nn.Embedding], tuple(self.embeds))

    @staticmethod
    def _layers(units: Sequence[int], dropout: float, batch_norm: bool) -> Iterator[nn.Module]:
        for n_in, n_out in pairwise(units):
            yield nn.Linear(n_in, n_out, bias=not batch_norm)
            yield nn.ReLU()
            if batch_norm:
                yield nn.BatchNorm1d(n_out)
            if dropout:
                yield nn.Dropout(dropout)
        yield nn.Linear(units[-1], 1)

    def forward(self, x: Tensor) -> Tensor:
        """x (b, 2): a user and an item in each row -> scores (b, 1)."""
        p, q = (embed(x[:, column]) for column, embed in enumerate(self.embeddings))
        k, m = p.shape[1] - self.dot, q.shape[1] - self.dot
        score = self.layers(self.embed_dropout(torch.cat([p[:, :k], q[:, :m]], dim=1)))
        if self.dot:
            score = score + (p[:, k:] * q[:, m:]).sum(dim=1, keepdim=True)
        return score if self.y_range is None else sigmoid_range(score, *self.y_range)


def mlp_arrays(net: nn.Module) -> tuple[FloatArray, FloatArray, list[FloatArray]]:
    """An `EmbeddingMLP`'s user and item embeddings, and each layer as one (n_in + 1, n_out) matrix, its bias last.

    Batch norm is a scale and a shift once training is over; both go into the layer behind it.
    """
    if not isinstance(net, EmbeddingMLP):
        raise TypeError(f"mlp_arrays reads an EmbeddingMLP, not a {type(net).__name__}")
    p, q = (_array(embed.weight) for embed in net.embeddings)
    matrices: list[FloatArray] = []
    scale, shift = np.ones(1, np.float32), np.zeros(p.shape[1] + q.shape[1] - 2 * net.dot, np.float32)
    for layer in net.layers:
        if isinstance(layer, nn.Linear):
            weight = _array(layer.weight).T
            bias = 0 if layer.bias is None else _array(layer.bias)
            matrices.append(np.vstack([weight * scale[:, None], bias + shift @ weight]))
            scale, shift = np.ones(1, np.float32), np.zeros(weight.shape[1], np.float32)
        elif isinstance(layer, nn.BatchNorm1d):
            scale, shift = _scale_and_shift(layer)
    return p, q, matrices


def _scale_and_shift(norm: nn.BatchNorm1d) -> tuple[FloatArray, FloatArray]:
    if norm.running_mean is None or norm.running_var is None:
        raise TypeError("a batch norm that tracks no statistics cannot be folded into the next layer")
    scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
    return _array(scale), _array(norm.bias - norm.running_mean * scale)


def _array(tensor: Tensor) -> FloatArray:
    return tensor.detach().cpu().numpy().copy()
