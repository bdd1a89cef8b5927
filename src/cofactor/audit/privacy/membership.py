"""Membership inference: can a reader of a model tell whose ratings it was fitted to [shokri2017membership]?

Each of several models is fitted to people drawn by coin. The attacker holds all ratings of a person, asks one of the
models as that person would who is new to it, with half of their ratings, and looks for the other half in the answer.
How well it is found is compared with what other models give, whose members the attacker knows: how easy a person is to
guess is thereby taken out [carlini2022membership].
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from cofactor.arrays import BoolArray, FloatArray, IntArray
from cofactor.audit.privacy.attack_statistics import (
    HeldPerson,
    blind_statistic,
    held_people,
    list_statistic,
    score_statistic,
)
from cofactor.audit.privacy.roc import AttackCurve
from cofactor.contract.abilities import expect_ability
from cofactor.data.expecting import RatingsOrFrame, as_ratings
from cofactor.data.ratings import Ratings
from cofactor.data.tables import Table, make_table
from cofactor.errors import BadOption
from cofactor.evaluation.bootstrap import Interval, check_level, percentiles
from cofactor.hyperparameters import conformed, seed_of
from cofactor.ranking import list_length
from cofactor.recommender import Recommender, expect_model
from cofactor.sheet import Sheet, SheetMixin, format_number

__all__ = ["MembershipInference", "Reader", "membership_inference"]

Reader = Literal["scores", "lists", "blind"]
READERS: tuple[Reader, ...] = ("scores", "lists", "blind")
FALSE_POSITIVE_RATES = (0.01, 0.001)
MEASURES = ("AUC", "TPR at 1% FPR", "TPR at 0.1% FPR")
MIN_PEOPLE = 20  # fewer could be all members, or none, in a sample of them
CHANCE = (0.5, *FALSE_POSITIVE_RATES)
Column = Literal["reader", "measure", "value", "low", "high", "chance"]


@dataclass(frozen=True, eq=False)
class MembershipInference(SheetMixin):
    """How well each reader tells members from others: `value("scores", "AUC")`, `table()`, or printed.

    intervals: of each reader and measure; "blind" is an attack that never sees the model
    """

    model: str
    n_models: int
    n_people: int  # who were asked about, each at every model
    k: int
    confidence: float
    intervals: Mapping[tuple[Reader, str], Interval]
    library: str = "polars"

    def value(self, reader: Reader, measure: str) -> Interval:
        """One measure of one reader's attack; raises `BadOption` where there is none of that name."""
        if (reader, measure) not in self.intervals:
            raise BadOption(
                f"{measure!r} of {reader!r} was not measured. Readers: {', '.join(READERS)}; measures: "
                f"{', '.join(MEASURES)}."
            )
        return self.intervals[reader, measure]

    def columns(self) -> dict[str, list[Any]]:
        """One row for each reader and measure, as plain values; `chance` is what guessing would give."""
        return {
            "reader": [reader for reader, _ in self.intervals],
            "measure": [measure for _, measure in self.intervals],
            "value": [one.value for one in self.intervals.values()],
            "low": [one.low for one in self.intervals.values()],
            "high": [one.high for one in self.intervals.values()],
            "chance": [CHANCE[MEASURES.index(measure)] for _, measure in self.intervals],
        }

    def table(self) -> Table[Column]:
        """`columns` as a data frame in the library the ratings came in."""
        return make_table(self.columns(), self.library)

    def sheet(self) -> Sheet:
        """One row a reader, one column a measure, each with its interval; chance below."""
        rows = [(reader, *(_in_text(self.intervals[reader, one]) for one in MEASURES)) for reader in READERS]
        chance = ("by chance", *(format_number(one, 3) for one in CHANCE))
        notes = [
            f"{self.n_people:,} people asked about at each of {self.n_models} models, members drawn by coin. "
            f"{self.confidence:.0%} intervals over people, the models as they are.",
            f"The reader holds their ratings, asks with half of them, and sees all scores or a list of {self.k};\n"
            "blind: nothing of the model.",
            "Not attacked: rows of users, and the files of a saved model, which hold its members' ids.",
        ]
        if self.n_models * self.n_people < 4 / FALSE_POSITIVE_RATES[-1]:
            notes.append("So few decisions tell little of one false positive in a thousand: ask about more people.")
        return Sheet(f"membership inference against {self.model}", ("", *MEASURES), [*rows, chance], notes)


def _in_text(found: Interval) -> str:
    value, low, high = (format_number(one, 3) for one in found)
    return f"{value} ({low} to {high})"


def membership_inference(
    model: Recommender, ratings: RatingsOrFrame, *, n_models: int = 8, n_people: int = 1000, k: int = 10,
    confidence: float = 0.95, n_bootstrap: int = 1000, seed: int = 0,
) -> MembershipInference:  # fmt: skip
    """How well readers of a model, as it would be fitted to half of these people, tell who they were.

    model: its options are used, its seed included, which a reader of its folder knows; it is not changed
    n_models: models that are fitted, each attacked with the help of the others     k: length of the lists
    n_people: people, drawn at random, who are asked about; those with a single rating cannot be
    confidence, n_bootstrap, seed: as in `evaluate`

    A member of one model is or is not one of another by a coin of its own: were everybody in exactly half of them, the
    other models' members would betray this one's. Intervals are over people, the fitted models as they are: one in
    twenty of the blind attack's misses chance at 95 %.

    Raises `BadOption` for options out of range and for too few people, `Unsupported` for a model that cannot score
    newcomers.
    """
    expect_model(model, "membership_inference attacks")
    expect_ability(model, "folds_in")
    table = as_ratings(ratings, "membership_inference fits models to")
    n_models, n_people, k = conformed("n_models", int, n_models), conformed("n_people", int, n_people), list_length(k)
    seed, (confidence, n_bootstrap) = seed_of(seed), check_level(confidence, n_bootstrap)
    if n_models < 3:
        raise BadOption(f"n_models counts models, 3 or more for one to be compared with others, but {n_models} came.")
    rng = np.random.default_rng(seed)
    people = _people_asked_about(table, n_people, rng)
    persons, member = held_people(table, people, rng), rng.random((n_models, table.n_users)) < 0.5
    scores = _attack_scores(model, table, persons, member, member[:, people], k)
    weights = rng.multinomial(len(people), np.full(len(people), 1 / len(people)), n_bootstrap).astype(np.float64)
    intervals: dict[tuple[Reader, str], Interval] = {}
    for reader in READERS:
        found = _measured(AttackCurve.of(scores[reader], member[:, people]), weights, confidence)
        intervals |= {(reader, name): one for name, one in found.items()}
    return MembershipInference(type(model).__name__, n_models, len(people), k, confidence, intervals, table.library)


def _people_asked_about(table: Ratings, n_people: int, rng: np.random.Generator) -> IntArray:
    """(n_people,) people with two ratings or more, ascending; raises `BadOption` for fewer than `MIN_PEOPLE`."""
    people = np.flatnonzero(table.by_user.counts > 1)
    if min(n_people, len(people)) < MIN_PEOPLE:
        raise BadOption(
            f"{MIN_PEOPLE} people or more are asked about, each with two ratings or more, but n_people={n_people} of "
            f"{len(people)} came."
        )
    return np.sort(rng.permutation(people)[:n_people])


def _attack_scores(
    model: Recommender, table: Ratings, persons: list[HeldPerson], member: BoolArray, asked: BoolArray, k: int
) -> dict[Reader, FloatArray]:
    """(n_models, n_people) of each reader, higher for whom they take for a member.

    member: (n_models, n_users) whom each model is fitted to     asked: the same, of the people asked about
    """
    seen = _seen_by_readers(model, table, persons, member, k)
    return {
        "scores": _beside_others(seen[..., 0], asked),
        "lists": _beside_others(seen[..., 1], asked),
        "blind": np.tile([blind_statistic(table, one) for one in persons], (len(member), 1)),
    }


def _seen_by_readers(
    model: Recommender, table: Ratings, persons: list[HeldPerson], member: BoolArray, k: int
) -> FloatArray:
    """(n_models, n_people, 2) the statistics of scores and of lists, of a model fitted to each row of members."""
    seen = np.empty((len(member), len(persons), 2))
    ids = table.items.gather(np.arange(table.n_items)).tolist()
    for at, members in enumerate(member):
        fitted = replace(model).fit(table.subset(members[table.user_idx]), progress=False)
        for column, person in enumerate(persons):
            scores = fitted.score_newcomer({ids[item]: value for item, value in person.asked.items()})
            seen[at, column] = score_statistic(fitted, scores, person), list_statistic(scores, person, k)
    return seen


def _beside_others(seen: FloatArray, member: BoolArray) -> FloatArray:
    """(n_models, n_people) how much more each model shows of a person than the others do, their members allowed for.

    seen = of the model + of the person + effect · member, the last two as the other models have them.
    """
    centred = seen - seen.mean(axis=1, keepdims=True)
    beside = np.empty_like(seen)
    for at in range(len(seen)):
        others, theirs = np.delete(centred, at, axis=0), np.delete(member, at, axis=0).astype(np.float64)
        within = theirs - theirs.mean(axis=0)  # between people, members are as others
        effect = float(np.sum(within * others) / max(np.sum(np.square(within)), 1.0))
        beside[at] = centred[at] - (others - effect * theirs).mean(axis=0)
    return beside


def _measured(curve: AttackCurve, weights: FloatArray, confidence: float) -> dict[str, Interval]:
    """weights: (n_bootstrap, n_people)"""
    values = curve.measures(np.ones(curve.n_users), FALSE_POSITIVE_RATES)
    samples = np.stack([curve.measures(one, FALSE_POSITIVE_RATES) for one in weights])
    return {
        name: Interval(float(value), *percentiles(sample, confidence))
        for name, value, sample in zip(MEASURES, values, samples.T, strict=True)
    }
