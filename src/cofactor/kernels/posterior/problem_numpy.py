"""The normal equations of one row in double precision, on which the twins of all row solvers work."""

from typing import NamedTuple

import numpy as np

from cofactor.arrays import FloatArray
from cofactor.kernels.posterior.problem import RowProblem

__all__ = ["RowSystem", "ratings_of_row", "row_system"]


class RowSystem(NamedTuple):
    """One row x = [bias, factors] or, without a bias, [factors]: precision · mean = b."""

    precision: FloatArray  # (d, d)
    b: FloatArray  # (d,)
    prior: FloatArray  # (d, d) the precision without any ratings
    has_bias: bool

    @property
    def mean(self) -> FloatArray:
        """precision⁻¹ b; nan where the precision is singular or not finite."""
        try:
            return np.linalg.solve(self.precision, self.b)
        except np.linalg.LinAlgError:
            return np.full_like(self.b, np.nan)

    def explained(self, x: FloatArray) -> float:
        """2 b · x - xᵀ precision x: by how much x lowers the squared error and penalty of a row of zeros."""
        return float(2 * self.b @ x - x @ self.precision @ x)


def row_system(problem: RowProblem, row: int) -> RowSystem:
    """The prior and the sums Σ_j w_j a_j a_jᵀ and Σ_j y_j a_j over the row's ratings, a_j = [1, q_j] or q_j."""
    design, weight, target = ratings_of_row(problem, row)
    prior, k, has_bias = problem.prior, problem.design.shape[1], problem.bias.out.size > 0
    ridge = float(prior.ridge[row % len(prior.ridge)])
    precision, b = (
        prior.precision.reshape(k, k).astype(np.float64),
        prior.pull[row % len(prior.pull)].astype(np.float64),
    )
    if has_bias:
        bias = problem.bias
        cross, own = bias.precision[:k], bias.precision[k]
        precision = np.block([[np.array([[own]]), cross[None]], [cross[:, None], precision]]).astype(np.float64)
        b = np.append(bias.pull[row % len(bias.pull)], b)
        design = np.column_stack([np.ones(len(design)), design])
    before = precision + ridge * np.eye(len(precision))
    return RowSystem(before + (design.T * weight) @ design, b + design.T @ target, before, has_bias)


def ratings_of_row(problem: RowProblem, row: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """q_j (n, k), w_j and y_j (n,) of the row's ratings, float64."""
    ratings, weights = problem.ratings, problem.weights
    own = slice(int(ratings.indptr[row]), int(ratings.indptr[row + 1]))
    others, values = ratings.indices[own], ratings.coded.at(own).astype(np.float64)
    design = problem.design[others].astype(np.float64)
    if ratings.third_idx.size:
        design += problem.third[ratings.third_idx[own]]
    w = float(weights.weight) + float(weights.weight_gain) * values
    y = float(weights.pull) + float(weights.pull_gain) * values - w * problem.offset[others]
    factor = np.ones(len(values))
    for of_ratings, which in ((ratings.weights, own), (ratings.other_weights, others), (ratings.row_weights, row)):
        if of_ratings.size:
            factor = factor * of_ratings[which]
    return design, w * factor, y * factor
