"""Matrix factorisation with biases by gradient descent: the dot product of the lecture.

Koren, Bell & Volinsky, "Matrix factorization techniques for recommender systems", IEEE Computer 2009, eq. 4
[koren2009matrix]; sigmoid range, one-cycle and decoupled weight decay as the fastai course teaches them.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from cofactor.errors import BadOption
from cofactor.models._biased_factors import BiasedFactors
from cofactor.nets.embeddings import Embeddings
from cofactor.search_space import Between, Space
from cofactor.training.gradient import GradientRecommender, check_engine, need_torch

if TYPE_CHECKING:
    from cofactor.data.ratings import Ratings
    from cofactor.training.averaging import Averaging
    from cofactor.training.engines.fused import FusedAdam, TiledSgd
    from cofactor.training.engines.torch_engine import TorchEngine

__all__ = ["MatrixFactorization"]

SGD_START = 10.0  # times Adam's start: the steps of plain SGD shrink with the gradients, those of Adam do not


@dataclass(kw_only=True)
class MatrixFactorization(BiasedFactors, GradientRecommender[Embeddings]):
    """r_ui ≈ squash(μ + b_u + b_i + p_u · q_i), least squares by Adam on mini-batches, or by plain SGD.

    `ExplicitALS` is the same model in closed form, a side at a time.
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
    def _range(self) -> tuple[float, float] | None:
        return self.y_range

    # ---- training -----------------------------------------------------------------------------------------

    def _n_parameters(self, train: "Ratings") -> int:
        return (train.n_users + train.n_items) * (self.n_factors + 16)

    def _engine(self, train: "Ratings") -> "Averaging[Embeddings]":
        from cofactor.training.averaging import Averaging

        engine = self._solver(train)
        return Averaging(engine, lambda: engine.embeddings, self.averaged, self.y_range)

    def _solver(self, train: "Ratings") -> "FusedAdam | TiledSgd | TorchEngine":
        start = Embeddings.random(train.n_users, train.n_items, self.n_factors, self.seed)
        columns = (train.user_idx, train.item_idx, train.values)
        if self.solver == "sgd":
            from cofactor.training.engines.fused import TiledSgd

            return TiledSgd(self._sgd_start(start, train.mean), *columns, self.seed, self.y_range)
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

    def _sgd_start(self, start: Embeddings, mean: float) -> Embeddings:
        """A larger one; without y_range its biases give the mean rating, half on either side: small steps get there
        late."""
        start = Embeddings(*(SGD_START * part for part in start))
        if self.y_range is not None:
            return start
        half = np.float32(mean / 2)
        return start._replace(user_bias=start.user_bias + half, item_bias=start.item_bias + half)
