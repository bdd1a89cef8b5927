"""Neural collaborative filtering: a multilayer perceptron in place of the dot product.

He et al., "Neural collaborative filtering", WWW 2017 [he2017ncf]. Whether it is better than a dot product is an
honest question: Rendle et al., "Neural collaborative filtering vs. matrix factorization revisited", RecSys 2020
[rendle2020ncfmf], found that it is not.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.errors import BadOption
from cofactor.kernels.posterior import curved_row_mean, prior_precision
from cofactor.nets.embeddings import squash
from cofactor.recommender import rows_or_zero
from cofactor.search_space import Between, OneOf, Space
from cofactor.training.gradient import GradientRecommender

if TYPE_CHECKING:
    from cofactor.data.joining import Joined
    from cofactor.data.ratings import Ratings, Rows
    from cofactor.training.torch_engine import TorchEngine

__all__ = ["NeuralCF"]

ENOUGH = 20_000  # ratings to tell the noise by, to one per cent
BLOCK = 4_000_000  # numbers of the first hidden layer held at once while scoring


@dataclass(kw_only=True)
class NeuralCF(GradientRecommender["TorchEngine"]):
    """r_ui ≈ squash(MLP([p_u, q_i])), trained by Adam on mini-batches.

    Somebody without ratings gets the average user's embedding, an item without ratings the average item's. After
    training every layer is kept as plain matrices, batch norm folded in, so a saved model needs no torch.
    """

    learned: ClassVar = (
        "user_factors_", "item_factors_", "user_mean_", "item_mean_", "user_precision_", "item_precision_", "weights_",
        "shapes_",
    )  # fmt: skip
    objective: ClassVar = "The squared error of each rating. Nothing in it knows what is good for anybody to see."
    has_vectors: ClassVar = True

    layers: tuple[int, ...] = (100, 50)  # units of the hidden layers
    n_factors: int = 0  # length of the embeddings; 0: by the number of rows, 1.6 · n^0.56, at most 600
    dropout: float = 0.0
    batch_norm: bool = True
    device: str = "cpu"

    def search_space(self) -> Space:
        return {
            "layers": OneOf(((32,), (100, 50), (200, 100, 50))),
            "dropout": Between(0.0, 0.5),
            "learning_rate": Between(5e-4, 2e-2, log=True),
            "weight_decay": Between(1e-3, 1.0, log=True),
        }

    def _check_options(self) -> None:
        super()._check_options()
        if not self.layers or min(self.layers) < 1:
            raise BadOption(f"layers lists the units of each hidden layer, such as (100, 50), but {self.layers} came.")
        if not (0 <= self.dropout < 1 and self.n_factors >= 0):
            raise BadOption(
                f"dropout lies in [0, 1) and n_factors is 0 or more, but {self.dropout} and {self.n_factors} came."
            )

    def _engine(self, train: "Ratings") -> "TorchEngine":
        from cofactor.nets.mlp import EmbeddingMLP
        from cofactor.training.engine import Batches
        from cofactor.training.torch_engine import TorchEngine, seeded

        sizes = (train.n_users, train.n_items)
        widths = (self._width(train.n_users), self._width(train.n_items))
        with seeded(self.seed):
            net = EmbeddingMLP(
                sizes, widths, self.layers, self.y_range, dropout=self.dropout, batch_norm=self.batch_norm
            )
        # batch norm cannot learn from a batch of one, which the last of an epoch may be
        size = self._batch_size(len(train))
        batches = Batches(len(train), size, self.seed, drop_last=len(train) % size == 1 and len(train) > size)
        return TorchEngine(net, train.user_idx, train.item_idx, train.values, batches, self.device)

    def _width(self, n: int) -> int:
        return self.n_factors or min(600, round(1.6 * n**0.56))  # fastai's rule of thumb

    def _take(self, engine: "TorchEngine", train: "Ratings") -> None:
        from cofactor.nets.mlp import mlp_arrays

        p, q, matrices = mlp_arrays(engine.net)
        rated, known = train.user_counts > 0, train.item_counts > 0
        self.user_mean_, self.item_mean_ = p[rated].mean(axis=0), q[known].mean(axis=0)
        self.user_factors_ = np.where(rated[:, None], p - self.user_mean_, 0).astype(np.float32)
        self.item_factors_ = np.where(known[:, None], q - self.item_mean_, 0).astype(np.float32)
        self.weights_ = np.concatenate([m.ravel() for m in matrices])
        self.shapes_ = np.array([m.shape for m in matrices])
        noise = self._loss(engine, train.subset(np.arange(0, len(train), max(1, len(train) // ENOUGH))))
        self.user_precision_ = prior_precision(self.user_factors_[rated], noise)
        self.item_precision_ = prior_precision(self.item_factors_[known], noise)

    def _score(self, user_idx: IntArray) -> FloatArray:
        """The first layer is a sum of a user's and an item's part, so each is computed once, not once a pair."""
        (first, *rest), k = self._matrices(), len(self.user_mean_)
        of_users = (rows_or_zero(self.user_factors_, user_idx) + self.user_mean_) @ first[:k]
        of_items = (self.item_factors_ + self.item_mean_) @ first[k:-1] + first[-1]
        scores = np.empty((len(user_idx), len(of_items)), np.float32)
        size = max(1, BLOCK // of_items.size)
        for at in range(0, len(user_idx), size):
            hidden = of_users[at : at + size, None] + of_items
            scores[at : at + size] = self._rest(hidden, rest)
        return squash(scores, self.y_range)

    def _predict(self, user_idx: IntArray, item_idx: IntArray) -> FloatArray:
        p = rows_or_zero(self.user_factors_, user_idx) + self.user_mean_
        q = rows_or_zero(self.item_factors_, item_idx) + self.item_mean_
        (first, *rest), x = self._matrices(), np.column_stack([p, q])
        return squash(self._rest(x @ first[:-1] + first[-1], rest), self.y_range)

    def _score_newcomer(self, item_idx: IntArray, values: FloatArray) -> FloatArray:
        row = self._fold_in("user", self.item_factors_[item_idx], values).astype(np.float32)
        (first, *rest), k = self._matrices(), len(self.user_mean_)
        of_items = (self.item_factors_ + self.item_mean_) @ first[k:-1] + first[-1]
        return squash(self._rest((row + self.user_mean_) @ first[:k] + of_items, rest), self.y_range)

    def _updated(self, joined: "Joined") -> dict[str, FloatArray]:
        from cofactor.training.fold_in import place_new

        def place(side: Literal["user", "item"]) -> Callable[["Rows", FloatArray], FloatArray]:
            def one_by_one(rows: "Rows", others: FloatArray) -> FloatArray:
                each = (rows.of(row) for row in range(len(rows.counts)))
                return np.stack([self._fold_in(side, others[idx], values) for idx, values in each])

            return one_by_one

        users, items = place_new(joined, self.user_factors_, self.item_factors_, place("user"), place("item"))
        return {"user_factors_": users, "item_factors_": items}

    def _fold_in(self, side: Literal["user", "item"], others: FloatArray, values: FloatArray) -> FloatArray:
        """The embedding, less the average one, of somebody with these ratings: its posterior mean, found by following
        the perceptron's slope. others: (m, f) what they rated, or who rated it"""
        (first, *rest), k = self._matrices(), len(self.user_mean_)
        of_user, of_item = first[:k], first[k:-1]
        if side == "user":
            mine, mean, given = of_user, self.user_mean_, (others + self.item_mean_) @ of_item
        else:
            mine, mean, given = of_item, self.item_mean_, (others + self.user_mean_) @ of_user
        given = given + mean @ mine + first[-1]

        def curve(row: FloatArray) -> tuple[FloatArray, FloatArray]:
            hidden = [given + row @ mine]
            for matrix in rest:
                hidden.append(np.maximum(hidden[-1], 0) @ matrix[:-1] + matrix[-1])
            expected, slope = squash(hidden[-1], self.y_range), np.ones_like(hidden[-1])
            if self.y_range is not None:
                low, high = self.y_range
                slope = (expected - low) * (high - expected) / (high - low)
            for matrix, below in zip(reversed(rest), reversed(hidden[:-1]), strict=True):
                slope = slope @ matrix[:-1].T * (below > 0)
            return expected[:, 0], slope @ mine.T

        precision = self.user_precision_ if side == "user" else self.item_precision_
        return curved_row_mean(curve, values, precision)

    def _vectors(self, side: Literal["user", "item"]) -> FloatArray:
        return self.user_factors_ if side == "user" else self.item_factors_

    @staticmethod
    def _rest(hidden: FloatArray, matrices: list[FloatArray]) -> FloatArray:
        """From the first layer's sums to scores, (..., h) -> (...)."""
        for matrix in matrices:
            hidden = np.maximum(hidden, 0) @ matrix[:-1] + matrix[-1]
        return hidden[..., 0]

    def _matrices(self) -> list[FloatArray]:
        """Each layer's weights, (n_in + 1, n_out), the last row its bias."""
        ends = np.cumsum([rows * columns for rows, columns in self.shapes_])
        parts = np.split(self.weights_, ends[:-1])
        return [part.reshape(shape) for part, shape in zip(parts, self.shapes_, strict=True)]
