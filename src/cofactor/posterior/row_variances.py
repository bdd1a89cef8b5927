"""Posterior variances of many rows at once, without a matrix for each.

A row's posterior covariance is V = (Λ + Σ_j a_j a_jᵀ)⁻¹. In the basis in which the prior's Λ is the identity and the
mean of a aᵀ over all ratings is diagonal, Λ + Σ_j a_j a_jᵀ is taken to be diagonal for every row. It is on average, and
its diagonal is each row's own; what is left out is how the raters of one row lie otherwise than all raters do.
"""

from collections.abc import Sequence

import numpy as np

from cofactor.arrays import FloatArray
from cofactor.data.csr_rows import Rows

__all__ = ["row_variances"]


def row_variances(
    rows: Rows, others: FloatArray, precision: FloatArray, forms: Sequence[FloatArray]
) -> list[FloatArray]:
    """For each of some quadratic forms W, (d, d), the traces tr(W V_i) of all rows' covariances V_i, (n,).

    rows: the ratings of n rows     others: (m, d) the vector a of each row of the other side
    precision: (d, d) Λ, in units of the noise, as V is
    """
    root = np.linalg.cholesky(precision)
    white = np.linalg.solve(root, others.T.astype(np.float64)).T
    counts = np.bincount(rows.indices, minlength=len(others))
    basis = np.linalg.eigh((white * counts[:, None]).T @ white)[1]
    variances = 1 / (1 + _sums(rows, np.square(white @ basis)))
    back = np.linalg.solve(root.T, basis)  # V = back · diag(variances) · backᵀ
    return [variances @ np.einsum("ij,ik,kj->j", back, form, back, optimize=True) for form in forms]


def _sums(rows: Rows, values: FloatArray) -> FloatArray:
    """(n, d) for each row the sum of the values (m, d) of those who are in it."""
    from scipy.sparse import csr_array

    ones = np.ones(len(rows.indices), np.float32)
    return csr_array((ones, rows.indices, rows.indptr), shape=(len(rows.indptr) - 1, len(values))) @ values
