"""The prior of rows, and of a further bias of each row."""

from typing import NamedTuple

import numpy as np

from cofactor.arrays import FloatArray
from cofactor.kernels.absent import NO_NUMBERS

__all__ = ["NO_BIAS_TERM", "BiasTerm", "Prior", "padded_prior"]

ROWS_AT_ONCE = 4_096  # rows whose `pull` is computed at once


class Prior(NamedTuple):
    """The prior of each row, N(P⁻¹ pull, P⁻¹) with P = precision + ridge · I."""

    precision: FloatArray  # (k · k,) the same for all rows
    ridge: FloatArray  # (n,), or (1,) for all rows
    pull: FloatArray  # (n, k), or (1, k) for all rows: P times the prior mean


class BiasTerm(NamedTuple):
    """A further coordinate of each row whose column in the design is all ones: its prior, and the array for the result.

    It is eliminated before the others are solved, so that rows need not be padded for it.
    """

    out: FloatArray  # (n,) the results; or (0,): rows have no bias
    precision: FloatArray  # (k + 1,) the last row of the precision of [row, bias]
    pull: FloatArray  # (n,), or (1,) for all rows: as in `Prior`, of this coordinate


NO_BIAS_TERM = BiasTerm(NO_NUMBERS, NO_NUMBERS, NO_NUMBERS)


def padded_prior(
    expected: FloatArray, precision: FloatArray, bias: FloatArray, width: int, *, mean: FloatArray | float = 0.0
) -> tuple[Prior, BiasTerm]:
    """The prior of rows [factors, bias] ~ N(mean + expected, precision⁻¹), padded to `width`, in the solvers' form.

    expected: (n, k + 1) or (1, k + 1)     precision: (k + 1, k + 1)     bias: (n,) where the biases are written
    mean: (k + 1,) of all rows, to which `expected` is added
    """
    (n, d), wide, with_bias = expected.shape, np.eye(width, dtype=np.float32), np.zeros(width + 1, np.float32)
    k = d - 1
    wide[:k, :k], with_bias[:k], with_bias[width] = precision[:k, :k], precision[k, :k], precision[k, k]
    of_factors, of_bias = np.zeros((n, width), np.float32), np.empty(n, np.float32)
    weights, common = precision.astype(np.float32), ((np.zeros(d) + mean) @ precision).astype(np.float32)
    for at in range(0, n, ROWS_AT_ONCE):
        rows = slice(at, at + ROWS_AT_ONCE)
        pull = expected[rows] @ weights + common
        of_factors[rows, :k], of_bias[rows] = pull[:, :k], pull[:, k]
    return Prior(wide.ravel(), np.zeros(1, np.float32), of_factors), BiasTerm(bias, with_bias, of_bias)
