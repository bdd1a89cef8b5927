"""The range that a sigmoid keeps scores in, and whether it holds the ratings that scores are to reach."""

import numpy as np

from cofactor.arrays import FloatArray
from cofactor.errors import some_of

__all__ = ["out_of_range"]

MARGIN = 1 / 8  # of the ratings' range, on each side: a sigmoid reaches its ends only at infinity


def out_of_range(ratings: FloatArray, y_range: tuple[float, float]) -> str | None:
    """The sentence on ratings outside y_range, which no score can reach, with a range that fits; None without any.

    >>> import numpy as np
    >>> out_of_range(np.array([1.0, 5.0]), (0, 5.5)) is None
    True
    """
    outside = (ratings < y_range[0]) | (ratings > y_range[1])
    if not outside.any():
        return None
    low, high = float(ratings.min()), float(ratings.max())
    margin = MARGIN * (high - low) or 0.5
    return (
        f"y_range goes from {y_range[0]:g} to {y_range[1]:g}, but the ratings from {low:g} to {high:g}: "
        f"{some_of(int(np.count_nonzero(outside)), len(ratings), 'rating', 'lie')} outside, where no score can reach. "
        f"Give a range a little wider than theirs, such as y_range=({low - margin:.3g}, {high + margin:.3g})."
    )
