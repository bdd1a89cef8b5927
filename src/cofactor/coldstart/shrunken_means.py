"""Mean ratings of items, shrunk towards a prior mean: of all users, and of a group."""

from dataclasses import dataclass

import numpy as np

from cofactor.arrays import BoolArray, FloatArray
from cofactor.data.ratings import NO_TIME, Ratings

__all__ = ["ShrunkenMeans"]

SECONDS_A_DAY = 86_400


@dataclass(frozen=True)
class ShrunkenMeans:
    """Scores and doubts of all items, (n_items,) float32 each, from parts of a table of ratings.

    A score is the mean rating of an item; of clicks and counts, its share of all who have something. A doubt is the
    standard deviation of its next rating; nan for clicks and counts, and where it is not known.
    """

    ratings: Ratings
    damping: float  # number of ratings that the prior mean counts as
    window_days: float | None  # days before the newest rating that popularity counts; None: all

    def of_everybody(self) -> tuple[FloatArray, FloatArray]:
        """Popularity: means over all ratings, or over the newest ones, which are shrunk towards those of all."""
        ratings = self.ratings
        of_all = self._shrunken(ratings, np.full(ratings.n_items, ratings.mean if ratings.explicit else 0.0))
        if self.window_days is None:
            return of_all
        assert ratings.timestamps is not None
        newest = ratings.timestamps.max(initial=NO_TIME)  # which lies before all times
        recent = (ratings.timestamps != NO_TIME) & (ratings.timestamps > newest - self.window_days * SECONDS_A_DAY)
        return self._shrunken(ratings.subset(recent), of_all[0])

    def of_group(self, members: BoolArray) -> tuple[FloatArray, FloatArray]:
        """Means over the ratings of a group, (n_ratings,) mask, shrunk towards popularity."""
        return self._shrunken(self.ratings.subset(members), self.of_everybody()[0])

    def _shrunken(self, part: Ratings, prior_mean: FloatArray) -> tuple[FloatArray, FloatArray]:
        counts = (part if part.explicit else part.positives).item_counts.astype(np.float64)
        if not part.explicit:
            n_clicks = counts.sum() + self.damping
            share = (counts + self.damping * prior_mean) / n_clicks if n_clicks else prior_mean
            return share.astype(np.float32), np.full(len(counts), np.nan)
        sums = np.bincount(part.item_idx, part.values, len(counts))
        squares = np.bincount(part.item_idx, np.square(part.values, dtype=np.float64), len(counts))
        n = counts + self.damping
        n = np.where(n > 0, n, np.nan)  # without ratings an item has the prior mean, and no doubt is known
        mean = np.where(n > 0, (sums + self.damping * prior_mean) / n, prior_mean)
        usual = float(self.ratings.values.var(dtype=np.float64)) if len(self.ratings) else 0.0
        variance = (squares - 2 * mean * sums + mean**2 * counts + self.damping * usual) / n
        return mean.astype(np.float32), np.sqrt(variance * (1 + 1 / n)).astype(np.float32)
