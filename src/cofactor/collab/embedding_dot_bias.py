"""The course's dot product, over `nets.DotProduct`: a batch x (b, 2) of user and item codes -> scores (b,)."""

from collections.abc import Iterable, Sequence
from typing import Self

import torch
from torch import Tensor, nn

from cofactor.arrays import Id
from cofactor.collab.categories import Classes
from cofactor.collab.modules import Embedding, Module, Range, check_range, sigmoid_range

__all__ = ["EmbeddingDotBias"]


class EmbeddingDotBias(Module):
    """r ≈ p_u · q_i + b_u + b_i, squashed into y_range where there is one: `nets.DotProduct` by the course's names.

    Raises `BadOption` where y_range is neither None nor (low, high).
    """

    classes: Classes | None = None
    user: str
    item: str

    def __init__(self, n_factors: int, n_users: int, n_items: int, y_range: Range | None = None) -> None:
        self.y_range = check_range(y_range)
        self.u_weight, self.i_weight = Embedding(n_users, n_factors), Embedding(n_items, n_factors)
        self.u_bias, self.i_bias = Embedding(n_users, 1), Embedding(n_items, 1)

    def forward(self, x: Tensor) -> Tensor:
        """x (b, 2) -> (b,)."""
        users, items = x[:, 0], x[:, 1]
        dot = (self.u_weight(users) * self.i_weight(items)).sum(1)
        score = dot + self.u_bias(users)[:, 0] + self.i_bias(items)[:, 0]
        return score if self.y_range is None else sigmoid_range(score, *self.y_range)

    @classmethod
    def from_classes(
        cls, n_factors: int, classes: Classes, user: str | None = None, item: str | None = None,
        y_range: Range | None = None,
    ) -> Self:  # fmt: skip
        """Sizes from `dls.classes`; user and item name its keys, the first and the second unless named."""
        names = list(classes)
        user, item = user or names[0], item or names[1]
        made = cls(n_factors, len(classes[user]), len(classes[item]), y_range)
        made.classes, made.user, made.item = classes, user, item
        return made

    def bias(self, arr: Sequence[Id], is_item: bool = True) -> Tensor:
        """The biases of these ids, (len(arr),); of a single one, a number (0-d)."""
        return self._rows(self.i_bias if is_item else self.u_bias, arr, is_item).squeeze()

    def weight(self, arr: Sequence[Id], is_item: bool = True) -> Tensor:
        """The factors of these ids, (len(arr), n_factors)."""
        return self._rows(self.i_weight if is_item else self.u_weight, arr, is_item)

    def _rows(self, layer: nn.Embedding, arr: Sequence[Id], is_item: bool) -> Tensor:
        """Copies on the CPU; the layer stays where and as it is."""
        rows = layer.weight.detach()
        return rows[self._get_idx(arr, is_item).to(rows.device)].cpu().clone()

    def _get_idx(self, arr: Sequence[Id], is_item: bool = True) -> Tensor:
        """(len(arr),) codes; a `KeyError` (`NotInTraining`) for ids without training ratings."""
        if self.classes is None:
            raise AssertionError("Build your model with `EmbeddingDotBias.from_classes` to use this functionality.")
        if isinstance(arr, str | bytes) or not isinstance(arr, Iterable):
            raise TypeError(f"A list of ids is expected, such as [{arr!r}], but {arr!r} came.")
        return torch.tensor(self.classes[self.item if is_item else self.user].map_objs(arr), dtype=torch.long)
