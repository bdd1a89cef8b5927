"""What the draws that were kept say of pairs of users and items, and of a user's row with every item.

A row is [factors, bias], d = k + 1 numbers. Draws of a row lie side by side, in half precision.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.kernels.halves import widened

__all__ = ["Draws", "on_day"]

PAIRS = 2_000_000  # numbers of draws gathered at once


class Draws(NamedTuple):
    """Where there are no days, `days` and `average_day` are empty."""

    users: FloatArray  # (n_users, n_draws, d)
    items: FloatArray  # (n_items, n_draws, d)
    days: FloatArray  # (n_days, n_draws, d)
    average_day: FloatArray  # (n_draws, d)
    nobody: FloatArray  # (n_draws, d) what stands for user -1
    nothing: FloatArray  # (n_draws, d) what stands for item -1
    mean: float  # μ

    def of_pairs(
        self, user_idx: IntArray, item_idx: IntArray, day: IntArray | None
    ) -> Iterator[tuple[slice, FloatArray]]:
        """Each draw's score of each pair, (b, n_draws), block by block; day: -1, or None, is an average one."""
        size = max(1, PAIRS // self.users[0].size)
        for at in range(0, len(user_idx), size):
            part = slice(at, at + size)
            p, q = _rows(self.users, self.nobody, user_idx[part]), _rows(self.items, self.nothing, item_idx[part])
            if len(self.average_day):
                q = on_day(q, self.average_day if day is None else _rows(self.days, self.average_day, day[part]))
            scores = np.einsum("bsk,bsk->bs", p[..., :-1], q[..., :-1]) + p[..., -1] + q[..., -1]
            yield part, scores + np.float32(self.mean)

    def of_users(self, user_idx: IntArray) -> FloatArray:
        """(b, n_draws, d) rows"""
        return _rows(self.users, self.nobody, user_idx)

    def of_items(self, item_idx: IntArray | slice = slice(None)) -> FloatArray:
        """(m, n_draws, d) rows, on an average day"""
        items = widened(self.items[item_idx])
        return on_day(items, self.average_day) if len(self.average_day) else items

    def mean_scores(self, rows: FloatArray) -> FloatArray:
        """(b, n_draws, d) rows of users -> (b, n_items), over the draws."""
        items, meeting = self.of_items(), rows.copy()
        meeting[..., -1] = 1  # the items' biases, so that draws are read as they lie
        scores = meeting.reshape(len(rows), -1) @ items.reshape(len(items), -1).T
        scores /= rows.shape[1]
        return scores + (rows[..., -1].mean(axis=1)[:, None] + np.float32(self.mean))


def on_day(rows: FloatArray, day: FloatArray) -> FloatArray:
    """(..., d) items -> what they are on that day, (..., d): it has factors that meet theirs, and moves both."""
    both = rows + day
    both[..., -1] += (rows[..., :-1] * day[..., :-1]).sum(axis=-1)
    return both


def _rows(draws: FloatArray, nobody: FloatArray, idx: IntArray) -> FloatArray:
    """(b, n_draws, d) float32; `nobody` where the index is -1."""
    rows = widened(draws[idx])
    rows[idx < 0] = nobody
    return rows
