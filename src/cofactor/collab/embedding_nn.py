"""The course's network, over `nets.EmbeddingMLP`: a batch x (b, 2) of user and item codes -> scores (b, 1)."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn

from cofactor.collab.modules import Range, SigmoidRange, check_range
from cofactor.errors import BadOption, Unsupported
from cofactor.nets.mlp import EmbeddingMLP

__all__ = ["EmbeddingNN", "LinBnDrop", "TabularModel", "tabular_config"]


class LinBnDrop(nn.Sequential):
    """A linear layer with what follows it: ReLU, batch norm, dropout."""


class TabularModel(EmbeddingMLP):
    """Embeddings of each column side by side into a multilayer perceptron: `nets.EmbeddingMLP` by the course's names.

    emb_szs: (rows, width) of each column     layers: units of each hidden layer
    ps: dropout after each of them, or one for each     embed_p: dropout on the embeddings
    use_bn: batch norm after each layer
    Ratings have no continuous columns and one output, so n_cont is 0 and out_sz 1. Raises `Unsupported` for others,
    and `BadOption` where emb_szs has not two entries, ps is not one for each layer, or y_range neither None nor
    (low, high).
    """

    def __init__(
        self, emb_szs: Sequence[tuple[int, int]], n_cont: int = 0, out_sz: int = 1,
        layers: Sequence[int] = (200, 100), ps: float | Sequence[float] | None = None, embed_p: float = 0.0,
        y_range: Range | None = None, use_bn: bool = True,
    ) -> None:  # fmt: skip
        if n_cont != 0 or out_sz != 1:
            raise Unsupported(f"A rating table has n_cont=0 and out_sz=1, but {n_cont} and {out_sz} came.")
        if len(emb_szs) != 2:
            raise BadOption(f"emb_szs gives (rows, width) of the users and of the items, but {emb_szs} came.")
        if isinstance(ps, Sequence) and len(ps) != len(layers):
            raise BadOption(f"ps is one dropout, or one for each of the {len(layers)} layers, but {ps} came.")
        (n_users, user_width), (n_items, item_width) = emb_szs
        super().__init__(
            (n_users, n_items), (user_width, item_width), layers, check_range(y_range),
            dropout=ps or 0.0, embed_dropout=embed_p, batch_norm=use_bn,
        )  # fmt: skip
        flat = list(self.layers)
        del self.layers  # registered anew behind bn_cont, so that the model prints as the course's does
        self.bn_cont = nn.BatchNorm1d(0)
        squash = [SigmoidRange(*self.y_range)] if self.y_range else []
        self.layers = nn.Sequential(*_blocks(flat), *squash)
        self.config: dict[str, Any] = {
            "emb_szs": [(int(n), int(width)) for n, width in emb_szs], "layers": [int(units) for units in layers],
            "ps": list(ps) if isinstance(ps, Sequence) else ps, "embed_p": embed_p, "y_range": y_range,
            "use_bn": use_bn,
        }  # fmt: skip

    def forward(self, x: Tensor, x_cont: Tensor | None = None) -> Tensor:
        """x (b, 2): a user and an item in each row -> scores (b, 1); x_cont is there for the original's callers."""
        embedded = torch.cat([embed(x[:, column]) for column, embed in enumerate(self.embeddings)], dim=1)
        return self.layers(self.emb_drop(embedded))


class EmbeddingNN(TabularModel):
    """`TabularModel` on users and items: x (b, 2) -> (b, 1)."""

    def __init__(self, emb_szs: Sequence[tuple[int, int]], layers: Sequence[int], **kwargs: Any) -> None:
        super().__init__(emb_szs, layers=layers, n_cont=0, out_sz=1, **kwargs)


def tabular_config(**kwargs: Any) -> dict[str, Any]:
    """Options of `TabularModel`, for `collab_learner(config=…)`."""
    return kwargs


def _blocks(flat: Sequence[nn.Module]) -> Iterator[LinBnDrop]:
    """The layers, grouped by the linear layer that each of them belongs to."""
    starts = [at for at, layer in enumerate(flat) if isinstance(layer, nn.Linear)]
    return (LinBnDrop(*flat[start:end]) for start, end in pairwise([*starts, len(flat)]))
