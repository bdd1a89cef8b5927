"""Who recommends in the simulation: the audited model, relearning as it goes, and the controls."""

from collections.abc import Callable
from typing import Protocol, TypeAlias

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.data.ratings import Ratings
from cofactor.errors import BadOption
from cofactor.kernels.ranking.lists import SeenItems
from cofactor.kernels.ranking.top_scores import top_scores
from cofactor.recommender import Recommender

__all__ = [
    "CONTROLS", "POPULARITY", "RANDOM", "TRUE_TASTE", "AuditedModel", "Control", "Mitigation", "RoundRecommender",
    "control",
]  # fmt: skip

RANDOM, POPULARITY, TRUE_TASTE = CONTROLS = ("random", "popularity", "true taste")

# a fitted model and k -> (n_users, k) items for all of its users, -1 behind a list's end
Mitigation: TypeAlias = Callable[[Recommender, int], IntArray]


class RoundRecommender(Protocol):
    """The interface by which the simulation asks for lists and hands over choices, in every round."""

    def lists(self, log: Ratings, k: int) -> IntArray:
        """(n_users, k) items that the users have not rated in the log, -1 behind a list's end."""
        ...

    def learn(self, log: Ratings, new: Ratings, n_rounds_done: int) -> None:
        """Take in the choices of a round. log: all ratings, the new ones included"""
        ...


class AuditedModel:
    """A copy of a fitted model that takes in each round's choices by `update`, and is fitted anew now and then."""

    def __init__(self, model: Recommender, refit_every: int, mitigation: Mitigation | None = None) -> None:
        """refit_every: rounds between fits on the whole log; 1: after every round"""
        self._model, self._refit_every, self._mitigation = model.copied(), refit_every, mitigation

    def lists(self, log: Ratings, k: int) -> IntArray:
        """(n_users, k) what the model recommends, or what the mitigation makes of it; raises `BadOption` where that are
        lists of another shape, or of items that users have rated."""
        if self._mitigation is not None:
            return _checked(self._mitigation(self._model, k), log, k)
        return self._model.rank_users(np.arange(log.n_users), k)[0]

    def learn(self, log: Ratings, new: Ratings, n_rounds_done: int) -> None:
        """Fit anew on the log in every `refit_every`-th round, and place whoever chose something anew in the others."""
        if n_rounds_done % self._refit_every == 0:
            self._model.fit(log, progress=False)
        elif len(new):
            self._model.update(new)


def _checked(lists: IntArray, log: Ratings, k: int) -> IntArray:
    """The lists of a mitigation. Raises `BadOption` where they are of another shape, or hold what users have rated."""
    shape = log.n_users, k
    if np.shape(lists) != shape:
        raise BadOption(f"A mitigation must give lists of shape {shape}, a row a user, but {np.shape(lists)} came.")
    user, rank = np.nonzero(lists >= 0)
    rows = log.by_user
    rated = np.repeat(np.arange(log.n_users), rows.counts) * log.n_items + rows.indices  # ascending
    listed = user * log.n_items + lists[user, rank]
    place = np.searchsorted(rated, listed)
    if (np.append(rated, -1)[place] == listed).any():
        raise BadOption("A mitigation gave users items that they have rated. Leave these out, as `rank` does.")
    return lists


class Control:
    """Lists by scores that need no learning."""

    def __init__(self, score: Callable[[Ratings], FloatArray]) -> None:
        """score: the log -> (n_users, n_items)"""
        self._score = score

    def lists(self, log: Ratings, k: int) -> IntArray:
        """(n_users, k) the unrated items with the highest scores."""
        rated = log.by_user
        seen = SeenItems(np.arange(log.n_users), rated.indptr, rated.indices)
        return top_scores(self._score(log), k, seen)[0]

    def learn(self, log: Ratings, new: Ratings, n_rounds_done: int) -> None:
        """Nothing: the scores are made of the log each time."""


def control(name: str, utility: FloatArray, rng: np.random.Generator) -> Control:
    """One of `CONTROLS`. random: every unrated item is as likely; popularity: by the number of ratings in the log;
    true taste: by the utility itself, (n_users, n_items)."""
    shape = utility.shape
    scores: dict[str, Callable[[Ratings], FloatArray]] = {
        RANDOM: lambda _: rng.random(shape, np.float32),
        POPULARITY: lambda log: np.broadcast_to(log.item_counts.astype(np.float32), shape),
        TRUE_TASTE: lambda _: utility,
    }
    return Control(scores[name])
