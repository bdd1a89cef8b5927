"""Factors trained on what biases leave of the ratings, and kept as far as they help on ratings they have not seen."""

from collections.abc import Callable

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.nets.embeddings import Embeddings
from cofactor.training.averaging import Averaging
from cofactor.training.engine import ScheduledEngine
from cofactor.training.rating_unit import whole_units

__all__ = ["AroundBiases", "share_that_helps"]


class AroundBiases(Averaging[Embeddings]):
    """An engine trained on the residuals of biases; its parameters and predictions are those of whole ratings.

    kept: the share of the engine's scores that is added to the biases
    """

    def __init__(
        self, engine: ScheduledEngine, read: Callable[[], Embeddings], share: float,
        biases: tuple[FloatArray, FloatArray], unit: float = 1.0,
    ) -> None:  # fmt: skip
        """biases: (n_users,) with the mean in it, and (n_items,)     unit: in which the engine is given the residuals
        read, share: as in `Averaging`
        """
        super().__init__(engine, read, share)
        self._unit = unit
        self._user_bias, self._item_bias = biases
        self.kept = 1.0

    @property
    def parameters(self) -> Embeddings:
        trained, kept = whole_units(super().parameters, self._unit), np.float32(self.kept)
        return Embeddings(
            trained.user_factors * kept, trained.user_bias * kept + self._user_bias,
            trained.item_factors, trained.item_bias * kept + self._item_bias,
        )  # fmt: skip

    def predict(self, user_idx: IntArray, item_idx: IntArray) -> FloatArray:
        return self.parameters.scores(user_idx, item_idx, None)

    def run(self, epoch: int, start: int, end: int) -> FloatArray:
        return super().run(epoch, start, end) * np.float32(self._unit**2)


def share_that_helps(scores: FloatArray, residuals: FloatArray) -> float:
    """The share of the scores, 0 to 1, that brings them nearest to the residuals in squares, less its standard error.

    >>> scores = np.ones(10_000)
    >>> round(share_that_helps(scores, scores / 2), 3)
    0.495
    """
    scores, residuals = scores.astype(np.float64), residuals.astype(np.float64)
    size = float(scores @ scores)
    if not size:
        return 0.0
    error = np.sqrt(np.mean(np.square(residuals)) / size)
    return float(np.clip(scores @ residuals / size - error, 0, 1))
