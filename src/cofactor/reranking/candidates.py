"""The different items among the candidates of many lists, so that what hangs on an item alone is found once."""

import numpy as np

from cofactor.arrays import IntArray

__all__ = ["different_items"]


def different_items(idx: IntArray) -> tuple[IntArray, IntArray]:
    """(k,) the items, ascending, and the place of each candidate among them, k where there is none.

    idx: (b, m) candidates, -1 behind the last

    >>> different_items(np.array([[7, 2], [7, -1]]))
    (array([2, 7]), array([[1, 0],
           [1, 2]]))
    """
    there = np.zeros(int(idx.max(initial=-1)) + 2, np.bool_)  # the last is of no item, as -1 points there
    there[idx] = True
    items = np.flatnonzero(there[:-1])
    place = np.cumsum(there) - 1
    place[-1] = len(items)
    return items, place[idx]
