"""The parameters of a dot product with biases, as plain arrays: the start and the result of every engine."""

from typing import NamedTuple, Self

import numpy as np

from cofactor.arrays import FloatArray, IntArray

__all__ = ["PROBABILITY_RANGE", "Embeddings", "slope", "small_normals", "squash"]

PROBABILITY_RANGE = (0.0, 1.0)  # the y_range of clicks: scores are squashed to probabilities


class Embeddings(NamedTuple):
    """Factors and biases of both sides, float32."""

    user_factors: FloatArray  # (n_users, k)
    user_bias: FloatArray  # (n_users,)
    item_factors: FloatArray  # (n_items, k)
    item_bias: FloatArray  # (n_items,)

    @classmethod
    def random(cls, n_users: int, n_items: int, k: int, seed: int, scale: float = 0.01) -> Self:
        """Random parameters, all of them `small_normals`."""
        rng = np.random.default_rng([seed, 2**31])  # a stream of its own: epochs use [seed, epoch]
        shapes = (n_users, k), (n_users,), (n_items, k), (n_items,)
        return cls(*(small_normals(rng, shape, scale) for shape in shapes))

    def scores(self, user_idx: IntArray, item_idx: IntArray, y_range: tuple[float, float] | None) -> FloatArray:
        """(b,) scores of pairs of users and items: p_u · q_i + b_u + b_i, squashed into y_range."""
        dot = np.einsum("bf,bf->b", self.user_factors[user_idx], self.item_factors[item_idx])
        return squash(dot + self.user_bias[user_idx] + self.item_bias[item_idx], y_range)

    def in_whole_units(self, unit: float) -> Self:
        """The parameters trained in a unit, in the ratings' own: each side's factors take the root of it."""
        if unit == 1:
            return self
        root, unit32 = np.float32(unit**0.5), np.float32(unit)
        p, b, q, c = self
        return type(self)(p * root, b * unit32, q * root, c * unit32)

    def beside(self, of_user: FloatArray, of_item: FloatArray, times: float, unit: float) -> Self:
        """Parameters of these scores times `times` and `unit`, plus a bias of each user (n_users,) and item (n_items,).

        An item's factors stay what they are however few of their scores are kept: items remain alike.
        """
        (p, b, q, c), kept = self.in_whole_units(unit), np.float32(times)
        return type(self)(p * kept, b * kept + of_user, q, c * kept + of_item)


def small_normals(rng: np.random.Generator, shape: tuple[int, ...], scale: float = 0.01) -> FloatArray:
    """Standard normal numbers, wrapped into (-2, 2) by `fmod`, times `scale`: float32, as fastai's embeddings start."""
    return np.fmod(rng.standard_normal(shape, dtype=np.float32), 2) * np.float32(scale)


def squash(z: FloatArray, y_range: tuple[float, float] | None) -> FloatArray:
    """The sigmoid of z scaled to (low, high); z itself where y_range is None."""
    if y_range is None:
        return z
    low, high = y_range
    with np.errstate(over="ignore"):  # exp(-z) of a very negative z is inf, and the result then `low`, as it should be
        return low + (high - low) / (1 + np.exp(-z))


def slope(scores: FloatArray, y_range: tuple[float, float]) -> FloatArray:
    """The derivative of `squash` where its result is `scores`, in their shape."""
    low, high = y_range
    return (scores - low) * (high - scores) / (high - low)
