"""Relevance: from which rating on an item ought to be in a list of recommendations."""

import numpy as np

from cofactor.arrays import FloatArray
from cofactor.data.ratings import Ratings

__all__ = ["lowest_relevant"]

RELEVANT_SHARE = 0.7  # of the way from the lowest to the highest rating: from 4 on, on a scale of 1 to 5


def lowest_relevant(train: Ratings, test: Ratings) -> float | None:
    """The lowest rating given that lies `RELEVANT_SHARE` up the scale, the same for every user; None: every one is.

    Of clicks and counts every one is, but dislikes are not.

    >>> rated = Ratings.from_arrays(["ann", "ann", "bob"], [1, 2, 1], [5, 1, 4])
    >>> lowest_relevant(rated, rated)
    4.0
    """
    low, high = train.scale or test.scale or (0.0, 0.0)
    if not test.explicit and test.n_dislikes:
        return float(test.positives.values.min(initial=np.inf))
    if low == high or not test.explicit:
        return None
    at_least = low + RELEVANT_SHARE * (high - low)
    relevant: FloatArray = test.values[test.values >= at_least]
    return float(relevant.min()) if len(relevant) else at_least
