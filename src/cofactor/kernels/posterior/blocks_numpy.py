"""The NumPy twin of `blocks.py`: a step of block Gauss-Seidel on each row's whole system."""

import numpy as np

from cofactor.arrays import FloatArray
from cofactor.kernels.alignment import padded_width
from cofactor.kernels.posterior.problem import RowProblem
from cofactor.kernels.posterior.problem_numpy import row_system
from cofactor.kernels.posterior.schedule import RowSchedule

__all__ = ["block_steps"]


def block_steps(out: FloatArray, problem: RowProblem, schedule: RowSchedule, *, block: int) -> FloatArray:
    """x_B ← x_B + precision_BB⁻¹ (b - precision x)_B, for one block of coordinates B after the other."""
    k, block, explained = out.shape[1], min(padded_width(block), out.shape[1]), np.zeros(len(out), np.float32)
    for row in range(len(out)):
        system, x = row_system(problem, row), out[row].astype(np.float64)
        for start in range(0, k, block):
            own = np.arange(start, min(start + block, k))
            rest = system.b[own] - system.precision[own] @ x
            x[own] += np.linalg.solve(system.precision[np.ix_(own, own)], rest)
        out[row], explained[row] = x, system.explained(x)
    return explained
