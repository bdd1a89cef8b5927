"""Draws of new rows, one for each draw of the other side: the step of the chain, for a few rows."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from cofactor.arrays import FloatArray
from cofactor.data.csr_rows import Rows
from cofactor.gibbs.draws import on_day
from cofactor.kernels.alignment import padded_width
from cofactor.kernels.posterior.prior import padded_prior
from cofactor.kernels.posterior.problem import RowProblem
from cofactor.kernels.posterior.schedule import schedule_rows
from cofactor.kernels.posterior.solve import solve
from cofactor.kernels.posterior.weights import RatingWeights
from cofactor.kernels.ratings.csr import CsrRatings
from cofactor.kernels.scoring.half_precision import single_precision
from cofactor.kernels.scoring.pairs import ScoredSide, pair_scores

__all__ = ["DrawnRows", "NewRows", "draw_new_rows"]

COARSE_STRIDE = 4  # a first pass, which estimates the rows' own noise, uses every fourth draw


class DrawnRows(NamedTuple):
    """Draws of the other side, which is fixed."""

    draws: FloatArray  # (m, n_draws, k + 1) [factors, bias]
    variance: FloatArray  # (m,) noise variance of their ratings, relative to the usual
    days: FloatArray  # (n_draws, k + 1) the average day, or (0, 0): there are none

    def of(self, draw: int) -> FloatArray:
        """(m, k + 1) the rows of one draw, on an average day."""
        rows = single_precision(self.draws, draw)
        return on_day(rows, self.days[draw]) if len(self.days) else rows


class NewRows(NamedTuple):
    """Draws of b new rows, with the noise variance of the ratings of each, relative to the usual."""

    rows: FloatArray  # (b, n_draws, k + 1) float16
    variance: FloatArray  # (b,)


def draw_new_rows(
    rows: Rows, others: DrawnRows, expected: Callable[[int], FloatArray], precision: FloatArray, noise: FloatArray,
    seed: int, dof: float | None = None,
) -> NewRows:  # fmt: skip
    """A draw of each row for each draw of the others.

    rows: ratings, whose values are target scores     expected: number of a draw -> (b, k + 1) or (k + 1,) prior means
    precision: (n_draws, k + 1, k + 1)     noise: (n_draws,), the precision of a rating
    dof: ν of the rows' own noise factors, which are then learned; None: all rows have the usual noise
    """
    (m, n_draws, d), n = others.draws.shape, len(rows.counts)
    width, rng = padded_width(d - 1), np.random.default_rng([seed, len(rows.indices)])
    drawn, variance = np.zeros((n, n_draws, d), np.float16), np.ones(n, np.float32)
    row_of, schedule = np.repeat(np.arange(n, dtype=np.int32), rows.counts), schedule_rows(rows.indptr, width)
    factors, bias, design = np.zeros((n, width), np.float32), np.zeros(n, np.float32), np.zeros((m, width), np.float32)
    unweighted, all_draws = CsrRatings(rows.indptr, rows.indices, rows.values), range(n_draws)
    for draws in (all_draws[::COARSE_STRIDE], all_draws) if dof is not None else (all_draws,):
        ratings = unweighted._replace(row_weights=1 / variance, other_weights=(1 / others.variance).astype(np.float32))
        squares = np.zeros(n)
        for draw in draws:
            fixed, tau = others.of(draw), np.float32(noise[draw])
            design[:, : d - 1], offset = fixed[:, :-1], fixed[:, -1].copy()
            prior, bias_term = padded_prior(np.atleast_2d(expected(draw)), precision[draw], bias, width)
            weights, key = RatingWeights(tau, np.float32(0), np.float32(0), tau), int(rng.integers(2**62))
            solve(factors, RowProblem(design, offset, ratings, weights, prior, bias=bias_term), schedule, draw=key)
            drawn[:, draw, :-1], drawn[:, draw, -1] = factors[:, : d - 1], bias
            if dof is not None:
                other_side = ScoredSide(design, offset, rows.indices)
                errors = rows.values - pair_scores(ScoredSide(factors, bias, row_of), other_side)
                squares += tau * np.bincount(row_of, np.square(errors) / others.variance[rows.indices], n) / len(draws)
        if dof is not None:
            variance = ((dof + squares) / (dof + rows.counts)).astype(np.float32)
    return NewRows(drawn, variance)
