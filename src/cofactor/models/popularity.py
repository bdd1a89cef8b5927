"""Popularity: the same list for everybody, and the bar that every personal model has to clear."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.errors import BadOption
from cofactor.learned import floats, number
from cofactor.recommender import Recommender, rows_or_zero
from cofactor.search_space import Between, Space

if TYPE_CHECKING:
    from cofactor.data.joining import Joined
    from cofactor.data.ratings import Ratings
    from cofactor.run.run import Run

__all__ = ["Popularity"]


@dataclass(kw_only=True)
class Popularity(Recommender):
    """An item's damped mean rating (Σ r + damping · μ) / (n + damping), for clicks its count.

    The damping stands for that many ratings at the average: an item with one lucky 5 does not lead.
    """

    learned: ClassVar = {"mean_": number(), "popularity_": floats("n_items")}
    objective: ClassVar = "The damped mean rating of each item (for clicks, how many clicked), the same for everybody."
    personal: ClassVar = False

    damping: float = 25.0  # ratings at the overall mean that every item is given beforehand

    def search_space(self) -> Space:
        return {
            "damping": Between(1.0, 1000.0, log=True),
        }

    def _check_options(self) -> None:
        if not self.damping >= 0:
            raise BadOption(f"damping counts ratings, 0 or more, but {self.damping} came.")

    def _fit(self, train: "Ratings", run: "Run") -> None:
        self.mean_ = train.mean if train.explicit else 0.0
        self.popularity_ = self._counted(train)

    def _updated(self, joined: "Joined") -> dict[str, FloatArray]:
        """Counting is all there is to learn, so all items are counted anew; the mean they are held to stays."""
        return {"popularity_": self._counted(joined.ratings)}

    def _counted(self, ratings: "Ratings") -> FloatArray:
        counts = ratings.item_counts
        if not ratings.explicit:
            return counts.astype(np.float32)
        sums = np.bincount(ratings.item_idx, ratings.values, minlength=ratings.n_items)
        damped = (sums + self.damping * self.mean_) / np.maximum(counts + self.damping, 1e-9)
        return np.where(counts + self.damping > 0, damped, self.mean_).astype(np.float32)

    def _score(self, user_idx: IntArray) -> FloatArray:
        return np.repeat(self.popularity_[None], len(user_idx), axis=0)

    def _predict(self, user_idx: IntArray, item_idx: IntArray) -> FloatArray:
        return self.mean_ + rows_or_zero(self.popularity_ - self.mean_, item_idx)

    def _score_newcomer(self, item_idx: IntArray, values: FloatArray) -> FloatArray:
        return self.popularity_.copy()
