"""What a simulation may be said to show: changes that have one sign in every run, and no others."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np

from cofactor.arrays import FloatArray
from cofactor.audit.bubble.recommenders import TRUE_TASTE
from cofactor.audit.bubble.rounds import MEASURES, Round

__all__ = ["Finding", "RunKey", "Runs", "find", "first_short_round"]


class RunKey(NamedTuple):
    """One run: who recommended, how people chose, and the seed."""

    recommender: str
    choice_model: str
    seed: int


Runs: TypeAlias = Mapping[RunKey, Sequence[Round]]


class Finding(NamedTuple):
    """A change from the first round to the last that has the same sign in every run.

    beyond_taste: it is the change beyond that of the true-taste control of the same choice model and seed
    mean, low, high: over the runs, low and high being the smallest and the largest
    """

    recommender: str
    measure: str
    beyond_taste: bool
    mean: float
    low: float
    high: float
    n_runs: int

    def __str__(self) -> str:
        direction = "rises" if self.mean > 0 else "falls"
        against = " relative to true taste" if self.beyond_taste else ""
        return (
            f"{self.recommender}: {MEASURES[self.measure]} {direction}{against}: {self.mean:+.3f} "
            f"({self.low:+.3f} to {self.high:+.3f})."
        )


def find(runs: Runs, recommenders: Sequence[str]) -> list[Finding]:
    """The findings on these recommenders, by recommender and measure; of each the change, and that beyond true
    taste."""
    found = [
        _finding(runs, recommender, measure, beyond_taste)
        for recommender in recommenders
        for measure in MEASURES
        for beyond_taste in (False, True)
    ]
    return [one for one in found if one is not None]


def _finding(runs: Runs, recommender: str, measure: str, beyond_taste: bool) -> Finding | None:
    changes = _changes(runs, recommender, measure)
    if beyond_taste:
        changes = changes - _changes(runs, TRUE_TASTE, measure)
    if not (np.all(changes > 0) or np.all(changes < 0)):
        return None
    return Finding(
        recommender, measure, beyond_taste, float(changes.mean()), float(changes.min()), float(changes.max()),
        len(changes),
    )  # fmt: skip


def _changes(runs: Runs, recommender: str, measure: str) -> FloatArray:
    """(n_runs,) the last round's value minus the first's, by choice model and seed."""
    mine = sorted((key, rounds) for key, rounds in runs.items() if key.recommender == recommender)
    return np.array([rounds[-1].measures[measure] - rounds[0].measures[measure] for _, rounds in mine])


def first_short_round(runs: Runs, recommender: str) -> int | None:
    """The first round of any run in which a user had fewer than k unrated items left; None: there was none."""
    short = [
        number
        for key, rounds in runs.items()
        if key.recommender == recommender
        for number, one in enumerate(rounds, start=1)
        if one.n_short
    ]
    return min(short, default=None)
