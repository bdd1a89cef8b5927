"""What each rating weighs, and what it pulls a row to."""

from typing import NamedTuple

import numpy as np

from cofactor.kernels.ratings.csr import Part

__all__ = ["PLAIN", "Law", "law_of"]


class Law(NamedTuple):
    """What a rating v of an item with offset o weighs, w = weight + weight_gain v, and pulls:
    y = pull + pull_gain v - w o."""

    weight: np.float32
    weight_gain: np.float32
    pull: np.float32
    pull_gain: np.float32


PLAIN = Law(np.float32(1), np.float32(0), np.float32(0), np.float32(1))  # w = 1, y = v - o


def law_of(law: Law, part: Part, row: int) -> Law:
    """What a row's ratings weigh and pull."""
    if not part.row_weights.size:
        return law
    weight = np.float32(part.row_weights[row])
    return Law(law.weight * weight, law.weight_gain * weight, law.pull * weight, law.pull_gain * weight)
