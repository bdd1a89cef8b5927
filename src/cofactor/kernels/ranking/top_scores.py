"""The best n of each row of scores."""

import numpy as np

from cofactor.arrays import BoolArray, FloatArray, IntArray
from cofactor.kernels.compiling.native import Native
from cofactor.kernels.ranking import top_scores_numpy
from cofactor.kernels.ranking.lists import SeenItems, empty_lists
from cofactor.kernels.twins import with_numpy_twin

__all__ = ["COMPILED_FROM_ROWS", "top_scores"]

COMPILED_FROM_ROWS = 64  # rows from which loading the compiled kernel pays; below, its NumPy twin answers

_choose_scores = Native("cofactor.kernels.ranking.top_scores_loops", "choose_scores")


@with_numpy_twin
def top_scores(
    scores: FloatArray, n: int, seen: SeenItems | None = None, excluded: BoolArray | None = None,
    *, compiled: bool | None = None,
) -> tuple[IntArray, FloatArray]:  # fmt: skip
    """The indices (b, min(n, m)) int64 and scores of the largest entries of each row, best first.

    Equal scores are in catalogue order; nan and -inf are never chosen. Where fewer are left, the index is -1 and the
    score -inf. `scores` is not changed.

    scores: (b, m)     seen: the items that may not be on each row's list     excluded: (m,) True for those on no list
    compiled: None: where there are at least `COMPILED_FROM_ROWS` rows
    """
    n_rows, n_items = scores.shape
    if not (n_rows >= COMPILED_FROM_ROWS if compiled is None else compiled):
        return top_scores_numpy.top_scores(scores, n, seen, excluded)
    scores = np.ascontiguousarray(scores, np.result_type(scores, np.float32))
    idx, top = empty_lists(n_rows, min(n, n_items), scores.dtype)
    if idx.size:
        never = np.zeros(n_items, bool) if excluded is None else excluded
        _choose_scores(scores, seen or SeenItems.none(n_rows), never, idx, top)
    return idx, top
