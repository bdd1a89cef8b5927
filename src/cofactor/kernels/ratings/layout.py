"""Ratings laid out row by row, in as little memory as they need; the loops are in `layout_loops.py`.

A rating costs its index, 4 bytes, and which of the table's few different values it has, 1 byte; nothing where all
have one, as clicks do, and 4 where there are more than 256. Beside the result one more copy of that size is needed.
"""

import numpy as np

from cofactor.arrays import Array, FloatArray, IntArray
from cofactor.kernels.absent import NO_CODES
from cofactor.kernels.compiling.native import Native
from cofactor.kernels.ratings.csr import CodedValues, CsrRatings
from cofactor.kernels.threads import n_threads, on_threads, row_shares, shares
from cofactor.kernels.twins import with_numpy_twin

__all__ = [
    "MAX_LEVELS", "count_indices", "csr_with", "encode_values", "indices_outside", "lay_out", "order_by_row",
    "sum_rows", "transposed",
]  # fmt: skip

MAX_LEVELS = 256  # different values that a byte tells apart
N_SLOTS = 1024  # of the table in which they are looked up

_code_values, _count_rows, _scatter, _transpose, _drop_repeated, _sum_rows = (
    Native("cofactor.kernels.ratings.layout_loops", name)
    for name in ("code_values", "count_rows", "scatter", "transpose", "drop_repeated", "sum_rows")
)


@with_numpy_twin
def encode_values(values: FloatArray) -> CodedValues:
    """The same values (n,) in as little memory as they need; those of two different bits are different."""
    values = np.ascontiguousarray(values, np.float32)
    codes, levels, found = np.empty(len(values), np.uint8), np.zeros(MAX_LEVELS, np.uint32), np.zeros(1, np.int64)
    _code_values(codes, levels, found, np.full(N_SLOTS, -1, np.int16), values.view(np.uint32))
    if found[0] < 0:
        return CodedValues(values, NO_CODES, len(values))
    return CodedValues(levels[: found[0]].view(np.float32).copy(), codes if found[0] > 1 else NO_CODES, len(values))


@with_numpy_twin
def lay_out(row_idx: IntArray, other_idx: IntArray, values: CodedValues, n_rows: int, n_others: int) -> CsrRatings:
    """The ratings of each row, ascending by the other index; of a pair that occurs twice the last in the table.

    row_idx, other_idx: (n,) in 0 … n_rows - 1 and 0 … n_others - 1     values: of all n
    Raises IndexError where an index is outside; so do the functions below.
    """
    row_idx, other_idx = (np.ascontiguousarray(idx, np.int32) for idx in (row_idx, other_idx))
    other_ends, rows, payload = _scattered(other_idx, n_others, row_idx, values.payload)
    row_ends, indices, payload = _transposed(other_ends, rows, n_rows, payload)
    _drop_repeated(row_ends, indices, payload)
    n = int(row_ends[-1])
    if n < len(indices):
        indices, payload = indices[:n].copy(), payload[:n].copy()
    return csr_with(row_ends, indices, values.levels, payload)


@with_numpy_twin
def transposed(ratings: CsrRatings, n_others: int) -> CsrRatings:
    """The other side's rows, which hold this one's, ascending."""
    ends, indices, payload = _transposed(ratings.indptr, ratings.indices, n_others, ratings.coded.payload)
    return csr_with(ends, indices, ratings.values, payload)


@with_numpy_twin
def order_by_row(row_idx: IntArray, n_rows: int) -> tuple[IntArray, IntArray]:
    """The starts of the rows' ratings, (n_rows + 1,), and their places in the table, (n,) int32, in its order."""
    ends, order, _ = _scattered(row_idx, n_rows, np.arange(len(row_idx), dtype=np.int32), NO_CODES)
    return ends, order


@with_numpy_twin
def count_indices(idx: IntArray, n: int) -> IntArray:
    """(n,) how often each of 0 … n - 1 occurs: `np.bincount` without its copy in 64 bits."""
    return _counts(idx, n, shares(len(idx), n_threads())).sum(axis=0)


@with_numpy_twin
def sum_rows(ratings: CsrRatings) -> tuple[FloatArray, float]:
    """Σ v of each row, (n,) float64, and Σ v² of all ratings."""
    sums, squares = np.zeros(len(ratings.indptr) - 1), np.zeros(1)
    _sum_rows(sums, squares, ratings)
    return sums, float(squares[0])


def _scattered(row_idx: IntArray, n: int, other_idx: IntArray, payload: Array) -> tuple[IntArray, IntArray, Array]:
    """Where the rows begin, what they hold, and what is given of it; from a table in any order."""
    cuts = shares(len(row_idx), n_threads())
    return _redistributed(_scatter, _counts(row_idx, n, cuts), row_idx, other_idx, payload, cuts)


def _transposed(indptr: IntArray, indices: IntArray, n: int, payload: Array) -> tuple[IntArray, IntArray, Array]:
    """The same from rows of the other side."""
    cuts = row_shares(indptr, n_threads())
    return _redistributed(_transpose, _counts(indices, n, indptr[cuts].tolist()), indptr, indices, payload, cuts)


def _counts(idx: IntArray, n: int, cuts: list[int]) -> IntArray:
    """(n_threads, n) how often each of 0 … n - 1 occurs in each part."""
    counts, n_outside = np.zeros((len(cuts) - 1, n), np.int64), np.zeros(len(cuts) - 1, np.int64)
    on_threads(lambda at: _count_rows(counts[at], n_outside[at : at + 1], idx[cuts[at] : cuts[at + 1]]), len(cuts) - 1)
    if n_outside.any():
        raise indices_outside(idx, n, int(n_outside.sum()))
    return counts


def _redistributed(
    kernel: Native, counts: IntArray, first: IntArray, second: IntArray, payload: Array, cuts: list[int]
) -> tuple[IntArray, IntArray, Array]:
    """Each thread moves its part to behind what the threads before it have of the same rows."""
    ends = np.concatenate([[0], np.cumsum(counts.sum(axis=0))])
    place = ends[:-1] + np.cumsum(counts, axis=0) - counts
    indices, moved = np.empty(int(ends[-1]), np.int32), np.empty(len(payload), payload.dtype)
    on_threads(
        lambda at: kernel(indices, moved, place[at], first, second, payload, cuts[at], cuts[at + 1]), len(cuts) - 1
    )
    return ends, indices, moved


def csr_with(ends: IntArray, indices: IntArray, levels: FloatArray, payload: Array) -> CsrRatings:
    """Rows with what moved with their ratings: codes, or nothing, or the values themselves."""
    if payload.dtype == np.uint8:
        return CsrRatings(ends, indices, levels, codes=payload)
    return CsrRatings(ends, indices, payload)


def indices_outside(idx: IntArray, n: int, n_outside: int) -> IndexError:
    """The `IndexError` for indices that are no rows of a side of n; it names the first of them."""
    first = idx[(idx < 0) | (idx >= n)][0]
    return IndexError(f"{n_outside:,} indices are not in 0 … {n - 1:,}, the first of them is {first}.")
