"""A trained perceptron as plain matrices, batch norm folded in: what a saved model scores and places newcomers with."""

from typing import NamedTuple, Self

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.nets.perceptron import after_first

__all__ = ["PlainPerceptron"]


class PlainPerceptron(NamedTuple):
    """The layers, each (n_in + 1, n_out) with its bias last; the first one in the parts that meet either side."""

    of_user: FloatArray  # (f, h)
    of_item: FloatArray  # (g, h)
    bias: FloatArray  # (h,)
    rest: list[FloatArray]

    @classmethod
    def unpacked(cls, weights: FloatArray, shapes: IntArray, n_of_user: int) -> Self:
        """The layers of shapes (n_layers, 2) out of all their weights in a row; n_of_user: inputs of a user's."""
        ends = np.cumsum([rows * columns for rows, columns in shapes])
        first, *rest = (part.reshape(shape) for part, shape in zip(np.split(weights, ends[:-1]), shapes, strict=True))
        return cls(first[:n_of_user], first[n_of_user:-1], first[-1], rest)

    def scores(self, users: FloatArray, items: FloatArray) -> FloatArray:
        """(b,) scores of pairs of a user's (b, f) and an item's (b, g) embedding."""
        return after_first(users @ self.of_user + items @ self.of_item + self.bias, self.rest)

    def score_and_slope(self, sums: FloatArray, into: FloatArray) -> tuple[FloatArray, FloatArray]:
        """(b,) scores from the first layer's sums (b, h), and their derivatives (b, d) by an embedding.

        into: (d, h) the part of the first layer that meets this embedding
        """
        hidden, back = [sums], np.ones((len(sums), 1))
        for matrix in self.rest:
            hidden.append(np.maximum(hidden[-1], 0) @ matrix[:-1] + matrix[-1])
        for matrix, below in zip(reversed(self.rest), reversed(hidden[:-1]), strict=True):
            back = back @ matrix[:-1].T * (below > 0)
        return hidden[-1][:, 0], back @ into.T
