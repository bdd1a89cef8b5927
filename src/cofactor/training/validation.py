"""Losses on held-out ratings, measured after every epoch of training."""

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.data.ratings import Ratings
from cofactor.errors import BadOption

__all__ = ["Loss", "known_part", "log_loss", "squared_error", "wrong_order"]

EPS = 1e-7  # probabilities are at least this

Loss = Callable[[], float]  # of the present parameters


class Predicting(Protocol):
    """An engine that scores pairs with its present parameters."""

    def predict(self, user_idx: IntArray, item_idx: IntArray) -> FloatArray:
        """(b,) scores of pairs of users and items."""
        ...


def known_part(validation: Ratings | None, train: Ratings) -> Ratings | None:
    """The validation ratings whose user and item are in `train`, in its indices; None without validation ratings.

    Raises `BadOption` where there is no such rating.
    """
    if validation is None or not len(validation):
        return None
    if validation.users is train.users and validation.items is train.items:
        return validation
    from cofactor.data.alignment import aligned_pairs

    user_idx, item_idx = aligned_pairs(validation, train)
    known = np.flatnonzero((user_idx >= 0) & (item_idx >= 0))
    if not len(known):
        raise BadOption("No validation rating is by a user and of an item that the training ratings hold.")
    at, values = {"user_idx": user_idx[known], "item_idx": item_idx[known]}, validation.values_of(known)
    return replace(train, **at, values=values, timestamps=None)


def squared_error(engine: Predicting, held_out: Ratings) -> Loss:
    """The mean squared error of the engine's predictions."""

    def loss() -> float:
        error = engine.predict(held_out.user_idx, held_out.item_idx) - held_out.values
        return float(np.mean(np.square(error), dtype=np.float64))

    return loss


def log_loss(engine: Predicting, held_out: Ratings, train: Ratings, n_each: int, seed: int) -> Loss:
    """The mean log loss of held-out clicks, and of `n_each` pairs without a click for each of them.

    engine: its predictions are probabilities of a click
    """
    rows, others = _without_click(held_out, train, n_each, seed)
    users = held_out.user_idx[rows]

    def loss() -> float:
        clicked = np.log(np.maximum(engine.predict(held_out.user_idx, held_out.item_idx), EPS)).sum(dtype=np.float64)
        rest = np.log(np.maximum(1 - engine.predict(users, others), EPS)).sum(dtype=np.float64)
        return -float(clicked + rest) / (len(held_out) + len(users))

    return loss


def wrong_order(engine: Predicting, held_out: Ratings, train: Ratings, seed: int) -> Loss:
    """The mean probability that a held-out like and an item that its user has not seen are in the wrong order.

    1 / (1 + exp(s_ui - s_uj)), as in the training of BPR; each like is paired with one item.
    """
    rows, others = _without_click(held_out, train, 1, seed)
    users, likes = held_out.user_idx[rows], held_out.item_idx[rows]

    def loss() -> float:
        ahead = engine.predict(users, likes) - engine.predict(users, others)
        return float(np.mean(1 / (1 + np.exp(np.minimum(ahead, 60))), dtype=np.float64))

    return loss


def _without_click(held_out: Ratings, train: Ratings, n_each: int, seed: int) -> tuple[IntArray, IntArray]:
    """(n,), (n,): the row of each held-out click, `n_each` times, and an item that its user has not seen in `train`.

    They are drawn once, so that losses of different epochs are comparable; a user who has seen every item has none.
    """
    from cofactor.training.negatives import draw_negatives

    rows = np.repeat(np.arange(len(held_out)), n_each)
    rng = np.random.default_rng([seed, 2])
    items = draw_negatives(held_out.user_idx[rows], train.by_user, train.n_items, rng)
    return rows[items >= 0], items[items >= 0]
