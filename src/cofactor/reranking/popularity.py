"""A penalty on popular items: each candidate's value is weighed against how many have it."""

import numpy as np

from cofactor.arrays import FloatArray, IntArray

__all__ = ["PopularityPenalty", "relative_popularity"]


def relative_popularity(counts: IntArray) -> FloatArray:
    """(n_items,) float32, ln(1 + count) over that of the most popular item: 0 for what nobody has, to 1.

    >>> relative_popularity(np.array([0, 3, 15]))
    array([0. , 0.5, 1. ], dtype=float32)
    """
    return (np.log1p(counts) / max(np.log1p(counts.max(initial=0)), 1e-12)).astype(np.float32)


class PopularityPenalty:
    """(1 - w) value(i) - w popularity(i).

    weight: w, 0 to 1     popularity: (b, m) of the candidates, as `relative_popularity` gives it
    """

    def __init__(self, weight: float, popularity: FloatArray) -> None:
        self.weight, self._popularity = np.float32(weight), popularity

    def values(self, values: FloatArray) -> FloatArray:
        """(b, m) with the popularity of each candidate."""
        return (1 - self.weight) * values - self.weight * self._popularity

    def choose(self, places: IntArray) -> None:
        """Nothing changes: a penalty does not depend on the rest of the list."""
