"""Scores by each of the kept draws: of pairs of users and items, and of users with every item.

A row is [factors, bias], d = k + 1 numbers. The draws of a row lie side by side, in half precision.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.kernels.scoring.half_precision import HalfPrecisionSide, draw_scores, multiply_halves, single_precision

__all__ = ["Draws", "on_day"]

MAX_SCORES = 2_000_000  # pairs times draws that are scored at once


class Draws(NamedTuple):
    """Rows of users, items and days, draw by draw. Without days, `days` and `average_day` are empty."""

    users: FloatArray  # (n_users, n_draws, d)
    items: FloatArray  # (n_items, n_draws, d)
    days: FloatArray  # (n_days, n_draws, d)
    average_day: FloatArray  # (n_draws, d)
    unknown_user: FloatArray  # (n_draws, d) the row of index -1
    unknown_item: FloatArray  # (n_draws, d) likewise
    mean: float  # μ

    def of_pairs(
        self, user_idx: IntArray, item_idx: IntArray, day: IntArray | None
    ) -> Iterator[tuple[slice, FloatArray]]:
        """Blocks of pairs, and each draw's score of each pair of the block, (b, n_draws).

        day: (n,) rows of days; -1, or None for all pairs: an average day
        """
        size, on_average = max(1, MAX_SCORES // len(self.unknown_user)), np.full(len(user_idx), -1)
        for at in range(0, len(user_idx), size):
            part = slice(at, at + size)
            users, items = (
                HalfPrecisionSide(self.users, self.unknown_user, user_idx[part]),
                HalfPrecisionSide(self.items, self.unknown_item, item_idx[part]),
            )
            days = HalfPrecisionSide(self.days, self.average_day, (on_average if day is None else day)[part])
            yield part, draw_scores(users, items, days if len(self.average_day) else None) + np.float32(self.mean)

    def of_users(self, user_idx: IntArray) -> FloatArray:
        """(b, n_draws, d) the rows of users; of index -1, `unknown_user`."""
        rows = single_precision(self.users[user_idx])
        rows[user_idx < 0] = self.unknown_user
        return rows

    def of_items(self, item_idx: IntArray | slice = slice(None)) -> FloatArray:
        """(m, n_draws, d) the rows of items, on an average day."""
        items = single_precision(self.items[item_idx])
        return on_day(items, self.average_day) if len(self.average_day) else items

    def mean_scores(self, rows: FloatArray) -> FloatArray:
        """(b, n_items) scores averaged over the draws, on an average day. rows: (b, n_draws, d) of users"""
        users = on_day(rows, self.average_day) if len(self.average_day) else rows.copy()
        user_bias = users[..., -1].mean(axis=1) + np.float32(self.mean)
        users[..., -1] = (
            1  # multiplies the items' biases, so that one product with all draws of an item sums its scores
        )
        scores = multiply_halves(
            users.reshape(len(rows), int(np.prod(users.shape[1:]))), self.items.reshape(len(self.items), -1)
        )
        scores /= len(self.unknown_user)
        return scores + user_bias[:, None]


def on_day(rows: FloatArray, day: FloatArray) -> FloatArray:
    """(..., d) rows [p, b] of one side on a day [t, c], to score the other side with: [p + t, b + c + p · t]."""
    combined = rows + day
    combined[..., -1] += (rows[..., :-1] * day[..., :-1]).sum(axis=-1)
    return combined
