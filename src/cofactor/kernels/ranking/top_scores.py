"""The best n of each row of scores."""

from typing import NamedTuple, Self

import numpy as np

from cofactor.arrays import BoolArray, FloatArray, IntArray
from cofactor.kernels.compiling.native import Native

__all__ = ["COMPILED_FROM_ROWS", "SeenItems", "empty_lists", "top_scores"]

COMPILED_FROM_ROWS = 64  # rows from which loading the compiled kernel pays; below, NumPy alone answers

_choose_scores = Native("cofactor.kernels.ranking.top_scores_loops", "choose_scores")


class SeenItems(NamedTuple):
    """What may not be chosen: for each row what its user has in a table, given as CSR, ascending."""

    users: IntArray  # (b,) int64 rows of the table; -1: nothing is hidden
    indptr: IntArray  # int64
    indices: IntArray  # int32

    @classmethod
    def nobody_has(cls, n_rows: int) -> Self:
        return cls(np.full(n_rows, -1, np.int64), np.zeros(1, np.int64), np.zeros(0, np.int32))

    def rows(self, which: slice | IntArray) -> Self:
        return self._replace(users=self.users[which])

    def of(self, row: int) -> IntArray:
        user = self.users[row]
        return self.indices[self.indptr[user] : self.indptr[user + 1]] if user >= 0 else self.indices[:0]


def top_scores(
    scores: FloatArray, n: int, seen: SeenItems | None = None, excluded: BoolArray | None = None,
    *, compiled: bool | None = None,
) -> tuple[IntArray, FloatArray]:  # fmt: skip
    """The n largest entries of each row, best first; equal ones in catalogue order. The scores stay as they are.

    scores: (b, m), -inf for what may not be chosen; nan is never chosen
    seen: what else may not be in a row     excluded: (m,), and in no row
    compiled: None: where there are rows enough for it
    returns indices (b, min(n, m)) int64, -1 where fewer were left, and their scores, -inf there
    """
    n_rows, n_items = scores.shape
    scores = np.ascontiguousarray(scores, np.result_type(scores, np.float32))
    idx, top = empty_lists(n_rows, min(n, n_items), scores.dtype)
    arguments = seen or SeenItems.nobody_has(n_rows), np.zeros(n_items, bool) if excluded is None else excluded
    if idx.size and (n_rows >= COMPILED_FROM_ROWS if compiled is None else compiled):
        _choose_scores(scores, *arguments, idx, top)
    elif idx.size:
        _fill(scores, *arguments, idx, top)
    return idx, top


def empty_lists(n_rows: int, n: int, dtype: "np.dtype[np.floating] | type[np.floating]") -> tuple[IntArray, FloatArray]:
    """Lists with nothing on them: indices -1, scores -inf."""
    return np.full((n_rows, n), -1, np.int64), np.full((n_rows, n), -np.inf, dtype)


def _fill(scores: FloatArray, seen: SeenItems, excluded: BoolArray, idx: IntArray, top: FloatArray) -> None:
    n, n_items = idx.shape[1], scores.shape[1]
    for row, values in enumerate(np.where(np.isnan(scores) | excluded, -np.inf, scores)):
        values[seen.of(row)] = -np.inf
        at_least = np.partition(values, n_items - n)[n_items - n]
        near = np.flatnonzero((values >= at_least) & (values > -np.inf))
        order = near[np.argsort(-values[near], kind="stable")][:n]
        idx[row, : len(order)], top[row, : len(order)] = order, values[order]
