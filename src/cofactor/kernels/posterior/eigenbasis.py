"""A side's rows in the eigenvectors of their prior's precision, where that matrix is diagonal."""

from typing import NamedTuple

import numpy as np

from cofactor.arrays import FloatArray
from cofactor.kernels.alignment import empty_aligned
from cofactor.kernels.blas import parallel_matmul
from cofactor.kernels.posterior.prior import Prior

__all__ = ["Eigenbasis", "in_eigenbasis"]


class Eigenbasis(NamedTuple):
    """Design and prior in the coordinates x' in which the prior's precision is diagonal."""

    vectors: FloatArray  # (k, k) the eigenvectors: x = vectors · x', and x' = vectorsᵀ x
    design: FloatArray  # (m, k)
    prior: Prior  # its precision: the eigenvalues (k,)


def in_eigenbasis(design: FloatArray, prior: Prior) -> Eigenbasis | None:
    """A side's problem in the eigenvectors of its prior's precision; None where the precision is not finite."""
    k = design.shape[1]
    if not np.isfinite(prior.precision).all():
        return None
    precision = prior.precision.reshape(k, k)
    if not (precision - np.diag(precision.diagonal())).any():  # as in plain least squares: no need for a copy
        return Eigenbasis(
            np.eye(k, dtype=np.float32), design, Prior(precision.diagonal().copy(), prior.ridge, prior.pull)
        )
    eigenvalues, vectors = np.linalg.eigh(precision.astype(np.float64))
    vectors = vectors.astype(np.float32)
    eigenvalues = np.maximum(eigenvalues, 0).astype(np.float32)
    return Eigenbasis(
        vectors,
        parallel_matmul(design, vectors, empty_aligned(design.shape)),
        Prior(eigenvalues, prior.ridge, prior.pull @ vectors),
    )
