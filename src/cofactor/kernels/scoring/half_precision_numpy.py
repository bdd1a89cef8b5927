"""The NumPy twins of `half_precision.py`."""

from itertools import combinations

import numpy as np

from cofactor.arrays import FloatArray
from cofactor.kernels.scoring.half_precision import HalfPrecisionSide

__all__ = ["draw_scores", "multiply_halves", "single_precision"]


def single_precision(halves: FloatArray, column: int | None = None) -> FloatArray:
    """NumPy's own conversion."""
    return np.ascontiguousarray(halves if column is None else halves[:, column], np.float32)


def multiply_halves(rows: FloatArray, halves: FloatArray) -> FloatArray:
    """rows @ halvesᵀ"""
    return rows @ halves.astype(np.float32).T


def draw_scores(
    users: HalfPrecisionSide, items: HalfPrecisionSide, days: HalfPrecisionSide | None = None
) -> FloatArray:  # fmt: skip
    """(n, n_draws) float32 scores: the dot products of the factors two by two, plus the biases, the last numbers."""
    rows = [_rows(side) for side in (users, items, days) if side is not None]
    scores = np.sum([row[..., -1] for row in rows], axis=0)
    for x, y in combinations(rows, 2):
        scores = scores + np.einsum("nsd,nsd->ns", x[..., :-1], y[..., :-1])
    return scores.astype(np.float32)


def _rows(side: HalfPrecisionSide) -> FloatArray:
    """(n, n_draws, d) of each rating; index -1 is the row behind the last."""
    return np.concatenate([side.halves.astype(np.float32), side.unknown[None].astype(np.float32)])[side.idx]
