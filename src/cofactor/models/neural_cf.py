"""Neural collaborative filtering: a multilayer perceptron in place of the dot product, or beside it.

He et al., "Neural collaborative filtering", WWW 2017 [he2017ncf]. Whether it is better than a dot product is an
honest question: Rendle et al., "Neural collaborative filtering vs. matrix factorization revisited", RecSys 2020
[rendle2020ncfmf], found that it is not.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from cofactor.arrays import Array, FloatArray, IntArray, rows_or_zero
from cofactor.contract.abilities import Abilities
from cofactor.contract.learned import floats, precision, whole_numbers
from cofactor.contract.profile import UserProfile
from cofactor.contract.reasons import Reasons
from cofactor.errors import BadModelFolder, BadOption
from cofactor.kernels.gradient.perceptron_scores import add_scores
from cofactor.kernels.posterior.single_row import nonlinear_row_mean, rows_without_each
from cofactor.models.bias import Bias
from cofactor.nets.embeddings import PROBABILITY_RANGE, slope, squash
from cofactor.nets.perceptron import N_BIASES, Network, after_first, folded, rule_of_thumb
from cofactor.nets.plain_perceptron import PlainPerceptron
from cofactor.posterior.row_prior import row_covariance
from cofactor.search_space import Between, OneOf, Space
from cofactor.training.gradient import Descent, GradientRecommender, check_engine

if TYPE_CHECKING:
    from cofactor.data.csr_rows import Rows
    from cofactor.data.joining import Joined
    from cofactor.data.ratings import Ratings
    from cofactor.training.averaging import Averaging
    from cofactor.training.engines.fused_perceptron import FusedPerceptron
    from cofactor.training.engines.torch_engine import TorchEngine
    from cofactor.training.validation import Loss

__all__ = ["NeuralCF"]

# Of 5 to 16 epochs, decays 0.01 to 0.3, embeddings of 16 to 64 or by the rule of thumb, and of clicks dot products of 0
# to 32, these are nearest to the best on held-out parts of training ratings of different sets.
NET = Descent(n_epochs=8, learning_rate=5e-3, weight_decay=0.2)
NET_OF_CLICKS, DOT_OF_CLICKS = Descent(n_epochs=12, learning_rate=5e-3, weight_decay=0.1), 16
MAX_NOISE_SAMPLE = 20_000  # ratings; they estimate the noise to one per cent
MAX_NUMPY_NUMBERS = 4_000_000  # of the first hidden layer, up to which scoring loads no kernel


@dataclass(kw_only=True)
class NeuralCF(GradientRecommender[Network]):
    """r_ui ≈ squash(MLP([p_u, q_i]) + p'_u · q'_i), trained by Adam on mini-batches; p', q' where dot_factors > 0.

    Without y_range training starts from the mean of the ratings, and its predictions are mixed with those of `Bias` by
    the share that helps on a tenth of the ratings, found by a training without these: of few ratings it is little more
    than `Bias`. With y_range it is the lecture's model. Of clicks, and of counts taken as clicks, the log loss is
    minimised, each click with `n_negatives` items that the user has not clicked, drawn anew in every epoch. Somebody
    without ratings gets the average user's embedding, an item without ratings the average item's. After training every
    layer is kept as plain matrices, batch norm folded in, so a saved model needs no torch.
    """

    learned: ClassVar = {
        "user_factors_": floats("n_users", "user_width"), "item_factors_": floats("n_items", "item_width"),
        "user_mean_": floats("user_width"), "item_mean_": floats("item_width"),
        "user_precision_": precision("user_width", "user_width", dtype="float64"),
        "item_precision_": precision("item_width", "item_width", dtype="float64"),
        "weights_": floats("n_weights"), "shapes_": whole_numbers("n_layers + 1", "n_sides"),
    }  # fmt: skip
    objective: ClassVar = (
        "Predictions as near as possible to the ratings given: the square of each error is added up. Of clicks: a high "
        "probability for what somebody took, and a low one for what they did not (log loss)."
    )

    layers: tuple[int, ...] = (100, 50)  # units of the hidden layers
    n_factors: int = 32  # length of the embeddings; 0: by the number of rows, 1.6 · n^0.56, at most 600
    dot_factors: int | None = None  # of a dot product beside the perceptron (NeuMF); None: 16 of clicks, 0 of ratings
    averaged: float = 0.3
    n_negatives: int = 4  # clicks: pairs without a click that are drawn for each
    dropout: float = 0.0
    batch_norm: bool = True
    engine: Literal["fused", "torch"] = "fused"  # torch: the readable twin, and the one for a GPU
    device: str = "cpu"  # of the torch engine: cpu, cuda
    precision: Literal["float32", "bfloat16"] = "float32"  # of the torch engine's products; bfloat16: mixed precision

    @property
    def abilities(self) -> Abilities:
        return Abilities(predicts=self._of_ratings, has_vectors=True, gives_reasons=True, reasons_add_up=False)

    @property
    def _of_ratings(self) -> bool:
        return not hasattr(self, "ratings_") or self.ratings_.explicit

    @property
    def _solvers_own(self) -> Descent:
        return NET if self._of_ratings else NET_OF_CLICKS

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
        for name, least in (("n_factors", 0), ("dot_factors", 0), ("n_negatives", 1)):
            if (given := getattr(self, name)) is not None and given < least:
                raise BadOption(f"{name} must be at least {least}, but {given} came.")
        if not 0 <= self.dropout < 1:
            raise BadOption(f"dropout lies in [0, 1), but {self.dropout} came.")
        check_engine(self.engine, self.device)
        if self.precision != "float32" and self.engine == "fused":
            raise BadOption("The fused engine computes in float32. For precision='bfloat16' use engine='torch'.")

    # ---- training -----------------------------------------------------------------------------------------

    def _n_parameters(self, train: "Ratings") -> int:
        widths = self._widths(train)
        into = [sum(widths), *self.layers]
        of_layers = sum((n + 1) * m for n, m in zip(into, [*self.layers, 1], strict=True))
        return train.n_users * widths[0] + train.n_items * widths[1] + of_layers

    def _engine(self, train: "Ratings") -> "Averaging[Network]":
        from cofactor.training.averaging import Averaging

        if self._is_mixed(train):
            return self._mixed_engine(train)
        engine, y_range = self._trainer(train, train.values), self.y_range if train.explicit else PROBABILITY_RANGE
        return Averaging(engine, lambda: engine.network, self.averaged, y_range)

    def _mixed_engine(self, train: "Ratings") -> "Averaging[Network]":
        from cofactor.training.mixed_with_bias import Biases, MixedWithBias
        from cofactor.training.rating_unit import rating_unit

        mean, unit = np.float32(train.mean), rating_unit(train)
        engine = self._trainer(train, (train.values - mean) / np.float32(unit))
        base = Biases(np.full(train.n_users, mean), np.zeros(train.n_items, np.float32))
        bias = Biases(*Bias().fit(train, progress=False).both_sides())
        return MixedWithBias(engine, lambda: engine.network, self.averaged, base=base, bias=bias, unit=unit)

    def _is_mixed(self, train: "Ratings") -> bool:
        """True where training ends with the biases of `Bias` as the last numbers of each row's dot product."""
        return train.explicit and self.y_range is None

    def _trainer(self, train: "Ratings", values: FloatArray) -> "FusedPerceptron | TorchEngine":
        from cofactor.kernels.gradient.labelled_pairs import LabelledPairs
        from cofactor.training.batches import Batches
        from cofactor.training.engines.networks import Machine, network_engine
        from cofactor.training.negatives import Negatives

        sizes, dot = (train.n_users, train.n_items), self._dot_factors(train)
        start = Network.random(
            sizes, self._widths(train), self.layers, batch_norm=self.batch_norm, dot=dot, seed=self.seed
        )
        pairs, y_range = LabelledPairs(train.user_idx, train.item_idx, values), self.y_range
        n_rows = len(train)
        if not train.explicit:
            pairs, y_range = Negatives(train.positives, self.n_negatives, self.seed), None
            n_rows = len(pairs)
        size = self._batch_size(n_rows)
        # batch norm cannot learn from a batch of one, which the last of an epoch may be
        batches = Batches(n_rows, size, self.seed, drop_last=n_rows % size == 1 and n_rows > size)
        machine = Machine(self.engine, self.device, self.precision)
        return network_engine(start, pairs, batches, y_range, self.dropout, machine)

    def _loss_on(self, held_out: "Ratings", engine: "Averaging[Network]", train: "Ratings") -> "Loss":
        """The mean squared error; of clicks the log loss, with as many pairs without a click as in training."""
        from cofactor.training.validation import log_loss

        if train.explicit:
            return super()._loss_on(held_out, engine, train)
        return log_loss(engine, held_out.positives, train, self.n_negatives, self.seed)

    def _widths(self, train: "Ratings") -> tuple[int, int]:
        """The length of a user's and of an item's row."""
        n_dot = self._dot_factors(train)
        users, items = (self.n_factors or rule_of_thumb(n) for n in (train.n_users, train.n_items))
        return n_dot + users, n_dot + items

    def _dot_factors(self, train: "Ratings") -> int:
        return (0 if train.explicit else DOT_OF_CLICKS) if self.dot_factors is None else self.dot_factors

    def _set_parameters(self, parameters: Network, train: "Ratings") -> None:
        p, q, layers, _ = parameters
        matrices = folded(layers)
        # an item with dislikes alone has learned from being drawn as what was not clicked; a user has not
        rated, known = (train if train.explicit else train.positives).user_counts > 0, train.item_counts > 0
        self.user_mean_, self.item_mean_ = p[rated].mean(axis=0), q[known].mean(axis=0)
        self.user_factors_ = np.where(rated[:, None], p - self.user_mean_, 0).astype(np.float32)
        self.item_factors_ = np.where(known[:, None], q - self.item_mean_, 0).astype(np.float32)
        self.weights_ = np.concatenate([m.ravel() for m in matrices])
        self.shapes_ = np.array([m.shape for m in matrices])
        some = train.subset(np.arange(0, len(train), max(1, len(train) // MAX_NOISE_SAMPLE)))
        errors = self.score_pairs(some.user_idx, some.item_idx) - some.values
        noise = float(np.square(errors).mean())
        self.user_precision_ = noise * np.linalg.inv(row_covariance(self.user_factors_[rated]))
        self.item_precision_ = noise * np.linalg.inv(row_covariance(self.item_factors_[known]))

    def check_learned(self, learned: Mapping[str, Array], ratings: "Ratings") -> None:
        """Also check the sizes of the layers. Raises `BadModelFolder` where they do not fit the options."""
        super().check_learned(learned, ratings)
        shapes, widths = learned["shapes_"], (len(learned["user_mean_"]), len(learned["item_mean_"]))
        n_dot, n_weights, expected = self._dot_factors(ratings), len(learned["weights_"]), np.zeros((0, 2), int)
        for n in (n_dot, n_dot + N_BIASES) if self._is_mixed(ratings) else (n_dot,):
            units = np.array([sum(widths) - 2 * n, *self.layers, 1])
            expected = np.column_stack([units[:-1] + 1, units[1:]])
            if np.array_equal(shapes, expected) and min(widths) >= max(1, n) and n_weights == expected.prod(1).sum():
                return
        raise BadModelFolder(f"Layers of {shapes.tolist()[:9]} are not those of {self!r}, {expected.tolist()}.")

    # ---- answers ------------------------------------------------------------------------------------------

    def score_users(self, user_idx: IntArray) -> FloatArray:
        return self._score_rows(rows_or_zero(self.user_factors_, user_idx))

    def _score_rows(self, rows: FloatArray) -> FloatArray:
        """(b, n_items) scores. rows: (b, f) embeddings less the average one

        The first layer is a sum of a user's and an item's part, so each is computed once, not once a pair.
        """
        net, users, items = self._perceptron(), rows + self.user_mean_, self.item_factors_ + self.item_mean_
        (p, p_dot), (q, q_dot) = self._parts(users), self._parts(items)
        of_users, of_items = p @ net.of_user, q @ net.of_item + net.bias
        scores = p_dot @ q_dot.T
        if len(rows) * of_items.size <= MAX_NUMPY_NUMBERS:  # who serves one user need not load a kernel
            scores += after_first(of_users[:, None] + of_items, net.rest)
        else:
            add_scores(scores, of_users, of_items, net.rest)
        return squash(scores, self._range)

    def score_pairs(self, user_idx: IntArray, item_idx: IntArray, timestamps: IntArray | None = None) -> FloatArray:
        users, items = rows_or_zero(self.user_factors_, user_idx), rows_or_zero(self.item_factors_, item_idx)
        return squash(self._before_range(users, items), self._range)

    def _before_range(self, users: FloatArray, items: FloatArray) -> FloatArray:
        """(b,) scores of pairs of embeddings less the average one, before they are squashed; one of a side is repeated.

        users: (b, f)     items: (b, g)
        """
        (p, p_dot), (q, q_dot) = self._parts(users + self.user_mean_), self._parts(items + self.item_mean_)
        return self._perceptron().scores(p, q) + (p_dot * q_dot).sum(axis=1)

    def score_profile(self, profile: UserProfile) -> FloatArray:
        row = self._fold_in("user", self.item_factors_, profile.item_idx, profile.values)
        return self._score_rows(row.astype(np.float32)[None])[0]

    def updated_state(self, joined: "Joined") -> dict[str, FloatArray]:
        from cofactor.posterior.fold_in import fold_in_new

        def place(side: Literal["user", "item"]) -> Callable[["Rows", FloatArray], FloatArray]:
            def one_by_one(rows: "Rows", others: FloatArray) -> FloatArray:
                each = (rows.of(row) for row in range(len(rows.counts)))
                return np.stack([self._fold_in(side, others, idx, values) for idx, values in each])

            return one_by_one

        users, items = fold_in_new(joined, self.user_factors_, self.item_factors_, place("user"), place("item"))
        return {"user_factors_": users, "item_factors_": items}

    def _fold_in(
        self, side: Literal["user", "item"], others: FloatArray, idx: IntArray, values: FloatArray
    ) -> FloatArray:
        """(f,) the posterior mean of an embedding with these ratings, less the average embedding, by Newton steps.

        others: (m, f) embeddings of the other side, of which `idx` were rated
        """
        idx, values = self._targets(idx, values, len(others))
        prior = self.user_precision_ if side == "user" else self.item_precision_
        return nonlinear_row_mean(self._curve(side, others[idx]), values, prior)

    def _targets(self, idx: IntArray, values: FloatArray, n_others: int) -> tuple[IntArray, FloatArray]:
        """The pairs by which a row is folded in, and their targets; of clicks the clicks, and then the negatives."""
        if self.ratings.explicit:
            return idx, values
        from cofactor.training.negatives import clicks_and_negatives

        return clicks_and_negatives(idx[values > 0], n_others, self.n_negatives, self.seed)

    def _curve(
        self, side: Literal["user", "item"], others: FloatArray
    ) -> Callable[[FloatArray], tuple[FloatArray, FloatArray]]:
        """From an embedding less the average one to its pairs' scores, (m,), and their derivatives, (m, f).

        others: (m, g) embeddings of the other side, less the average one
        """
        net, of_users = self._perceptron(), side == "user"
        mine, theirs = (net.of_user, net.of_item) if of_users else (net.of_item, net.of_user)
        mean, their_mean = (self.user_mean_, self.item_mean_) if of_users else (self.item_mean_, self.user_mean_)
        their_mlp, their_dot = self._parts(others + their_mean)
        given = their_mlp @ theirs + net.bias

        def curve(row: FloatArray) -> tuple[FloatArray, FloatArray]:
            in_mlp, in_dot = self._parts(row + mean)
            score, slopes = net.score_and_slope(given + in_mlp @ mine, mine)
            expected, tangent = squash(score + their_dot @ in_dot, self._range), np.column_stack([slopes, their_dot])
            if self._range is not None:
                tangent *= slope(expected, self._range)[:, None]
            return expected, tangent

        return curve

    def reasons(self, who: int | UserProfile, item_idx: int) -> Reasons:
        """Gives each rating what is lost without it: the row is then folded in anew, by one Newton step from the whole.

        Of clicks the click is left out, and the items drawn as not clicked stay.
        """
        items, values = self.past_ratings(who)
        if not self.ratings.explicit:
            items = items[values > 0]
        row, fewer = self._rows_without_each(items, values)
        stored = row if isinstance(who, UserProfile) else self.user_factors_[who]
        rows = np.vstack([stored, row, np.zeros_like(row), fewer]).astype(np.float32)
        trained, whole, nobody, *without = self._before_range(rows, self.item_factors_[[item_idx]]).tolist()
        known = self.item_factors_[self.ratings.item_counts > 0]
        base, parts = float(self._before_range(0 * rows[:1], known).mean()), whole - np.array(without)
        found = Reasons(
            base, item=nobody - base, item_idx=items, parts=parts, jointly=whole - nobody - float(parts.sum()),
            training=trained - whole,
        )  # fmt: skip
        if self._range is None:
            return found
        low, high = squash(np.array([base, trained]), self._range).tolist()
        return replace(found, squashed=(low, high))

    def _rows_without_each(self, items: IntArray, values: FloatArray) -> tuple[FloatArray, FloatArray]:
        """(f,) the row folded in from these ratings, and (m, f) from all but one of them, for each."""
        if not len(items):
            return np.zeros(len(self.user_mean_)), np.zeros((0, len(self.user_mean_)))
        idx, targets = self._targets(
            items, values if self.ratings.explicit else np.ones(len(items)), len(self.item_factors_)
        )
        curve = self._curve("user", self.item_factors_[idx])
        row = nonlinear_row_mean(curve, targets, self.user_precision_)
        return row, rows_without_each(curve, row, targets, self.user_precision_)[: len(items)]

    def row_vectors(self, side: Literal["user", "item"]) -> FloatArray:
        rows = self.user_factors_ if side == "user" else self.item_factors_
        return rows[:, : rows.shape[1] - self._n_dot + self._dot_factors(self.ratings)]

    @property
    def _range(self) -> tuple[float, float] | None:
        return self.y_range if self.ratings.explicit else PROBABILITY_RANGE

    def _parts(self, rows: FloatArray) -> tuple[FloatArray, FloatArray]:
        """The parts of embeddings (..., f) that go into the perceptron and into the dot product."""
        k = rows.shape[-1] - self._n_dot
        return rows[..., :k], rows[..., k:]

    @property
    def _n_dot(self) -> int:
        """How many of each row's numbers are part of the dot product, biases included."""
        return (len(self.user_mean_) + len(self.item_mean_) + 1 - int(self.shapes_[0, 0])) // 2

    def _perceptron(self) -> PlainPerceptron:
        return PlainPerceptron.unpacked(self.weights_, self.shapes_, len(self.user_mean_) - self._n_dot)
