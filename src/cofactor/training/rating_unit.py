"""The unit in which ratings are trained on, so that one penalty and one learning rate serve scales of any width."""

from dataclasses import replace

import numpy as np

from cofactor.data.ratings import Ratings

__all__ = ["in_unit", "rating_unit", "unit_of_scale"]

USUAL_WIDTH = 4.0  # of a scale from 1 to 5, for which the defaults are chosen
NARROWEST = 1e-15  # unit: the square of a smaller one is nothing in single precision
ALIKE = 2.0  # scales that are so many times wider or narrower still take them as they are


def rating_unit(train: Ratings) -> float:
    """The width of the scale in those of a scale from 1 to 5; 1 where it is about as wide, or next to nothing.

    >>> rating_unit(Ratings.from_arrays([1, 2], [1, 2], [1.0, 5.0])), rating_unit(
    ...     Ratings.from_arrays([1, 2], [1, 2], [-10.0, 10.0])
    ... )
    (1.0, 5.0)
    """
    return unit_of_scale(*(train.scale or (float(train.values.min()), float(train.values.max()))))


def unit_of_scale(low: float, high: float) -> float:
    """The unit of ratings from low to high.

    >>> unit_of_scale(0.5, 5.0), unit_of_scale(0.0, 100.0)
    (1.0, 25.0)
    """
    unit = (high - low) / USUAL_WIDTH
    return unit if unit > NARROWEST and not 1 / ALIKE <= unit <= ALIKE else 1.0


def in_unit(train: Ratings, unit: float) -> Ratings:
    """The ratings divided by the unit; the same object where that is 1."""
    return train if unit == 1 else replace(train, values=(train.values / np.float32(unit)), scale=None)
