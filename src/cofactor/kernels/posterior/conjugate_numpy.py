"""The NumPy twin of `conjugate.py`: preconditioned conjugate gradients on each row's whole system."""

import numpy as np

from cofactor.arrays import FloatArray
from cofactor.kernels.posterior.problem import RowProblem
from cofactor.kernels.posterior.problem_numpy import RowSystem, row_system
from cofactor.kernels.posterior.schedule import RowSchedule

__all__ = ["conjugate_steps"]

TINY = 1e-20


def conjugate_steps(out: FloatArray, problem: RowProblem, schedule: RowSchedule, *, n_steps: int) -> FloatArray:
    """n_steps from where each row is; long rows are solved."""
    explained, k, long_rows = np.zeros(len(out), np.float32), out.shape[1], {one.row for one in schedule.long_rows}
    if not np.isfinite(problem.prior.precision).all():
        out[:], explained[:] = np.nan, np.nan
        return explained
    vectors = np.linalg.eigh(problem.prior.precision.reshape(k, k).astype(np.float64))[1]
    shape = np.square(problem.design @ vectors).sum(axis=0)
    shape /= max(shape.sum(), np.finfo(np.float32).tiny)
    for row in range(len(out)):
        system = row_system(problem, row)
        x = system.mean if row in long_rows else _steps(out[row].astype(np.float64), system, vectors, shape, n_steps)
        out[row], explained[row] = x, system.explained(x)
    return explained


def _steps(x: FloatArray, system: RowSystem, vectors: FloatArray, shape: FloatArray, n_steps: int) -> FloatArray:
    """n_steps of preconditioned conjugate gradients in the prior's eigenvectors.

    The preconditioner is the diagonal λ + ridge + shape · Σ w |q|²; the sum is the trace of the ratings' part of the
    precision.
    """
    x, A, b = vectors.T @ x, vectors.T @ system.precision @ vectors, vectors.T @ system.b
    scale = 1 / np.maximum(_diagonal(system, vectors, shape), TINY)
    r = b - A @ x
    p, height = scale * r, r @ (scale * r)
    for _ in range(n_steps):
        if height <= TINY:
            break
        product = A @ p
        length = height / (p @ product)
        x, r = x + length * p, r - length * product
        before, height = height, r @ (scale * r)
        p = scale * r + height / before * p
    return vectors @ x


def _diagonal(system: RowSystem, vectors: FloatArray, shape: FloatArray) -> FloatArray:
    prior = np.einsum("ij,ij->j", vectors, system.prior @ vectors)
    return prior + shape * np.trace(system.precision - system.prior)
