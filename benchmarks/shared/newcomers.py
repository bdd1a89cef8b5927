"""People whom a model has never seen: what they are known to have rated, and what they are judged by."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

import cofactor as cf
from cofactor.arrays import IntArray
from cofactor.evaluation import metrics

PARTS = 4  # of the users, one of which is held out
STEPS = (0, 1, 2, 3, 5, 10, 20)
N_BEST = 10
SAMPLES = 2000  # of the bootstrap


class Person(NamedTuple):
    """Three quarters of what somebody rated may be told, the rest judges."""

    user: int  # index in the whole table
    told: IntArray
    values: NDArray[np.float32]
    hidden: IntArray
    truth: NDArray[np.float32]


class Outcome(NamedTuple):
    """Of one person."""

    squares: float  # the sum of squared errors
    n: int  # of so many ratings
    ndcg: float  # of ten items among all that were not told; nan where nothing hidden is liked


class Figures(NamedTuple):
    """Of all people, each figure with its 95 % interval."""

    rmse: tuple[float, float, float]
    ndcg: tuple[float, float, float]


def part(ratings: cf.Ratings, held_out: int = 0, seed: int = 0) -> tuple[cf.Ratings, list[Person]]:
    """Three quarters of the users to learn from; those of the other, their ratings parted at random."""
    rng = np.random.default_rng(seed)
    users = np.flatnonzero(ratings.user_counts > 1)
    out = np.sort(np.array_split(rng.permutation(users), PARTS)[held_out])
    train = ratings.subset(~np.isin(ratings.user_idx, out), f"{ratings.name} (three quarters of the users)")
    return train, [_parted(ratings, int(user), rng) for user in out]


def _parted(ratings: cf.Ratings, user: int, rng: np.random.Generator) -> Person:
    idx, values = ratings.by_user.of(user)
    order = rng.permutation(len(idx))
    told, hidden = np.split(order, [round(0.75 * len(order))])
    return Person(user, idx[told], values[told], idx[hidden], values[hidden])


def outcome(person: Person, scores: NDArray[np.float32], ranked: NDArray[np.float32] | None = None) -> Outcome:
    """scores: (n_items,) as ratings; ranked: by which items are put in order, if not by these"""
    errors = np.clip(scores[person.hidden], 1, 5) - person.truth
    order = (scores if ranked is None else ranked).astype(np.float64).copy()
    order[person.told] = -np.inf
    best = np.argsort(-order, kind="stable")[:N_BEST]
    liked = person.hidden[person.truth >= 4]
    ndcg = metrics.ndcg(np.isin(best, liked)[None], np.array([len(liked)]))[0]
    return Outcome(float(errors @ errors), len(errors), float(ndcg))


def figures(outcomes: Sequence[Outcome], seed: int = 0) -> Figures:
    squares, n, ndcg = (np.array(column, float) for column in zip(*outcomes, strict=True))
    judged = ~np.isnan(ndcg)
    drawn = np.random.default_rng(seed).integers(0, len(n), (SAMPLES, len(n)))
    rmse = np.sqrt(squares[drawn].sum(axis=1) / n[drawn].sum(axis=1))
    mean = np.where(judged, ndcg, 0)[drawn].sum(axis=1) / judged[drawn].sum(axis=1)
    whole = float(np.sqrt(squares.sum() / n.sum())), float(ndcg[judged].mean())
    return Figures(*(_with_interval(one, of) for one, of in zip(whole, (rmse, mean), strict=True)))


def _with_interval(value: float, samples: NDArray[np.float64]) -> tuple[float, float, float]:
    low, high = np.percentile(samples, [2.5, 97.5])
    return value, float(low), float(high)


def told_figure(figure: tuple[float, float, float], digits: int = 3) -> str:
    value, low, high = figure
    return f"{value:.{digits}f} ({low:.{digits}f}–{high:.{digits}f})"
