"""Factors trained on what biases leave of the ratings, and kept as far as they help on ratings they have not seen."""

from collections.abc import Callable

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.nets.embeddings import Embeddings
from cofactor.training.averaging import Averaging
from cofactor.training.engine import ScheduledEngine

__all__ = ["AroundBiases", "share_that_helps"]


class AroundBiases(Averaging[Embeddings]):
    """An engine trained on the residuals of biases; its parameters and predictions are those of whole ratings.

    kept: the share of the engine's scores that is added to the biases
    """

    def __init__(
        self, engine: ScheduledEngine, read: Callable[[], Embeddings], share: float,
        biases: tuple[FloatArray, FloatArray],
    ) -> None:  # fmt: skip
        """biases: (n_users,) with the mean in it, and (n_items,)     read, share: as in `Averaging`"""
        super().__init__(engine, read, share)
        self._user_bias, self._item_bias = biases
        self.kept = 1.0

    @property
    def parameters(self) -> Embeddings:
        trained, kept = super().parameters, np.float32(self.kept)
        return Embeddings(
            trained.user_factors * kept, trained.user_bias * kept + self._user_bias,
            trained.item_factors, trained.item_bias * kept + self._item_bias,
        )  # fmt: skip

    def predict(self, user_idx: IntArray, item_idx: IntArray) -> FloatArray:
        biases = self._user_bias[user_idx] + self._item_bias[item_idx]
        return biases + np.float32(self.kept) * super().predict(user_idx, item_idx)


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
