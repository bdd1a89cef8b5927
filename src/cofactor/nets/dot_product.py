"""The dot product with biases as a torch module: the readable twin of `kernels/gradient/adam.py`."""

import torch
from torch import Tensor, nn

from cofactor.nets.embeddings import Embeddings

__all__ = ["DotProduct", "sigmoid_range"]


def sigmoid_range(x: Tensor, low: float, high: float) -> Tensor:
    """Squash scores into (low, high) by a scaled sigmoid."""
    return torch.sigmoid(x) * (high - low) + low


class DotProduct(nn.Module):
    """r ≈ p_u · q_i + b_u + b_i, squashed into y_range where there is one [koren2009matrix]."""

    def __init__(self, start: Embeddings, y_range: tuple[float, float] | None = None) -> None:
        super().__init__()
        self.user_factors = nn.Embedding.from_pretrained(torch.tensor(start.user_factors), freeze=False)
        self.item_factors = nn.Embedding.from_pretrained(torch.tensor(start.item_factors), freeze=False)
        self.user_bias = nn.Embedding.from_pretrained(torch.tensor(start.user_bias)[:, None], freeze=False)
        self.item_bias = nn.Embedding.from_pretrained(torch.tensor(start.item_bias)[:, None], freeze=False)
        self.y_range = y_range

    def forward(self, x: Tensor) -> Tensor:
        """x (b, 2): a user and an item in each row -> scores (b,)."""
        users, items = x[:, 0], x[:, 1]
        dot = (self.user_factors(users) * self.item_factors(items)).sum(1)
        score = dot + self.user_bias(users)[:, 0] + self.item_bias(items)[:, 0]
        return score if self.y_range is None else sigmoid_range(score, *self.y_range)
