"""The NumPy twin of `gathered_sums.py`."""

import numpy as np

from cofactor.arrays import FloatArray, IntArray

__all__ = ["gathered_sums"]


def gathered_sums(indptr: IntArray, indices: IntArray, numbers: FloatArray) -> FloatArray:
    """Σ numbers[j] over the j of each row."""
    n_rows = len(indptr) - 1
    row_of = np.repeat(np.arange(n_rows), np.diff(indptr))
    return np.bincount(row_of, numbers[indices], n_rows).astype(np.float64)
