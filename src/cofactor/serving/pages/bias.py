"""The bias of one item or user, as `biases` works it out for all of them."""

from dataclasses import dataclass

import numpy as np

from cofactor.contract.steps import Side
from cofactor.errors import Unsupported
from cofactor.interpretation.biases import biases
from cofactor.serving.opened import OpenModel

__all__ = ["Bias", "bias_of"]


@dataclass(frozen=True)
class Bias:
    """A bias in the ratings' unit; interval: where it lies 9 times of 10, None of a model without a posterior"""

    value: float
    interval: tuple[float, float] | None


def bias_of(opened: OpenModel, side: Side, idx: int) -> Bias | None:
    """How far ratings of an item (or by a user) lie above those of the average one; None where nothing says so."""
    model = opened.model
    if not (model.abilities.predicts and len(model.ratings)):
        return None
    try:
        found = opened.once(f"biases of every {side}", lambda: biases(model, side=side, min_ratings=1))
    except Unsupported:  # a model that predicts for nobody whom it does not know
        return None
    at = int(np.searchsorted(found.axis.rows.idx, idx))
    if at == len(found.axis.rows) or found.axis.rows.idx[at] != idx:
        return None  # without ratings
    interval = None if found.low is None or found.high is None else (float(found.low[at]), float(found.high[at]))
    return Bias(float(found.axis.places[at]), interval)
