"""The row of one user in a pairwise ranking model, the items being fixed, in plain NumPy.

    argmin_p  mean_{i, j} ln(1 + exp(s_j - s_i)) + λ/2 |p|²        s = c + Q p

over the likes i and the other items j. Slope and curvature are sums over pairs of q_i - q_j and its outer product; they
factor into products of (n_liked, n_others) weights with the items' rows, so no difference of rows is ever formed.
"""

import numpy as np

from cofactor.arrays import FloatArray

__all__ = ["pairwise_pulls", "pairwise_row"]

MAX_NEWTON_STEPS = 20
TOLERANCE = 1e-6  # a step that changes no number by more than this is the last


def pairwise_row(
    liked: FloatArray, others: FloatArray, liked_bias: FloatArray, other_bias: FloatArray, decay: float,
    start: FloatArray | None = None,
) -> FloatArray:  # fmt: skip
    """(f,) the row that puts the liked items before the others, by damped Newton steps.

    liked: (n, f)     others: (m, f)     liked_bias: (n,)     other_bias: (m,)     decay: λ, above 0
    start: (f,) where the steps begin; None: at 0. There is one minimum, which a near start finds sooner
    """
    liked, others = liked.astype(np.float64), others.astype(np.float64)

    def gaps_and_cost(p: FloatArray) -> tuple[FloatArray, float]:
        gaps = _gaps(p, liked, others, liked_bias, other_bias)
        softplus = np.maximum(gaps, 0) + np.log1p(np.exp(-np.abs(gaps)))
        return gaps, float(softplus.mean() + decay / 2 * p @ p)

    p = np.zeros(liked.shape[1]) if start is None else start.astype(np.float64)
    gaps, before = gaps_and_cost(p)
    for _ in range(MAX_NEWTON_STEPS):
        slope, curvature = _derivatives(liked, others, gaps)
        step = np.linalg.solve(curvature + decay * np.eye(len(p)), slope + decay * p)
        gaps, after = gaps_and_cost(p - step)
        # below the tolerance rounding alone decides which cost is lower
        while after > before and np.abs(step).max() >= TOLERANCE:
            step /= 2
            gaps, after = gaps_and_cost(p - step)
        p, before = p - step, after
        if np.abs(step).max() < TOLERANCE:
            break
    return p


def pairwise_pulls(
    row: FloatArray, liked: FloatArray, others: FloatArray, liked_bias: FloatArray, other_bias: FloatArray, decay: float
) -> FloatArray:
    """(n, f) what each liked item adds to the row of `pairwise_row`: where the slope is 0, their sum is the row.

    p = Σ_i 1/(λ n m) Σ_j σ(s_j - s_i) (q_i - q_j)
    """
    liked, others = liked.astype(np.float64), others.astype(np.float64)
    wrong = _wrong(_gaps(row, liked, others, liked_bias, other_bias))
    return (wrong.sum(axis=1)[:, None] * liked - wrong @ others) / (decay * wrong.size)


def _gaps(
    p: FloatArray, liked: FloatArray, others: FloatArray, liked_bias: FloatArray, other_bias: FloatArray
) -> FloatArray:
    """(n, m) s_j - s_i, by how much each liked item is behind each of the others."""
    return (other_bias + others @ p) - (liked_bias + liked @ p)[:, None]


def _wrong(gaps: FloatArray) -> FloatArray:
    """The probability of the wrong order, by the model."""
    return 1 / (1 + np.exp(-np.clip(gaps, -60, 60)))


def _derivatives(liked: FloatArray, others: FloatArray, gaps: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The slope (f,) and the curvature (f, f) of the mean over pairs."""
    wrong = _wrong(gaps)
    weights = wrong * (1 - wrong)
    slope = others.T @ wrong.sum(axis=0) - liked.T @ wrong.sum(axis=1)
    across = liked.T @ (weights @ others)
    alone = (liked.T * weights.sum(axis=1)) @ liked + (others.T * weights.sum(axis=0)) @ others
    return slope / gaps.size, (alone - across - across.T) / gaps.size
