"""Popularity: the same list for everybody, and the bar that every personal model has to clear."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from cofactor.arrays import FloatArray, IntArray, rows_or_zero
from cofactor.contract.abilities import Abilities
from cofactor.contract.forgetting import Forgetting
from cofactor.contract.learned import floats, number
from cofactor.contract.profile import UserProfile
from cofactor.contract.reasons import Reasons
from cofactor.errors import BadOption
from cofactor.recommender import Recommender
from cofactor.search_space import Between, Space

if TYPE_CHECKING:
    from cofactor.data.joining import Joined
    from cofactor.data.ratings import Ratings
    from cofactor.run.run import Run

__all__ = ["Popularity"]


@dataclass(kw_only=True)
class Popularity(Recommender):
    """An item's damped mean rating (Σ r + damping · μ) / (n + damping); for clicks and counts how many people have it.

    The damping stands for that many ratings at the average: an item with one lucky 5 does not lead.
    """

    learned: ClassVar = {"mean_": number(), "popularity_": floats("n_items")}
    objective: ClassVar = (
        "Nothing: it counts. Items come in the order of their mean rating, drawn to the mean of all where few have "
        "rated them; of clicks and counts, in the order of how many people have them."
    )

    damping: float = 25.0  # ratings at the overall mean that every item is given beforehand

    @property
    def abilities(self) -> Abilities:
        return Abilities(personal=False, gives_reasons=True)

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

    def updated_state(self, joined: "Joined") -> dict[str, FloatArray]:
        """Counting is all there is to learn, so all items are counted anew; the mean they are held to stays."""
        return {"popularity_": self._counted(joined.ratings)}

    @property
    def forgetting(self) -> Forgetting:
        return "retrain-equal"

    def state_without(self, user_idx: IntArray, remaining: "Ratings") -> dict[str, Any]:
        """All of it: counting is all there is to learn."""
        return self._learned_anew(remaining)

    def _counted(self, ratings: "Ratings") -> FloatArray:
        if not ratings.explicit:
            return ratings.positives.item_counts.astype(np.float32)
        counts = ratings.item_counts
        sums = np.bincount(ratings.item_idx, ratings.values, minlength=ratings.n_items)
        damped = (sums + self.damping * self.mean_) / np.maximum(counts + self.damping, 1e-9)
        return np.where(counts + self.damping > 0, damped, self.mean_).astype(np.float32)

    def score_users(self, user_idx: IntArray) -> FloatArray:
        return np.repeat(self.popularity_[None], len(user_idx), axis=0)

    def score_pairs(self, user_idx: IntArray, item_idx: IntArray, timestamps: IntArray | None = None) -> FloatArray:
        return self.mean_ + rows_or_zero(self.popularity_ - self.mean_, item_idx)

    def score_profile(self, profile: UserProfile) -> FloatArray:
        return self.popularity_.copy()

    def reasons(self, who: int | UserProfile, item_idx: int) -> Reasons:
        return Reasons(self.mean_, item=float(self.popularity_[item_idx]) - self.mean_)
