"""Neural collaborative filtering as a torch module: embeddings side by side into a multilayer perceptron.

He et al., "Neural collaborative filtering", WWW 2017, section 3.3 [he2017ncf]; the layers as fastai orders them:
linear, ReLU, batch norm, dropout.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import Tensor, nn

from cofactor.arrays import FloatArray
from cofactor.nets.dot_product import sigmoid_range

__all__ = ["EmbeddingMLP"]


class EmbeddingMLP(nn.Module):
    """score = squash(MLP([p_u, q_i])): a learned similarity in place of the dot product.

    sizes: how many users and items     widths: length of a user's and of an item's embedding
    layers: units of each hidden layer     dropout: after each of them, and on the embeddings if `embed_dropout`
    """

    def __init__(
        self, sizes: tuple[int, int], widths: tuple[int, int], layers: Sequence[int],
        y_range: tuple[float, float] | None = None, dropout: float = 0.0, embed_dropout: float = 0.0,
        batch_norm: bool = True,
    ) -> None:  # fmt: skip
        super().__init__()
        self.embeds = nn.ModuleList(nn.Embedding(n, width) for n, width in zip(sizes, widths, strict=True))
        for embed in self.embeds:
            nn.init.trunc_normal_(embed.weight, std=0.01, a=-0.02, b=0.02)
        self.embed_dropout = nn.Dropout(embed_dropout)
        self.layers = nn.Sequential(*self._layers([sum(widths), *layers], dropout, batch_norm))
        self.y_range = y_range

    @staticmethod
    def _layers(units: Sequence[int], dropout: float, batch_norm: bool) -> Iterator[nn.Module]:
        for n_in, n_out in zip(units[:-1], units[1:], strict=True):
            yield nn.Linear(n_in, n_out, bias=not batch_norm)
            yield nn.ReLU()
            if batch_norm:
                yield nn.BatchNorm1d(n_out)
            if dropout:
                yield nn.Dropout(dropout)
        yield nn.Linear(units[-1], 1)

    def forward(self, x: Tensor) -> Tensor:
        """x (b, 2): a user and an item in each row -> scores (b, 1)."""
        embedded = [embed(x[:, column]) for column, embed in enumerate(self.embeds)]
        score = self.layers(self.embed_dropout(torch.cat(embedded, dim=1)))
        return score if self.y_range is None else sigmoid_range(score, *self.y_range)

    def arrays(self) -> tuple[FloatArray, FloatArray, list[FloatArray]]:
        """User and item embeddings, and each layer as one (n_in + 1, n_out) matrix, its bias the last row.

        Batch norm is a scale and a shift once training is over; both go into the layer behind it.
        """
        p, q = (embed.weight.detach().cpu().numpy() for embed in self.embeds)
        matrices: list[FloatArray] = []
        scale, shift = np.ones(1, np.float32), np.zeros(p.shape[1] + q.shape[1], np.float32)
        for layer in self.layers:
            if isinstance(layer, nn.Linear):
                weight = layer.weight.detach().cpu().numpy().T
                bias = 0 if layer.bias is None else layer.bias.detach().cpu().numpy()
                matrices.append(np.vstack([weight * scale[:, None], bias + shift @ weight]))
                scale, shift = np.ones(1, np.float32), np.zeros(weight.shape[1], np.float32)
            elif isinstance(layer, nn.BatchNorm1d):
                scale, shift = _scale_and_shift(layer)
        return p.copy(), q.copy(), matrices


def _scale_and_shift(norm: nn.BatchNorm1d) -> tuple[FloatArray, FloatArray]:
    mean, var = norm.running_mean, norm.running_var
    assert mean is not None and var is not None  # always tracked here
    scale = norm.weight / torch.sqrt(var + norm.eps)
    return scale.detach().cpu().numpy(), (norm.bias - mean * scale).detach().cpu().numpy()
