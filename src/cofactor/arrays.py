"""The array types that our signatures name (what is in an array, not how long it is), and two helpers."""

from collections.abc import Hashable, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]
BoolArray: TypeAlias = NDArray[np.bool_]
FloatArray: TypeAlias = NDArray[np.floating[Any]]
IntArray: TypeAlias = NDArray[np.integer[Any]]
Id: TypeAlias = Hashable


def object_array(values: Sequence[Any]) -> Array:
    """(n,) the values as they are; `np.asarray` would make text of mixed ones, and a matrix of tuples."""
    boxed = np.empty(len(values), object)
    boxed[:] = values
    return boxed


def rows_or_zero(array: FloatArray, idx: IntArray) -> FloatArray:
    """array[idx], and zeros where the index is -1: the prior's mean, in models whose rows are centred."""
    if not len(array):  # of the users of a model that keeps none
        return np.zeros((*idx.shape, *array.shape[1:]), array.dtype)
    rows = array[idx]
    rows[idx < 0] = 0
    return rows
