"""The parameters of neural collaborative filtering, as plain arrays: the start and the result of every engine."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple, Self

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.nets.embeddings import small_normals, squash

__all__ = ["N_BIASES", "Layer", "Network", "after_first", "folded", "random_layers", "rule_of_thumb"]

EPS = 1e-5  # batch norm's
N_BIASES = 2  # numbers of a row's dot product that hold the biases of both sides


class Layer(NamedTuple):
    """relu(x @ matrix[:-1] + matrix[-1]), then batch norm, whose four arrays are (0,) where there is none."""

    matrix: FloatArray  # (n_in + 1, n_out), the last row its bias
    scale: FloatArray  # (n_out,)
    shift: FloatArray
    mean: FloatArray  # running statistics of training
    variance: FloatArray

    @property
    def has_norm(self) -> bool:
        """True where batch norm follows the layer."""
        return self.scale.size > 0


class Network(NamedTuple):
    """score = MLP([p, q]) + p' · q' for rows [p, p'] of users and [q, q'] of items; p' and q' have `dot` numbers."""

    users: FloatArray  # (n_users, f)
    items: FloatArray  # (n_items, g)
    layers: tuple[Layer, ...]  # the last one has one output, without ReLU and batch norm
    dot: int = 0

    @classmethod
    def random(
        cls, sizes: tuple[int, int], widths: tuple[int, int], units: tuple[int, ...], *, batch_norm: bool, dot: int,
        seed: int,
    ) -> Self:  # fmt: skip
        """Random parameters: embeddings are `small_normals`, layers uniform in ± 1/√n_in, as in PyTorch.

        sizes: numbers of users and items     widths: length of a user's and an item's row, `dot` included
        units: of the hidden layers
        """
        rng = np.random.default_rng([seed, 2**31])  # a stream of its own: epochs use [seed, epoch]
        users, items = (small_normals(rng, shape) for shape in zip(sizes, widths, strict=True))
        layers = random_layers((sum(widths) - 2 * dot, *units, 1), rng, batch_norm=batch_norm)
        return cls(users, items, layers, dot)

    def scores(self, user_idx: IntArray, item_idx: IntArray, y_range: tuple[float, float] | None) -> FloatArray:
        """(b,) scores of pairs of users and items, as after training, squashed into y_range."""
        p, q = self.users[user_idx], self.items[item_idx]
        k, m = p.shape[1] - self.dot, q.shape[1] - self.dot
        first, *rest = folded(self.layers)
        sums = np.concatenate([p[:, :k], q[:, :m]], axis=1) @ first[:-1] + first[-1]
        return squash(after_first(sums, rest) + np.einsum("bk,bk->b", p[:, k:], q[:, m:]), y_range)

    def beside(self, of_user: FloatArray, of_item: FloatArray, times: float, unit: float) -> Self:
        """Parameters of these scores times `times` and `unit`, plus a bias of each user (n_users,) and item (n_items,).

        The biases are two more numbers of each row's dot product, [bias / unit, unit] · [unit, bias / unit], so that
        rows are of one size in any unit: a prior of them has to be inverted.
        """
        scale, users = np.float32(times * unit), self.users.copy()
        users[:, users.shape[1] - self.dot :] *= scale
        *hidden, last = self.layers
        return type(self)(
            np.column_stack([users, of_user / unit, np.full_like(of_user, unit)]).astype(np.float32),
            np.column_stack([self.items, np.full_like(of_item, unit), of_item / unit]).astype(np.float32),
            (*hidden, last._replace(matrix=last.matrix * scale)), self.dot + N_BIASES,
        )  # fmt: skip


def rule_of_thumb(n: int) -> int:
    """The length of the embeddings of n rows, as in fastai: min(600, 1.6 · n^0.56)."""
    return min(600, round(1.6 * n**0.56))


def random_layers(units: tuple[int, ...], rng: np.random.Generator, *, batch_norm: bool) -> tuple[Layer, ...]:
    """Layers from units[0] inputs to units[-1] outputs; batch norm replaces the bias of all but the last."""
    layers: list[Layer] = []
    for n_in, n_out in pairwise(units):
        normed = batch_norm and len(layers) < len(units) - 2
        matrix = rng.uniform(-1, 1, (n_in + 1, n_out)).astype(np.float32) / np.float32(np.sqrt(n_in))
        if normed:
            matrix[-1] = 0
        one, zero = np.ones(n_out * normed, np.float32), np.zeros(n_out * normed, np.float32)
        layers.append(Layer(matrix, one, zero, zero.copy(), one.copy()))
    return tuple(layers)


def after_first(sums: FloatArray, matrices: Sequence[FloatArray]) -> FloatArray:
    """Scores from the first layer's sums, (..., h) -> (...), by the matrices of the other layers, as of `folded`."""
    for matrix in matrices:
        sums = np.maximum(sums, 0) @ matrix[:-1] + matrix[-1]
    return sums[..., 0]


def folded(layers: tuple[Layer, ...]) -> list[FloatArray]:
    """Each layer as one (n_in + 1, n_out) matrix, its bias last; ReLU comes before all but the first.

    After training, batch norm is a scale and a shift, which are multiplied into the layer behind it.
    """
    matrices: list[FloatArray] = []
    scale, shift = np.ones(1, np.float32), np.zeros(len(layers[0].matrix) - 1, np.float32)
    for layer in layers:
        weight, bias = layer.matrix[:-1], layer.matrix[-1]
        matrices.append(np.vstack([weight * scale[:, None], bias + shift @ weight]).astype(np.float32))
        scale, shift = np.ones(1, np.float32), np.zeros(len(bias), np.float32)
        if layer.has_norm:
            scale = layer.scale / np.sqrt(layer.variance + np.float32(EPS))
            shift = layer.shift - layer.mean * scale
    return matrices
