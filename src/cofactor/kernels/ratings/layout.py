"""Ratings from a table to compact rows; the loops are in `layout_loops.py`.

A rating takes 4 bytes for its index and 1 for its value's code; none for the value where all are equal, as of clicks,
and 4 where there are more than 256 different ones. The layout needs memory for one more copy of the result.
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

MAX_LEVELS = 256  # different values that one byte can encode
N_SLOTS = 1024  # of the hash table in which they are looked up

_code_values, _count_rows, _scatter, _transpose, _drop_repeated, _sum_rows = (
    Native("cofactor.kernels.ratings.layout_loops", name)
    for name in ("code_values", "count_rows", "scatter", "transpose", "drop_repeated", "sum_rows")
)


@with_numpy_twin
def encode_values(values: FloatArray) -> CodedValues:
    """The values (n,) stored compactly; two values are equal only if their bits are."""
    values = np.ascontiguousarray(values, np.float32)
    codes, levels, found = np.empty(len(values), np.uint8), np.zeros(MAX_LEVELS, np.uint32), np.zeros(1, np.int64)
    _code_values(codes, levels, found, np.full(N_SLOTS, -1, np.int16), values.view(np.uint32))
    if found[0] < 0:
        return CodedValues(values, NO_CODES, len(values))
    return CodedValues(levels[: found[0]].view(np.float32).copy(), codes if found[0] > 1 else NO_CODES, len(values))


@with_numpy_twin
def lay_out(row_idx: IntArray, other_idx: IntArray, values: CodedValues, n_rows: int, n_others: int) -> CsrRatings:
    """The ratings of each row, ascending by the other index; of a pair that occurs twice, the last one in the table.

    row_idx, other_idx: (n,) in 0 … n_rows - 1 and 0 … n_others - 1     values: of all n ratings
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
    """The same ratings row by row of the other side, ascending by the index on this one."""
    ends, indices, payload = _transposed(ratings.indptr, ratings.indices, n_others, ratings.coded.payload)
    return csr_with(ends, indices, ratings.values, payload)


@with_numpy_twin
def order_by_row(row_idx: IntArray, n_rows: int) -> tuple[IntArray, IntArray]:
    """indptr (n_rows + 1,), and (n,) int32: the places in the table of the ratings of each row, ascending."""
    ends, order, _ = _scattered(row_idx, n_rows, np.arange(len(row_idx), dtype=np.int32), NO_CODES)
    return ends, order


@with_numpy_twin
def count_indices(idx: IntArray, n: int) -> IntArray:
    """(n,) how often each of 0 … n - 1 occurs, as by `np.bincount`, which would make a copy in 64 bits."""
    return _counts(idx, n, shares(len(idx), n_threads())).sum(axis=0)


@with_numpy_twin
def sum_rows(ratings: CsrRatings) -> tuple[FloatArray, float]:
    """Σ v of each row, (n,) float64, and Σ v² of all ratings."""
    sums, squares = np.zeros(len(ratings.indptr) - 1), np.zeros(1)
    _sum_rows(sums, squares, ratings)
    return sums, float(squares[0])


def _scattered(row_idx: IntArray, n: int, other_idx: IntArray, payload: Array) -> tuple[IntArray, IntArray, Array]:
    """indptr, indices and payload of the rows, from a table in any order."""
    cuts = shares(len(row_idx), n_threads())
    return _redistributed(_scatter, _counts(row_idx, n, cuts), row_idx, other_idx, payload, cuts)


def _transposed(indptr: IntArray, indices: IntArray, n: int, payload: Array) -> tuple[IntArray, IntArray, Array]:
    """indptr, indices and payload of the rows, from rows of the other side."""
    cuts = row_shares(indptr, n_threads())
    return _redistributed(_transpose, _counts(indices, n, indptr[cuts].tolist()), indptr, indices, payload, cuts)


def _counts(idx: IntArray, n: int, cuts: list[int]) -> IntArray:
    """(n_parts, n) how often each of 0 … n - 1 occurs in each part, the parts being idx[cuts[p]:cuts[p + 1]]."""
    counts, n_outside = np.zeros((len(cuts) - 1, n), np.int64), np.zeros(len(cuts) - 1, np.int64)
    on_threads(lambda at: _count_rows(counts[at], n_outside[at : at + 1], idx[cuts[at] : cuts[at + 1]]), len(cuts) - 1)
    if n_outside.any():
        raise indices_outside(idx, n, int(n_outside.sum()))
    return counts


def _redistributed(
    kernel: Native, counts: IntArray, first: IntArray, second: IntArray, payload: Array, cuts: list[int]
) -> tuple[IntArray, IntArray, Array]:
    """indptr, indices and payload; within a row, the ratings of an earlier part come first.

    counts: (n_parts, n) from `_counts`     kernel: `scatter` or `transpose`, which moves one part
    """
    ends = np.concatenate([[0], np.cumsum(counts.sum(axis=0))])
    place = ends[:-1] + np.cumsum(counts, axis=0) - counts
    indices, moved = np.empty(int(ends[-1]), np.int32), np.empty(len(payload), payload.dtype)
    on_threads(
        lambda at: kernel(indices, moved, place[at], first, second, payload, cuts[at], cuts[at + 1]), len(cuts) - 1
    )
    return ends, indices, moved


def csr_with(ends: IntArray, indices: IntArray, levels: FloatArray, payload: Array) -> CsrRatings:
    """Rows whose values are those of `payload`: codes, the values themselves or, where it is (0,), `levels`."""
    if payload.dtype == np.uint8:
        return CsrRatings(ends, indices, levels, codes=payload)
    return CsrRatings(ends, indices, payload)


def indices_outside(idx: IntArray, n: int, n_outside: int) -> IndexError:
    """The `IndexError` for indices that are no rows of a side of n; it names the first of them."""
    first = idx[(idx < 0) | (idx >= n)][0]
    return IndexError(f"{n_outside:,} indices are not in 0 … {n - 1:,}, the first of them is {first}.")
