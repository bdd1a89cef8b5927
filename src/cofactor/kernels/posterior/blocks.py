"""Rows brought nearer to their posterior mean block by block, where solving each for good takes too long.

A row's coordinates in blocks, each solved given the others, so that thousands of factors need no system of their size;
Rendle et al., "iALS++: speeding up matrix factorization with subspace optimization", 2021 [rendle2021ialspp]. They
begin at the row as it stands.
"""

import numpy as np

from cofactor.arrays import FloatArray
from cofactor.kernels.aligned import empty_lines, on_lines, padded
from cofactor.kernels.compiling.native import Native
from cofactor.kernels.posterior.prior import Prior
from cofactor.kernels.posterior.schedule import BLOCK, Long, Plan, n_gathered
from cofactor.kernels.posterior.solve import sum_row
from cofactor.kernels.posterior.weights import Law
from cofactor.kernels.ratings.csr import Part
from cofactor.kernels.threads import n_threads, on_threads

__all__ = ["block_steps"]

KEPT = 1 << 18  # numbers of one row's gathered columns that a block keeps: what lies in the second cache

_block_rows = Native("cofactor.kernels.posterior.blocks_loops", "block_rows")


def block_steps(
    out: FloatArray, design: FloatArray, offset: FloatArray, part: Part, law: Law, prior: Prior, plan: Plan,
    *, block: int,
) -> FloatArray:  # fmt: skip
    """As `solve`, each row of `out` after one round over its blocks of `block` coordinates."""
    k, block = out.shape[1], min(padded(block), out.shape[1])
    explained, held = np.zeros(len(out), np.float32), _held(out, prior)
    for long in plan.long:
        explained[long.row] = _long_row(out[long.row], design, offset, part, law, prior, long, block)
    n_kept, n_most = n_gathered(KEPT, block), int(np.diff(part.indptr)[plan.order].max(initial=0))
    flat, counter = on_lines(design).reshape(-1), np.zeros(1, np.int64)
    size = (block + 1) * block + max(n_kept * block, BLOCK * k) + n_most + 5 * BLOCK + block + k

    def work(_: int) -> None:
        given = out, explained, held, flat, offset, part, law, prior, empty_lines((size,)), n_kept, n_most, block
        _block_rows(*given, plan.order, plan.bounds, counter)

    on_threads(work, n_threads())
    return explained + np.einsum("nk,nk->n", out, prior.pull - _held(out, prior))


def _held(rows: FloatArray, prior: Prior) -> FloatArray:
    """(Λ + ridge) x - pull of every row, by one product of matrices."""
    k = rows.shape[1]
    held = rows @ prior.precision.reshape(k, k)
    held += prior.ridge[:, None] * rows
    held -= prior.pull
    return held


def _long_row(
    x: FloatArray, design: FloatArray, offset: FloatArray, part: Part, law: Law, prior: Prior, long: Long, block: int
) -> float:
    """One round for a row that all threads share: to a block, the other blocks' predictions are an offset."""
    k = len(x)
    precision = prior.precision.reshape(k, k)
    ridge, pull = prior.ridge[long.row % len(prior.ridge)], prior.pull[long.row % len(prior.pull)]
    scores = design @ x
    for start in range(0, k, block):
        of_block = slice(start, min(start + block, k))
        columns = np.ascontiguousarray(design[:, of_block])
        normal, rest = sum_row(columns, offset + scores, part, law, long)
        normal += precision[of_block, of_block] + ridge * np.eye(len(normal))
        step = np.linalg.solve(normal, rest + pull[of_block] - precision[of_block] @ x - ridge * x[of_block])
        x[of_block] += step
        scores += columns @ step.astype(np.float32)
    return _explained(scores, offset, part, law, long)


def _explained(scores: FloatArray, offset: FloatArray, part: Part, law: Law, long: Long) -> float:
    """What scores of all others explain of a row's ratings: Σ s (2 y - w s)."""
    ratings = slice(long.cuts[0], long.cuts[-1])
    others, values = part.indices[ratings], part.coded.at(ratings)
    w = law.weight + law.weight_gain * values
    y = law.pull + law.pull_gain * values - w * offset[others]
    s = scores[others]
    return float(np.sum(s * (2 * y - w * s), dtype=np.float64))
