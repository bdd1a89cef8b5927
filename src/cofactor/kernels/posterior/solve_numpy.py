"""The NumPy twin of `solve.py`: one row after the other, in double precision."""

import numpy as np

from cofactor.arrays import FloatArray
from cofactor.kernels.absent import NO_INDICES, NO_ROWS
from cofactor.kernels.arithmetic.normals_numpy import normals
from cofactor.kernels.posterior.prior import NO_BIAS_TERM
from cofactor.kernels.posterior.problem import RowProblem
from cofactor.kernels.posterior.problem_numpy import RowSystem, row_system
from cofactor.kernels.posterior.schedule import LongRow, RowSchedule

__all__ = ["solve", "sum_long_row"]


def solve(out: FloatArray, problem: RowProblem, schedule: RowSchedule, *, draw: int | None = None) -> FloatArray:
    """mean = precision⁻¹ b, or a draw: mean + U⁻¹ z with precision = Uᵀ U and z standard normal."""
    explained = np.zeros(len(out), np.float32)
    normal = None if draw is None else _normals(draw, len(out), out.shape[1])
    for row in range(len(out)):
        system = row_system(problem, row)
        x = system.mean if normal is None else system.mean + _noise(system, normal[row])
        if system.has_bias:
            problem.bias.out[row] = x[0]
        out[row], explained[row] = x[system.has_bias :], system.explained(x)
    return explained


def _normals(key: int, n: int, k: int) -> FloatArray:
    """(n, 1 + k) standard normal numbers for each row; the first, of its bias, has a key of its own."""
    of_bias = normals(~key, np.arange(n), 2)[:, :1]
    return np.hstack([of_bias, normals(key, np.arange(n), k)])


def _noise(system: RowSystem, normal: FloatArray) -> FloatArray:
    """U⁻¹ z, z the numbers that are drawn for this row."""
    z = normal[1 - system.has_bias :]
    try:
        return np.linalg.solve(np.linalg.cholesky(system.precision).T, z)
    except np.linalg.LinAlgError:
        return np.full_like(z, np.nan)


def sum_long_row(problem: RowProblem, long_row: LongRow) -> tuple[FloatArray, FloatArray]:
    """The precision (k, k) and the right-hand side (k,) that the row's ratings add to its system."""
    alone = problem._replace(third=NO_ROWS, bias=NO_BIAS_TERM, ratings=problem.ratings._replace(third_idx=NO_INDICES))
    system = row_system(alone, long_row.row)
    pull = problem.prior.pull[long_row.row % len(problem.prior.pull)]
    return system.precision - system.prior, system.b - pull
