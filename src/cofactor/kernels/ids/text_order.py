"""Texts that stand in order, and one found among them; the loops are in `text_order_loops.py`."""

from typing import NamedTuple

import numpy as np

from cofactor.arrays import IntArray
from cofactor.kernels.compiling.native import Native
from cofactor.kernels.twins import with_numpy_twin

__all__ = ["Texts", "are_rising", "find_texts"]

_count_rising, _search = (Native("cofactor.kernels.ids.text_order_loops", name) for name in ("count_rising", "search"))


class Texts(NamedTuple):
    """n texts in UTF-8. They are in order where their bytes are."""

    text: IntArray  # (bytes,) uint8, one behind the other
    ends: IntArray  # (n,) int64, the place behind each


@with_numpy_twin
def are_rising(texts: Texts) -> bool:
    """True where each text is behind the one before it: then none stands twice."""
    found = np.zeros(1, np.int64)
    _count_rising(found, texts)
    return int(found[0]) == len(texts.ends)


@with_numpy_twin
def find_texts(asked: Texts, rising: Texts) -> IntArray:
    """(n,) int32: the place of each text that is asked for among those that rise, -1 where it is not there."""
    found = np.empty(len(asked.ends), np.int32)
    _search(found, asked, rising)
    return found
