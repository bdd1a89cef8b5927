"""One's own axis: from one user or item, or several, to others."""

from collections.abc import Sequence

import numpy as np

from cofactor.arrays import Array, FloatArray, Id, IntArray
from cofactor.contract.indices import as_list
from cofactor.contract.steps import Side
from cofactor.errors import BadOption
from cofactor.interpretation.axis import Axis
from cofactor.interpretation.components import damped
from cofactor.interpretation.factors import DAMPING
from cofactor.interpretation.labelled_rows import LabelledRows, weights_of
from cofactor.recommender import Recommender, expect_model

__all__ = ["axis_between"]


def axis_between(
    model: Recommender, low: Id | Sequence[Id] | Array, high: Id | Sequence[Id] | Array, *, side: Side = "item",
    damping: float = DAMPING, min_ratings: int = 1,
) -> Axis:  # fmt: skip
    """The axis from the mean vector of some items (or users) to that of others, with the places of all on it.

    The mean of `low` lies at -1 and that of `high` at 1; what lies beyond is more so than they are. Places are damped
    as those of `factors`, except those of the items given.
    low, high: ids or titles
    Raises `UnknownIds`; `BadOption` where an option is out of range, where a group is empty, and where both groups
    have the same mean; and `Unsupported` of a model without vectors.
    """
    expect_model(model, "axis_between opens the vectors of")
    model = model.snapshot()
    vectors, rows = model.vectors(side), LabelledRows.of(model.ratings, side, min_ratings)
    ends = [rows.find(model.ratings, as_list(ids)) for ids in (low, high)]
    if not all(map(len, ends)):
        raise BadOption("An axis goes from something to something: give at least one id for low and one for high.")
    weights = weights_of(rows.counts, damping)
    weights[np.concatenate(ends)] = 1
    x = damped(vectors[rows.idx], weights)
    places = _places(x, *(x[at].mean(axis=0) for at in ends))
    low_names, high_names = (_listed(rows.names, at) for at in ends)
    return Axis(f"{low_names} ↔ {high_names}", rows, places)


def _places(x: FloatArray, low: FloatArray, high: FloatArray) -> FloatArray:
    """(m,) the projection of each row of x on the line from low, at -1, to high, at 1."""
    direction, middle = high - low, (low + high) / 2
    length = float(direction @ direction)
    if not length > 0:
        raise BadOption("low and high have the same vectors, so there is no axis from one to the other.")
    return 2 * (x - middle) @ direction / length


def _listed(names: list[str], at: IntArray) -> str:
    return " + ".join(names[one] for one in at)
