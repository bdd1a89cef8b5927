"""A side's rows in the eigenvectors of their prior's precision, where that matrix is a line of numbers."""

from typing import NamedTuple

import numpy as np

from cofactor.arrays import FloatArray
from cofactor.kernels.aligned import empty_lines
from cofactor.kernels.blas import product
from cofactor.kernels.posterior.prior import Prior

__all__ = ["Turned", "turned"]


class Turned(NamedTuple):
    """What the kernels are told, in the eigenvectors `turn` (k, k) of the prior's precision."""

    turn: FloatArray  # x = turn · x', and x' = turnᵀ x
    design: FloatArray  # (m, k)
    prior: Prior  # its precision: the eigenvalues (k,)


def turned(design: FloatArray, prior: Prior) -> Turned | None:
    """None where the precision is not of finite numbers."""
    k = design.shape[1]
    if not np.isfinite(prior.precision).all():
        return None
    precision = prior.precision.reshape(k, k)
    if not (precision - np.diag(precision.diagonal())).any():  # as in plain least squares: no need for a copy
        return Turned(np.eye(k, dtype=np.float32), design, Prior(precision.diagonal().copy(), prior.ridge, prior.pull))
    spread, vectors = np.linalg.eigh(precision.astype(np.float64))
    turn = vectors.astype(np.float32)
    spread = np.maximum(spread, 0).astype(np.float32)
    return Turned(turn, product(design, turn, empty_lines(design.shape)), Prior(spread, prior.ridge, prior.pull @ turn))
