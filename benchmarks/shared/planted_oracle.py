"""Users solved given the items' rows, and how well the planted rows predict: what no training can be better than."""

from collections.abc import Iterable

import numpy as np

from benchmarks.shared.planted_ratings import BIAS_DEVIATION, MEAN, NOISE, World
from cofactor.arrays import FloatArray
from cofactor.data.csr_rows import Rows
from cofactor.kernels.alignment import empty_aligned, padded_width
from cofactor.kernels.posterior.prior import BiasTerm, Prior
from cofactor.kernels.posterior.problem import RowProblem
from cofactor.kernels.posterior.schedule import schedule_rows
from cofactor.kernels.posterior.solve import solve
from cofactor.kernels.posterior.weights import UNIT_WEIGHTS
from cofactor.kernels.scoring.pairs import ScoredSide, pair_scores
from cofactor.scale.fitting.held_out import ErrorSums, SplitShard

__all__ = ["oracle_errors", "padded_rows", "solve_users"]

ROUNDING = 1 / 12  # the variance of a number's distance from the whole number next to it


def padded_rows(rows: FloatArray) -> FloatArray:
    """(n, width) the rows (n, k) with zeros behind, as the kernels take them."""
    found = empty_aligned((len(rows), padded_width(rows.shape[1])))
    found[:, : rows.shape[1]], found[:, rows.shape[1] :] = rows, 0
    return found


def solve_users(items: FloatArray, offset: FloatArray, rows: Rows, prior: Prior, bias: BiasTerm) -> FloatArray:
    """(n, width) the posterior means of users' rows, and in `bias.out` of their biases.

    items: (n_items, width)     offset: (n_items,) what is subtracted from an item's ratings
    """
    users = empty_aligned((len(rows.counts), items.shape[1]))
    problem = RowProblem(items, offset, rows.part, UNIT_WEIGHTS, prior, bias=bias)
    solve(users, problem, schedule_rows(rows.indptr, items.shape[1]))
    return users


def oracle_errors(world: World, parts: Iterable[SplitShard]) -> ErrorSums:
    """The errors on what is held out, by the planted items and priors, each user solved from the ratings as stored.

    Noise and rounding are its variance. It is the best of all predictions that are linear in a user's ratings, were
    they not cut off at 1 and 5.
    """
    k, found = world.factors.shape[1], ErrorSums()
    items, variance = padded_rows(world.factors), NOISE**2 + ROUNDING
    width = items.shape[1]
    precision = np.where(np.arange(width) < k, variance / world.user_deviation**2, 1).astype(np.float32)
    prior = Prior(np.diag(precision).ravel(), np.zeros(1, np.float32), np.zeros((1, width), np.float32))
    of_bias = np.append(np.zeros(width), variance / BIAS_DEVIATION**2).astype(np.float32)
    offset = (world.bias + MEAN).astype(np.float32)
    for part in parts:
        bias = np.zeros(len(part.train.counts), np.float32)
        users = solve_users(items, offset, part.train, prior, BiasTerm(bias, of_bias, np.zeros(1, np.float32)))
        idx = np.repeat(np.arange(len(bias), dtype=np.int32), part.test.counts)
        scores = pair_scores(ScoredSide(users, bias, idx), ScoredSide(items, offset, part.test.indices))
        found += ErrorSums.of(scores - part.test.values, part.test.indptr)
    return found
