"""Matrix factorisation with biases by gradient descent: the dot product of the lecture.

Koren, Bell & Volinsky, "Matrix factorization techniques for recommender systems", IEEE Computer 2009, eq. 4
[koren2009matrix]; sigmoid range, one-cycle and decoupled weight decay as the fastai course teaches them.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from cofactor.arrays import FloatArray
from cofactor.errors import BadOption
from cofactor.models._factor_reasons import FactorReasons
from cofactor.models.bias import Bias
from cofactor.nets.embeddings import Embeddings
from cofactor.search_space import Between, Space
from cofactor.training.averaging import Averaging
from cofactor.training.gradient import ADAM, Descent, GradientRecommender, check_engine, need_torch
from cofactor.training.mixed_with_bias import Biases, MixedWithBias
from cofactor.training.rating_unit import rating_unit

if TYPE_CHECKING:
    from cofactor.data.ratings import Ratings
    from cofactor.training.engines.fused import FusedAdam, TiledSgd
    from cofactor.training.engines.torch_engine import TorchEngine

__all__ = ["MatrixFactorization"]

# Plain SGD's step shrinks with the gradient, Adam's does not: it needs a larger rate and more epochs, which take less
# time than Adam's five. Of rates 0.02 to 0.2, 5 to 40 epochs and decays 0.05 to 0.2 these lie within 0.003 of Adam's
# RMSE on held-out parts of the training ratings of ml-latest-small, ml-100k, 1,000 to 10,000 of these, and ml-1m.
SGD = Descent(n_epochs=20, learning_rate=0.1, weight_decay=0.08)
# Tried instead: each item moved, from where training had left it, by the difference that the people make to its
# solution. Scores then stay nearer to a new fit (ml-100k, 50 people: 0.235 of a standard deviation, not 0.243), but the
# people are hardly gone: membership by item factors has an AUC of 0.95, where 0.97 was before and 0.71 is solved.
FORGETTING_NOTE = (
    "Gradient descent stops before a minimum, and an item that is solved goes there: it would move as far with nobody "
    "taken out, so these items are further from a new fit than another seed may be."
)
SGD_START = 10.0  # times Adam's start: the steps of plain SGD shrink with the gradients, those of Adam do not


@dataclass(kw_only=True)
class MatrixFactorization(FactorReasons, GradientRecommender[Embeddings]):
    """r_ui ≈ squash(μ + b_u + b_i + p_u · q_i), least squares by Adam on mini-batches, or by plain SGD.

    Without y_range training starts from the biases of `Bias`, and what it adds to them is shrunk to the share that
    helps on a tenth of the ratings, found by a training without these: of few ratings it makes little more than `Bias`.
    With y_range it is the lecture's model, from small random numbers. `ExplicitALS` is the same model in closed form, a
    side at a time. Without n_epochs, learning_rate and weight_decay each solver has its own, and both predict about
    alike.
    """

    solver: Literal["adam", "sgd"] = "adam"  # adam: on mini-batches; sgd: rating by rating, on all cores
    engine: Literal["fused", "torch"] = "fused"  # torch: the readable twin of adam, and the one for a GPU
    device: str = "cpu"  # of the torch engine: cpu, cuda

    def search_space(self) -> Space:
        return {
            "n_factors": Between(4, 128, log=True),
            "weight_decay": Between(1e-3, 1.0, log=True),
            "learning_rate": Between(5e-4, 5e-2, log=True),
        }

    def _check_options(self) -> None:
        super()._check_options()
        check_engine(self.engine, self.device)
        if self.solver != "adam" and self.engine == "torch":
            raise BadOption(
                f"solver={self.solver!r} runs on the fused engine only. engine='torch' needs solver='adam'."
            )
        if self.solver != "adam" and self.averaged:
            raise BadOption(f"Parameters are averaged of solver='adam' only. Leave averaged out of {self.solver!r}.")

    @property
    def _solvers_own(self) -> Descent:
        return SGD if self.solver == "sgd" else ADAM

    @property
    def _range(self) -> tuple[float, float] | None:
        return self.y_range

    @property
    def forgetting_note(self) -> str:
        return FORGETTING_NOTE

    # ---- training -----------------------------------------------------------------------------------------

    def _n_parameters(self, train: "Ratings") -> int:
        return (train.n_users + train.n_items) * (self.n_factors + 16)

    def _engine(self, train: "Ratings") -> "Averaging[Embeddings]":
        if self.y_range is not None:
            engine = self._solver(train, train.values)
            return Averaging(engine, lambda: engine.embeddings, self.averaged, self.y_range)
        biases = Bias().fit(train)
        residuals = train.values - biases.score_pairs(train.user_idx, train.item_idx)
        unit = rating_unit(train)
        engine = self._solver(train, residuals / np.float32(unit))
        both = Biases(*biases.both_sides())
        return MixedWithBias(engine, lambda: engine.embeddings, self.averaged, base=both, bias=both, unit=unit)

    def _solver(self, train: "Ratings", values: FloatArray) -> "FusedAdam | TiledSgd | TorchEngine":
        start = Embeddings.random(train.n_users, train.n_items, self.n_factors, self.seed)
        columns = (train.user_idx, train.item_idx, values)
        if self.solver == "sgd":
            from cofactor.training.engines.fused import TiledSgd

            larger = Embeddings(*(SGD_START * part for part in start))
            return TiledSgd(larger, *columns, self.seed, self.y_range)
        from cofactor.training.batches import Batches

        batches = Batches(len(train), self._batch_size(len(train)), self.seed)
        if self.engine == "torch":
            need_torch()
            from cofactor.kernels.gradient.labelled_pairs import LabelledPairs
            from cofactor.nets.dot_product import DotProduct
            from cofactor.training.engines.torch_engine import TorchEngine

            return TorchEngine(DotProduct(start, self.y_range), LabelledPairs(*columns), batches, self.device)
        from cofactor.training.engines.fused import FusedAdam

        return FusedAdam(start, *columns, batches, self.y_range)
