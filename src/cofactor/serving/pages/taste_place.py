"""Where somebody stands on the map of items: in the direction in which their scores rise above everybody's."""

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.data.ids import UNKNOWN
from cofactor.interpretation.axis import Axis
from cofactor.serving.opened import OpenModel

__all__ = ["taste_place"]

N_COMPARED = 200  # users whose distances from the middle set the scale


def taste_place(opened: OpenModel, scores: FloatArray, x: Axis, y: Axis) -> tuple[float, float]:
    """The place of somebody with these scores, (n_items,), on the plane of two axes.

    It is the slope, over the items' places, of their scores less those of the average person: items on that side score
    higher for them than for others, and the farther they stand, the more so. The scale is set so that the model's own
    users are as far from the middle as its items are, in the root mean square.
    """
    places = np.column_stack([x.places, y.places])
    users = np.flatnonzero(opened.model.ratings.user_counts)
    users = users[:: max(1, len(users) // N_COMPARED)]
    average = opened.model.score_users(np.array([UNKNOWN]))[0]
    slope = _slopes((scores - average)[None], x.rows.idx, places)[0]
    typical = np.sqrt(np.square(_slopes(opened.model.score_users(users) - average, x.rows.idx, places)).sum(1).mean())
    radius = np.sqrt(np.square(places - places.mean(axis=0)).sum(axis=1).mean())
    middle = places.mean(axis=0)
    to = middle + slope * (radius / max(float(typical), 1e-12))
    return float(to[0]), float(to[1])


def _slopes(differences: FloatArray, idx: IntArray, places: FloatArray) -> FloatArray:
    """(b, 2) the least-squares slope of each row over the places."""
    centred = places - places.mean(axis=0)
    d = differences[:, idx].astype(np.float64)
    d -= d.mean(axis=1, keepdims=True)
    return d @ np.linalg.pinv(centred).T
