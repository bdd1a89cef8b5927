"""Rows with fewer ratings than coordinates, all of a side at once; its loops are in `short_rows_loops.py`."""

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.kernels.aligned import empty_lines, on_lines, padded
from cofactor.kernels.compiling.native import Native
from cofactor.kernels.posterior.eigenbasis import turned
from cofactor.kernels.posterior.prior import Bias, Prior
from cofactor.kernels.posterior.weights import Law
from cofactor.kernels.ratings.csr import Part
from cofactor.kernels.threads import n_threads, on_threads

__all__ = ["solve_short"]

PIECE = 2_000  # rows turned back at once
LEAST = 1e-6  # of the prior's largest eigenvalue: below it single precision does not know the smallest

_solve_short_rows = Native("cofactor.kernels.posterior.short_rows_loops", "solve_short_rows")


def solve_short(
    out: FloatArray, explained: FloatArray, design: FloatArray, offset: FloatArray, part: Part, law: Law, prior: Prior,
    bias: Bias, order: IntArray, bounds: IntArray,
) -> bool:  # fmt: skip
    """Solve the rows from order[bounds[0]] on in the prior's eigenvectors; False where numbers forbid it.

    bias: which the prior knows nothing of beside the row, so that bias.precision[:k] is 0
    """
    k, rows = out.shape[1], order[bounds[0] :]
    if not _all_weigh(part, law) or (eigen := turned(design, prior)) is None:
        return False
    spread = eigen.prior.precision
    if spread.min() + prior.ridge.min() <= LEAST * spread.max():
        return False
    flat, counter = on_lines(eigen.design).reshape(-1), np.zeros(1, np.int64)
    n_most = padded(max(1, int((part.indptr[rows + 1] - part.indptr[rows]).max())))
    size = 2 * n_most * k + n_most**2 + 5 * n_most + 3 * k

    def work(_: int) -> None:
        given = explained, flat, offset, part, law, eigen.prior, bias, empty_lines((size,)), n_most
        _solve_short_rows(out, *given, order, bounds, counter)

    on_threads(work, n_threads())
    if eigen.design is design:
        return True
    for at in range(0, len(rows), PIECE):
        some = rows[at : at + PIECE]
        out[some] = out[some] @ eigen.turn.T
    return True


def _all_weigh(part: Part, law: Law) -> bool:
    """Is every weight above 0? The small system divides by their roots."""
    ends = (float(part.values.min()), float(part.values.max())) if law.weight_gain else (0.0,)
    weights = [float(law.weight) + float(law.weight_gain) * value for value in ends]
    return min(weights) > 0 and max(weights) < float(np.finfo(np.float32).max)
