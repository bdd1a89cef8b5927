"""What a reader of a model sees of one person whose ratings they hold: the numbers that a membership attack uses."""

from typing import NamedTuple

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.data.ratings import Ratings
from cofactor.recommender import Recommender

__all__ = ["HeldPerson", "blind_statistic", "held_people", "list_statistic", "score_statistic"]


class HeldPerson(NamedTuple):
    """A person's ratings, in two halves: the one is asked with, the other is looked for in the answer."""

    asked: dict[int, float]  # by index
    looked_for: IntArray  # items
    values: FloatArray


def held_people(table: Ratings, people: IntArray, rng: np.random.Generator) -> list[HeldPerson]:
    """The ratings of people with two or more, in halves drawn at random."""
    return [_halved(*table.by_user.of(user), rng) for user in people.tolist()]


def _halved(items: IntArray, values: FloatArray, rng: np.random.Generator) -> HeldPerson:
    order = rng.permutation(len(items))
    first, second = order[: len(items) // 2], order[len(items) // 2 :]
    asked = dict(zip(items[first].tolist(), values[first].tolist(), strict=True))
    return HeldPerson(asked, items[second], values[second])


def score_statistic(model: Recommender, scores: FloatArray, person: HeldPerson) -> float:
    """How well the scores fit the items looked for: minus the mean squared error of a model that predicts values, else
    their mean score in standard deviations of all scores."""
    found = scores[person.looked_for].astype(np.float64)
    if model.abilities.predicts:
        return -float(np.mean(np.square(found - person.values)))
    finite = scores[np.isfinite(scores)].astype(np.float64)
    return float((np.mean(found) - finite.mean()) / max(float(finite.std()), 1e-12))


def list_statistic(scores: FloatArray, person: HeldPerson, k: int) -> float:
    """The share of the items looked for in the list of the k best, without those asked with."""
    open_scores = scores.astype(np.float64)
    open_scores[list(person.asked)] = -np.inf
    best = np.argsort(-open_scores, kind="stable")[:k]
    return float(np.isin(person.looked_for, best).mean())


def blind_statistic(table: Ratings, person: HeldPerson) -> float:
    """The mean popularity (log of ratings) of the items looked for, in the table of everybody: no model is seen."""
    return float(np.mean(np.log(table.item_counts[person.looked_for])))
