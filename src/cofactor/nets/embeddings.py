"""The parameters of a dot product with biases, as plain arrays: what both engines start from and hand back."""

from typing import NamedTuple, Self

import numpy as np

from cofactor.arrays import FloatArray, IntArray

__all__ = ["CHANCE", "Embeddings", "slope", "squash"]

CHANCE = (0.0, 1.0)  # the range of a click's probability


class Embeddings(NamedTuple):
    """Factors and biases of both sides, float32."""

    user_factors: FloatArray  # (n_users, k)
    user_bias: FloatArray  # (n_users,)
    item_factors: FloatArray  # (n_items, k)
    item_bias: FloatArray  # (n_items,)

    @classmethod
    def random(cls, n_users: int, n_items: int, k: int, seed: int, scale: float = 0.01) -> Self:
        """Normal numbers folded into ±2 and scaled, as fastai's embeddings start."""
        rng = np.random.default_rng([seed, 2**31])  # a stream of its own: epochs use [seed, epoch]

        def small(*shape: int) -> FloatArray:
            return np.fmod(rng.standard_normal(shape, dtype=np.float32), 2) * np.float32(scale)

        return cls(small(n_users, k), small(n_users), small(n_items, k), small(n_items))

    def scores(self, user_idx: IntArray, item_idx: IntArray, y_range: tuple[float, float] | None) -> FloatArray:
        """Pairs, (b,), (b,) -> (b,): p_u · q_i + b_u + b_i, squashed into y_range."""
        dot = np.einsum("bf,bf->b", self.user_factors[user_idx], self.item_factors[item_idx])
        return squash(dot + self.user_bias[user_idx] + self.item_bias[item_idx], y_range)


def squash(z: FloatArray, y_range: tuple[float, float] | None) -> FloatArray:
    """A sigmoid scaled to (low, high); z itself where there is no range."""
    if y_range is None:
        return z
    low, high = y_range
    with np.errstate(over="ignore"):  # exp(-z) of a very negative z is inf, and the score then rightly `low`
        return low + (high - low) / (1 + np.exp(-z))


def slope(scores: FloatArray, y_range: tuple[float, float]) -> FloatArray:
    """Derivative of `squash` at the given squashed scores, in their shape."""
    low, high = y_range
    return (scores - low) * (high - scores) / (high - low)
