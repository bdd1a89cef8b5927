"""The NumPy twins of `layout.py`: rows by sorting."""

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.kernels.absent import NO_CODES
from cofactor.kernels.ratings.csr import CodedValues, CsrRatings
from cofactor.kernels.ratings.layout import MAX_LEVELS, csr_with, indices_outside

__all__ = ["count_indices", "encode_values", "lay_out", "order_by_row", "sum_rows", "transposed"]


def encode_values(values: FloatArray) -> CodedValues:
    """The different values in the order in which they first occur, and the code of each value."""
    values = np.ascontiguousarray(values, np.float32)
    bits, first, which = np.unique(values.view(np.uint32), return_index=True, return_inverse=True)
    if len(bits) > MAX_LEVELS:
        return CodedValues(values, NO_CODES, len(values))
    order = np.argsort(first)
    codes = np.argsort(order)[which.reshape(-1)].astype(np.uint8)
    return CodedValues(values[np.sort(first)], codes if len(bits) > 1 else NO_CODES, len(values))


def lay_out(row_idx: IntArray, other_idx: IntArray, values: CodedValues, n_rows: int, n_others: int) -> CsrRatings:
    """Sort by row and other row; of equal pairs the last one is kept."""
    row_idx, other_idx = (np.ascontiguousarray(idx, np.int32) for idx in (row_idx, other_idx))
    _check(other_idx, n_others)
    _check(row_idx, n_rows)
    order = np.lexsort((other_idx, row_idx))
    rows, others = row_idx[order], other_idx[order]
    is_last = np.append((rows[1:] != rows[:-1]) | (others[1:] != others[:-1]), np.ones(min(1, len(rows)), bool))
    payload = values.payload[order][is_last] if len(values.payload) else values.payload
    return csr_with(_ends(rows[is_last], n_rows), others[is_last], values.levels, payload)


def transposed(ratings: CsrRatings, n_others: int) -> CsrRatings:
    """Sort by the other row; the index of a rating is then its former row."""
    rows = np.repeat(np.arange(len(ratings.indptr) - 1, dtype=np.int32), np.diff(ratings.indptr))
    _check(ratings.indices, n_others)
    order, payload = np.argsort(ratings.indices, kind="stable"), ratings.coded.payload
    ends = _ends(ratings.indices, n_others)
    return csr_with(ends, rows[order], ratings.values, payload[order] if len(payload) else payload)


def order_by_row(row_idx: IntArray, n_rows: int) -> tuple[IntArray, IntArray]:
    """A stable argsort."""
    _check(row_idx, n_rows)
    return _ends(row_idx, n_rows), np.argsort(row_idx, kind="stable").astype(np.int32)


def count_indices(idx: IntArray, n: int) -> IntArray:
    """`np.bincount`."""
    _check(idx, n)
    return np.bincount(idx, minlength=n)


def sum_rows(ratings: CsrRatings) -> tuple[FloatArray, float]:
    """Σ v of each row, and Σ v² of all."""
    n_rows, values = len(ratings.indptr) - 1, ratings.coded.at(slice(None)).astype(np.float64)
    rows = np.repeat(np.arange(n_rows), np.diff(ratings.indptr))
    return np.bincount(rows, values, n_rows).astype(np.float64), float(np.square(values).sum())


def _ends(rows: IntArray, n: int) -> IntArray:
    return np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=n))])


def _check(idx: IntArray, n: int) -> None:
    outside = (idx < 0) | (idx >= n)
    if outside.any():
        raise indices_outside(idx, n, int(outside.sum()))
