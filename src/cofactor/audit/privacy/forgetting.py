"""How far a model that forgot somebody is from one that was fitted without them, beside what another seed changes.

A model is never the only one that its data could have given: fitted again with another seed it is another. So the
distance that a deletion leaves is measured beside that of two such fits, and beside that of a model that forgot nobody.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from cofactor.arrays import Array, FloatArray, Id, IntArray
from cofactor.contract.forgetting import Forgetting
from cofactor.contract.indices import find
from cofactor.data.tables import Table, make_table
from cofactor.errors import BadOption, counted
from cofactor.evaluation.bootstrap import Interval, check_level, interval, resample
from cofactor.evaluation.statistic import mean_over_users
from cofactor.hyperparameters import conformed, seed_of
from cofactor.ranking import list_length
from cofactor.recommender import Recommender, expect_model
from cofactor.sheet import Sheet, SheetMixin, format_number

__all__ = ["ForgettingDistance", "forgetting"]

Other = Literal["forgot them", "another seed", "did not forget"]
MEASURES: tuple[str, ...] = ("scores", "of their items", "lists")
DIGITS = 5
Column = Literal["model", "measure", "distance", "low", "high"]


@dataclass(frozen=True, eq=False)
class ForgettingDistance(SheetMixin):
    """Distances from the model fitted without the people: `value("forgot them", "scores")`, `table()`, or printed.

    intervals: of each other model and measure, the mean over users who stayed. "another seed" is missing of a model
    without one
    """

    model: str
    forgetting: Forgetting
    n_forgotten: int
    n_compared: int  # users who stayed, whose scores and lists are compared
    k: int
    confidence: float
    intervals: Mapping[tuple[Other, str], Interval]
    library: str = "polars"

    def value(self, other: Other, measure: str) -> Interval:
        """One distance of one model; raises `BadOption` where there is none of that name."""
        if (other, measure) not in self.intervals:
            known = ", ".join(dict.fromkeys(repr(one) for one, _ in self.intervals))
            raise BadOption(
                f"{measure!r} of {other!r} was not measured. Models: {known}; measures: {', '.join(MEASURES)}."
            )
        return self.intervals[other, measure]

    def columns(self) -> dict[str, list[Any]]:
        """One row for each model and measure, as plain values."""
        return {
            "model": [other for other, _ in self.intervals],
            "measure": [measure for _, measure in self.intervals],
            "distance": [one.value for one in self.intervals.values()],
            "low": [one.low for one in self.intervals.values()],
            "high": [one.high for one in self.intervals.values()],
        }

    def table(self) -> Table[Column]:
        """`columns` as a data frame in the library the ratings came in."""
        return make_table(self.columns(), self.library)

    def sheet(self) -> Sheet:
        """One row a model, one column a measure, each with its interval."""
        others: list[Other] = [other for other, measure in self.intervals if measure == MEASURES[0]]
        rows = [(other, *(_in_text(self.intervals[other, one]) for one in MEASURES)) for other in others]
        header = ("distance from a fit without them", *MEASURES[:2], f"lists of {self.k}")
        notes = [
            f"{counted(self.n_forgotten, 'user')} forgotten ({self.forgetting}), "
            f"{self.n_compared:,} who stayed compared. {self.confidence:.0%} intervals over these.",
            "scores: root mean squared difference over all items, and over those they had, in standard deviations of "
            "the user's scores;\nlists: the share of the list that differs.",
        ]
        if "another seed" not in others:
            notes.append("The model has no seed: two fits of it are the same.")
        return Sheet(f"what {self.model} keeps of whom it forgot", header, rows, notes)


def _in_text(found: Interval) -> str:
    value, low, high = (format_number(one, DIGITS) for one in found)
    return f"{value} ({low} to {high})"


def forgetting(
    model: Recommender, users: Id | Sequence[Id] | Array, *, n_users: int = 200, k: int = 10,
    confidence: float = 0.95, n_bootstrap: int = 1000, seed: int = 0,
) -> ForgettingDistance:  # fmt: skip
    """How far a fitted model that forgets these users is from one fitted without them.

    model: it is not changed; copies of it forget, and are fitted anew with its options, seed included
    n_users: users who stay, drawn at random, whose scores and lists are compared     k: length of the lists
    confidence, n_bootstrap, seed: as in `evaluate`; of the draw, not of the model

    Raises `UnknownIds`, and `BadOption` for options out of range; `NotFitted` where the model is not fitted.
    """
    expect_model(model, "forgetting audits")
    before, forgot = model.snapshot(), model.copied()
    n_users, k = conformed("n_users", int, n_users), list_length(k)
    seed, (confidence, n_bootstrap) = seed_of(seed), check_level(confidence, n_bootstrap)
    if n_users < 1:
        raise BadOption(f"n_users counts the users who are compared, 1 or more, but {n_users} came.")
    gone = np.unique(find(before.ratings, "user", users))
    forgot.forget(users)
    fitted = replace(model).fit(forgot.ratings, progress=False)
    stayed = np.delete(np.arange(before.ratings.n_users), gone)
    compared = np.sort(np.random.default_rng(seed).permutation(len(stayed))[:n_users])
    expected, theirs = fitted.score_users(compared), before.ratings.items_of(gone)
    scores: dict[Other, FloatArray] = {"forgot them": forgot.score_users(compared)}
    if (own := getattr(model, "seed", None)) is not None:
        other: Any = replace(model, seed=own + 1)  # pyright: ignore[reportCallIssue]  (it has the field)
        scores["another seed"] = other.fit(forgot.ratings, progress=False).score_users(compared)
    scores["did not forget"] = before.score_users(stayed[compared])
    statistics = {
        (name, measure): mean_over_users(values)
        for name, found in scores.items()
        for measure, values in _distances(found, expected, theirs, k).items()
    }
    samples = resample(statistics, n_bootstrap, seed)
    intervals: Any = {name: interval(one, samples[name], confidence) for name, one in statistics.items()}
    return ForgettingDistance(
        type(model).__name__, model.forgetting, len(gone), len(compared), k, confidence, intervals,
        before.ratings.library,
    )  # fmt: skip


def _distances(found: FloatArray, expected: FloatArray, theirs: IntArray, k: int) -> dict[str, FloatArray]:
    """(n_users,) of each of `MEASURES`. found, expected: (n_users, n_items) scores     theirs: items"""
    squares = np.square(found.astype(np.float64) - expected)
    unit = np.maximum(expected.std(axis=1, dtype=np.float64), 1e-12)
    first, second = (np.argsort(-scores, axis=1, kind="stable")[:, :k] for scores in (found, expected))
    shared = np.array([np.isin(one, other).mean() for one, other in zip(first, second, strict=True)])
    of_all, of_theirs = np.sqrt(squares.mean(axis=1)) / unit, np.sqrt(squares[:, theirs].mean(axis=1)) / unit
    return dict(zip(MEASURES, (of_all, of_theirs, 1 - shared), strict=True))
