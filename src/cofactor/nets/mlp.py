"""Neural collaborative filtering as a torch module: the readable twin of `kernels/gradient/perceptron_loops.py`.

He et al., "Neural collaborative filtering", WWW 2017, section 3.3 [he2017ncf]; the layers as fastai orders them:
linear, ReLU, batch norm, dropout.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise, zip_longest
from typing import Self, cast

import numpy as np
import torch
from torch import Tensor, nn

from cofactor.arrays import FloatArray
from cofactor.nets.dot_product import sigmoid_range
from cofactor.nets.perceptron import Layer, Network

__all__ = ["EmbeddingMLP", "network_of"]


class EmbeddingMLP(nn.Module):
    """score = squash(MLP([p_u, q_i])): a learned similarity instead of the dot product, or in addition to one.

    sizes: numbers of users and items     widths: length of a user's and of an item's embedding
    dot: so many numbers at the end of each go into a dot product that is added to the score (NeuMF), not into the MLP
    layers: units of each hidden layer     dropout: after each of them, or one for each
    embed_dropout: on the embeddings
    """

    def __init__(
        self, sizes: tuple[int, int], widths: tuple[int, int], layers: Sequence[int],
        y_range: tuple[float, float] | None = None, dropout: float | Sequence[float] = 0.0,
        embed_dropout: float = 0.0, batch_norm: bool = True, dot: int = 0,
    ) -> None:  # fmt: skip
        super().__init__()
        self.embeds = nn.ModuleList(nn.Embedding(n, width) for n, width in zip(sizes, widths, strict=True))
        for embed in self.embeddings:
            nn.init.trunc_normal_(embed.weight, std=0.01, a=-0.02, b=0.02)
        self.emb_drop = nn.Dropout(embed_dropout)
        after_each = list(dropout) if isinstance(dropout, Sequence) else [dropout] * len(layers)
        self.layers = nn.Sequential(*self._layers([sum(widths) - 2 * dot, *layers], after_each, batch_norm))
        self.y_range, self.dot = y_range, dot

    @classmethod
    def of(cls, network: Network, y_range: tuple[float, float] | None = None, dropout: float = 0.0) -> Self:
        """A new module with these parameters."""
        sizes, widths = zip(network.users.shape, network.items.shape, strict=True)
        units = [layer.matrix.shape[1] for layer in network.layers[:-1]]
        normed = any(layer.has_norm for layer in network.layers)
        made = cls(sizes, widths, units, y_range, dropout=dropout, batch_norm=normed, dot=network.dot)
        made.set_parameters(network)
        return made

    @torch.no_grad()
    def set_parameters(self, network: Network) -> None:
        """Copy these parameters into the module."""
        for embed, rows in zip(self.embeddings, (network.users, network.items), strict=True):
            embed.weight.copy_(torch.from_numpy(rows))
        for (linear, norm), layer in zip(self.linears_and_norms(), network.layers, strict=True):
            linear.weight.copy_(torch.from_numpy(layer.matrix[:-1].T))
            if linear.bias is not None:
                linear.bias.copy_(torch.from_numpy(layer.matrix[-1]))
            if norm is not None:
                for tensor, array in zip(_tensors(norm), layer[1:], strict=True):
                    tensor.copy_(torch.from_numpy(array))

    def linears_and_norms(self) -> Iterator[tuple[nn.Linear, nn.BatchNorm1d | None]]:
        """Each linear layer, and the batch norm behind it."""
        linears = [layer for layer in self.layers.modules() if isinstance(layer, nn.Linear)]
        norms = [layer for layer in self.layers.modules() if isinstance(layer, nn.BatchNorm1d)]
        return zip_longest(linears, norms)

    @property
    def embeddings(self) -> tuple[nn.Embedding, nn.Embedding]:
        """The embedding layers of users and of items."""
        return cast(tuple[nn.Embedding, nn.Embedding], tuple(self.embeds))

    @staticmethod
    def _layers(units: Sequence[int], dropouts: Sequence[float], batch_norm: bool) -> Iterator[nn.Module]:
        for (n_in, n_out), dropout in zip(pairwise(units), dropouts, strict=True):
            yield nn.Linear(n_in, n_out, bias=not batch_norm)
            yield nn.ReLU(inplace=True)
            if batch_norm:
                yield nn.BatchNorm1d(n_out)
            if dropout:
                yield nn.Dropout(dropout)
        yield nn.Linear(units[-1], 1)

    def forward(self, x: Tensor) -> Tensor:
        """x (b, 2): a user and an item in each row -> scores (b, 1)."""
        p, q = (embed(x[:, column]) for column, embed in enumerate(self.embeddings))
        k, m = p.shape[1] - self.dot, q.shape[1] - self.dot
        score = self.layers(self.emb_drop(torch.cat([p[:, :k], q[:, :m]], dim=1)))
        if self.dot:
            score = score + (p[:, k:] * q[:, m:]).sum(dim=1, keepdim=True)
        return score if self.y_range is None else sigmoid_range(score, *self.y_range)


def network_of(net: nn.Module) -> Network:
    """The parameters of an `EmbeddingMLP`, as copies."""
    if not isinstance(net, EmbeddingMLP):
        raise TypeError(f"network_of reads an EmbeddingMLP, not a {type(net).__name__}")
    nothing, layers = np.zeros(0, np.float32), list[Layer]()
    for linear, norm in net.linears_and_norms():
        weight = _array(linear.weight).T
        bias = np.zeros(weight.shape[1], np.float32) if linear.bias is None else _array(linear.bias)
        parts = [nothing] * 4 if norm is None else [_array(tensor) for tensor in _tensors(norm)]
        layers.append(Layer(np.vstack([weight, bias]), *parts))
    users, items = (_array(embed.weight) for embed in net.embeddings)
    return Network(users, items, tuple(layers), net.dot)


def _tensors(norm: nn.BatchNorm1d) -> tuple[Tensor, ...]:
    """The tensors of a batch norm, in the order of `Layer`."""
    if norm.running_mean is None or norm.running_var is None:
        raise TypeError("a batch norm that tracks no statistics cannot be used once training is over")
    return norm.weight, norm.bias, norm.running_mean, norm.running_var


def _array(tensor: Tensor) -> FloatArray:
    return tensor.detach().cpu().numpy().copy()
