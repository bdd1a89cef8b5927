"""The NumPy twin of `cooccurrence.py`: all products of a column at once."""

from typing import TYPE_CHECKING

import numpy as np

from cofactor.arrays import FloatArray, IntArray

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["nearest_columns"]


def nearest_columns(x: "csr_array", m: int, shrinkage: float) -> tuple[IntArray, FloatArray]:
    """s_ij = x_i · x_j / (|x_i| |x_j| + shrinkage), the m largest above 0."""
    columns = x.astype(np.float64).T.tocsr()
    n = len(columns.indptr) - 1
    near, alike = np.full((n, m), -1, np.int32), np.zeros((n, m), np.float32)
    length = np.sqrt(np.asarray(columns.multiply(columns).sum(axis=1)).reshape(-1))
    for column in range(n):
        products = (columns @ columns[[column]].T).toarray()[:, 0]
        products[column] = 0
        similarity = products / np.maximum(length[column] * length + shrinkage, np.finfo(np.float64).tiny)
        order = np.argsort(-similarity, kind="stable")[:m]
        order = order[similarity[order] > 0]
        near[column, : len(order)], alike[column, : len(order)] = order, similarity[order]
    return near, alike
