"""The NumPy twins of `adam.py`: dense Adam, every row at every step."""

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.kernels.gradient.adam import AdamSide, AdamTable, TouchedRows
from cofactor.kernels.gradient.labelled_pairs import LabelledPairs

__all__ = ["adam_step", "catch_up_rows", "run_steps"]


def run_steps(
    users: AdamSide, items: AdamSide, touched_users: TouchedRows, touched_items: TouchedRows, k: int,
    pairs: LabelledPairs, batches: IntArray, first: int, table: AdamTable, y_range: tuple[float, float] | None,
    losses: FloatArray,
) -> None:  # fmt: skip
    """Scores p · q, the gradient of their mean squared error, and a step of every row."""
    for side, touched, constant in ((users, touched_users, k + 1), (items, touched_items, k)):
        catch_up_rows(side, touched.root, constant, first, table)
    for s, batch in enumerate(batches):
        rows = batch[batch >= 0]
        u, i, values = pairs.rows(rows)
        p, q = users.p[u], items.p[i]
        scores, slopes = _scores(np.einsum("nk,nk->n", p, q), y_range)
        errors = scores - values
        losses[s] = np.square(errors).mean() if len(rows) else 0
        pull = (2 / max(len(rows), 1) * slopes * errors)[:, None]
        gradients = _sums(u, pull * q, len(users.p)), _sums(i, pull * p, len(items.p))
        for side, gradient, constant in zip((users, items), gradients, (k + 1, k), strict=True):
            gradient[:, constant] = 0
            adam_step(side.p, side.m, side.v, gradient, first + s, table)
            side.p[:, constant], side.last[:] = 1, first + s


def catch_up_rows(side: AdamSide, root: FloatArray, constant: int, now: int, table: AdamTable) -> None:
    """The steps that a row has missed, one by one, with a gradient of 0."""
    for step in range(int(side.last.min(initial=now)) + 1, now):
        behind = np.flatnonzero(side.last < step)
        p, m, v = side.p[behind], side.m[behind], side.v[behind]
        adam_step(p, m, v, np.zeros_like(p), step, table)
        side.p[behind], side.m[behind], side.v[behind], side.last[behind] = p, m, v, step
    if constant >= 0:
        side.p[:, constant] = 1


def adam_step(p: FloatArray, m: FloatArray, v: FloatArray, g: FloatArray, step: int, table: AdamTable) -> None:
    """m ← β₁ m + (1 - β₁) g     v ← β₂ v + (1 - β₂) g²     p ← (1 - η λ) p - η/(1-β₁ᵗ) · m / (√v/√(1-β₂ᵗ) + ε)"""
    beta1, beta2 = table.beta1[step], table.beta2
    m[:] = beta1 * m + (1 - beta1) * g
    v[:] = beta2 * v + (1 - beta2) * g * g
    p[:] = table.shrink[step] * p - table.step_size[step] * m / (np.sqrt(v) * table.root_scale[step] + table.eps)


def _scores(z: FloatArray, y_range: tuple[float, float] | None) -> tuple[FloatArray, FloatArray]:
    """z squashed into y_range, and the derivative by z."""
    if y_range is None:
        return z, np.ones_like(z)
    low, high = y_range
    squashed = 1 / (1 + np.exp(-z))
    return low + (high - low) * squashed, (high - low) * squashed * (1 - squashed)


def _sums(rows: IntArray, parts: FloatArray, n: int) -> FloatArray:
    """(n, w): the parts of each row, added up."""
    sums = np.zeros((n, parts.shape[1]))
    np.add.at(sums, rows, parts)
    return sums
