"""The NumPy twin of `row_sums.py`: one row after the other, in double precision throughout."""

import numpy as np

from cofactor.kernels.posterior.prior import NO_BIAS_TERM
from cofactor.kernels.posterior.problem import RowProblem
from cofactor.kernels.posterior.problem_numpy import ratings_of_row
from cofactor.kernels.posterior.row_sums import RowSums

__all__ = ["add_ratings_to"]


def add_ratings_to(sums: RowSums, problem: RowProblem) -> None:
    """Σ w q qᵀ, Σ y q and, where rows have a bias, Σ w q, Σ w and Σ y."""
    problem, upper = problem._replace(bias=NO_BIAS_TERM), np.triu_indices(sums.b.shape[1])
    for row in range(len(sums.b)):
        design, weight, target = ratings_of_row(problem, row)
        weighted = design.T * weight
        sums.precision[row] += (weighted @ design)[upper]
        sums.b[row] += design.T @ target
        if sums.of_bias.size:
            sums.of_bias[row] += np.array([*weighted.sum(axis=1), weight.sum(), target.sum()])
