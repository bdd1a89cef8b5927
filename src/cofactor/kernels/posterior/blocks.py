"""Rows brought nearer to their posterior mean block by block, where solving each for good takes too long.

A row's coordinates in blocks, each solved given the others, so that thousands of factors need no system of their size;
Rendle et al., "iALS++: speeding up matrix factorization with subspace optimization", 2021 [rendle2021ialspp]. They
begin at the row as it stands.
"""

import numpy as np

from cofactor.arrays import FloatArray
from cofactor.kernels.alignment import aligned, empty_aligned, padded_width
from cofactor.kernels.compiling.native import Native
from cofactor.kernels.posterior.prior import Prior
from cofactor.kernels.posterior.schedule import RATINGS_AT_ONCE, LongRow, RowSchedule, n_gathered
from cofactor.kernels.posterior.solve import sum_long_row
from cofactor.kernels.posterior.weights import RatingWeights
from cofactor.kernels.ratings.csr import CsrRatings
from cofactor.kernels.threads import n_threads, on_threads

__all__ = ["block_steps"]

MAX_GATHERED = 1 << 18  # numbers of one row's gathered columns that a block keeps: what lies in the second cache

_block_rows = Native("cofactor.kernels.posterior.blocks_loops", "block_rows")


def block_steps(
    out: FloatArray, design: FloatArray, offset: FloatArray, ratings: CsrRatings, weights: RatingWeights, prior: Prior,
    schedule: RowSchedule,
    *, block: int,
) -> FloatArray:  # fmt: skip
    """As `solve`, each row of `out` after one round over its blocks of `block` coordinates."""
    k, block = out.shape[1], min(padded_width(block), out.shape[1])
    explained, prior_gradient = np.zeros(len(out), np.float32), _prior_gradient(out, prior)
    for long_row in schedule.long_rows:
        explained[long_row.row] = _long_row(out[long_row.row], design, offset, ratings, weights, prior, long_row, block)
    n_kept, n_most = n_gathered(MAX_GATHERED, block), int(np.diff(ratings.indptr)[schedule.order].max(initial=0))
    flat, counter = aligned(design).reshape(-1), np.zeros(1, np.int64)
    size = (block + 1) * block + max(n_kept * block, RATINGS_AT_ONCE * k) + n_most + 5 * RATINGS_AT_ONCE + block + k

    def work(_: int) -> None:
        arguments = (
            out,
            explained,
            prior_gradient,
            flat,
            offset,
            ratings,
            weights,
            prior,
            empty_aligned((size,)),
            n_kept,
            n_most,
            block,
        )
        _block_rows(*arguments, schedule.order, schedule.bounds, counter)

    on_threads(work, n_threads())
    return explained + np.einsum("nk,nk->n", out, prior.pull - _prior_gradient(out, prior))


def _prior_gradient(rows: FloatArray, prior: Prior) -> FloatArray:
    """(Λ + ridge) x - pull of every row, by one product of matrices."""
    k = rows.shape[1]
    prior_gradient = rows @ prior.precision.reshape(k, k)
    prior_gradient += prior.ridge[:, None] * rows
    prior_gradient -= prior.pull
    return prior_gradient


def _long_row(
    x: FloatArray,
    design: FloatArray,
    offset: FloatArray,
    ratings: CsrRatings,
    weights: RatingWeights,
    prior: Prior,
    long_row: LongRow,
    block: int,
) -> float:
    """One round for a row that all threads share: to a block, the other blocks' predictions are an offset."""
    k = len(x)
    precision = prior.precision.reshape(k, k)
    ridge, pull = prior.ridge[long_row.row % len(prior.ridge)], prior.pull[long_row.row % len(prior.pull)]
    scores = design @ x
    for start in range(0, k, block):
        of_block = slice(start, min(start + block, k))
        columns = np.ascontiguousarray(design[:, of_block])
        normal, rest = sum_long_row(columns, offset + scores, ratings, weights, long_row)
        normal += precision[of_block, of_block] + ridge * np.eye(len(normal))
        step = np.linalg.solve(normal, rest + pull[of_block] - precision[of_block] @ x - ridge * x[of_block])
        x[of_block] += step
        scores += columns @ step.astype(np.float32)
    return _explained(scores, offset, ratings, weights, long_row)


def _explained(
    scores: FloatArray, offset: FloatArray, ratings: CsrRatings, weights: RatingWeights, long_row: LongRow
) -> float:
    """What scores of all others explain of a row's ratings: Σ s (2 y - w s)."""
    own = slice(long_row.cuts[0], long_row.cuts[-1])
    others, values = ratings.indices[own], ratings.coded.at(own)
    w = weights.weight + weights.weight_gain * values
    y = weights.pull + weights.pull_gain * values - w * offset[others]
    s = scores[others]
    return float(np.sum(s * (2 * y - w * s), dtype=np.float64))
