"""Rows brought nearer to their posterior mean, where solving each for good would take too long.

`conjugate_steps`: a few conjugate gradient steps, O(n k) for a row of n ratings where solving it takes O(n k² + k³);
Takács, Pilászy & Tikk, "Applications of the conjugate gradient method for implicit feedback collaborative
filtering", RecSys 2011 [takacs2011cg]; theirs know nothing of the precision's shape, ours all but its details (below).
`block_steps`: its coordinates in blocks, each solved given the others, so that thousands of factors need no system of
their size; Rendle et al., "iALS++: speeding up matrix factorization with subspace optimization", 2021
[rendle2021ialspp]. Both begin at the row as it stands.
"""

import numpy as np

from cofactor.arrays import FloatArray
from cofactor.kernels.compiling.native import Native
from cofactor.kernels.posterior.eigenbasis import turned
from cofactor.kernels.posterior.rows import (
    BLOCK,
    Law,
    Long,
    Part,
    Plan,
    Prior,
    empty_lines,
    on_lines,
    padded,
)
from cofactor.kernels.posterior.solve import solve, sum_row
from cofactor.kernels.threads import n_threads, on_threads, product

__all__ = ["block_steps", "conjugate_steps"]

KEPT = 1 << 22  # numbers of one row's gathered ratings that conjugate steps keep: read in order they come fast
KEPT_OF_BLOCKS = 1 << 18  # the same, of a block's columns, which are gathered soon: what lies in the second cache

_conjugate_rows, _block_rows = (
    Native("cofactor.kernels.posterior.row_steps_loops", name) for name in ("conjugate_rows", "block_rows")
)


def conjugate_steps(
    out: FloatArray, design: FloatArray, offset: FloatArray, part: Part, law: Law, prior: Prior, plan: Plan,
    *, n_steps: int,
) -> FloatArray:  # fmt: skip
    """As `solve`, each row of `out` n_steps nearer to its mean; rows that are split over threads are solved.

    In the prior's eigenvectors its precision is diagonal, which costs the steps no product of size k² and gives
    them a scale: what the ratings add is taken to be of the design's shape, Σ q qᵀ, and of its own size. With it one
    step ends where three without it do, and two where solving does.
    """
    k, explained = out.shape[1], np.zeros(len(out), np.float32)
    eigen = turned(design, prior)
    if eigen is None:
        out[:], explained[:] = np.nan, np.nan
        return explained
    rows, counter = product(out, eigen.turn, empty_lines(out.shape)), np.zeros(1, np.int64)
    squares, shape = (np.einsum(f"mk,mk->{one}", eigen.design, eigen.design) for one in "mk")
    shape /= max(shape.sum(), np.finfo(np.float32).tiny)
    n_kept = min(_kept(KEPT, k), int(np.diff(part.indptr)[plan.order].max(initial=0)) + BLOCK)

    def work(_: int) -> None:
        given = rows, explained, eigen.design.reshape(-1), squares, shape, offset, part, law, eigen.prior
        space = empty_lines((n_kept * k + 3 * BLOCK + 6 * k,))
        _conjugate_rows(*given, space, n_kept, plan.order, plan.bounds, counter, n_steps)

    on_threads(work, n_threads())
    product(rows, eigen.turn.T, out)
    if plan.long:
        long = [one.row for one in plan.long]
        alone = plan._replace(order=plan.order[:0], bounds=np.zeros(1, np.int64), n_short=0)
        explained[long] = solve(out, design, offset, part, law, prior, alone)[long]
    return explained


def block_steps(
    out: FloatArray, design: FloatArray, offset: FloatArray, part: Part, law: Law, prior: Prior, plan: Plan,
    *, block: int,
) -> FloatArray:  # fmt: skip
    """As `solve`, each row of `out` after one round over its blocks of `block` coordinates."""
    k, block = out.shape[1], min(padded(block), out.shape[1])
    explained, held = np.zeros(len(out), np.float32), _held(out, prior)
    for long in plan.long:
        explained[long.row] = _long_row(out[long.row], design, offset, part, law, prior, long, block)
    n_kept, n_most = _kept(KEPT_OF_BLOCKS, block), int(np.diff(part.indptr)[plan.order].max(initial=0))
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


def _kept(numbers: int, width: int) -> int:
    return max(1, numbers // width // BLOCK) * BLOCK


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
