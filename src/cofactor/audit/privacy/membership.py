"""Membership inference: can a reader of a model tell whose ratings it was fitted to [shokri2017membership]?

Each of several models is fitted to people drawn by coin. The attacker holds all ratings of a person. One who has the
model's answers asks as that person would who is new to it, with half of their ratings, and looks for the other half;
one who has its item factors looks how well they fit all of the ratings. What is found is compared with what other
models give, whose members the attacker knows: how easy a person is to guess is thereby taken out
[carlini2022membership].
"""

from dataclasses import replace

import numpy as np

from cofactor.arrays import BoolArray, FloatArray, Id, IntArray
from cofactor.audit.privacy.attack_statistics import (
    HeldPerson,
    blind_statistic,
    held_people,
    list_statistic,
    score_statistic,
)
from cofactor.audit.privacy.folder import FolderFinding, look_up
from cofactor.audit.privacy.item_statistics import item_statistics
from cofactor.audit.privacy.membership_report import FALSE_POSITIVE_RATES, MEASURES, MembershipInference, Reader
from cofactor.audit.privacy.roc import AttackCurve
from cofactor.contract.abilities import expect_ability
from cofactor.data.expecting import RatingsOrFrame, as_ratings
from cofactor.data.ratings import Ratings
from cofactor.errors import BadOption
from cofactor.evaluation.bootstrap import Interval, check_level, percentiles
from cofactor.hyperparameters import conformed, seed_of
from cofactor.ranking import list_length
from cofactor.recommender import Recommender, expect_model

__all__ = ["membership_inference"]

MIN_PEOPLE = 20  # fewer could be all members, or none, in a sample of them


def membership_inference(
    model: Recommender, ratings: RatingsOrFrame, *, n_models: int = 8, n_people: int = 1000, k: int = 10,
    forgotten: bool = False, confidence: float = 0.95, n_bootstrap: int = 1000, seed: int = 0,
) -> MembershipInference:  # fmt: skip
    """How well readers of a model, as it would be fitted to half of these people, tell who they were.

    model: its options are used, its seed included, which a reader of its folder knows; it is not changed
    n_models: models that are fitted, each attacked with the help of the others     k: length of the lists
    n_people: people, drawn at random, who are asked about; those with a single rating cannot be
    forgotten: each model forgets those of them that it was fitted to, together, before it is attacked; the same seed
        asks about the same people
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
    seen, folder = _seen_by_readers(model, table, people, persons, member, k, forgotten=forgotten)
    asked = member[:, people]
    scores: dict[Reader, FloatArray] = {reader: _beside_others(one, asked) for reader, one in seen.items()}
    scores["blind"] = np.tile([blind_statistic(table, one) for one in persons], (n_models, 1))
    weights = rng.multinomial(len(people), np.full(len(people), 1 / len(people)), n_bootstrap).astype(np.float64)
    intervals: dict[tuple[Reader, str], Interval] = {}
    for reader, one in scores.items():
        for name, found in _measured(AttackCurve.of(one, asked), weights, confidence).items():
            intervals[reader, name] = found
    name = f"{type(model).__name__}{' that forgot them' if forgotten else ''}"
    return MembershipInference(name, n_models, len(people), k, confidence, intervals, folder, table.library)


def _people_asked_about(table: Ratings, n_people: int, rng: np.random.Generator) -> IntArray:
    """(n_people,) people with two ratings or more, ascending; raises `BadOption` for fewer than `MIN_PEOPLE`."""
    people = np.flatnonzero(table.by_user.counts > 1)
    if min(n_people, len(people)) < MIN_PEOPLE:
        raise BadOption(
            f"{MIN_PEOPLE} people or more are asked about, each with two ratings or more, but n_people={n_people} of "
            f"{len(people)} came."
        )
    return np.sort(rng.permutation(people)[:n_people])


def _seen_by_readers(
    model: Recommender,
    table: Ratings,
    people: IntArray,
    persons: list[HeldPerson],
    member: BoolArray,
    k: int,
    *,
    forgotten: bool,
) -> tuple[dict[Reader, FloatArray], FolderFinding | None]:
    """(n_models, n_people) the statistic of each reader of a model fitted to each row of members, and what is found in
    the folder of the last one.

    member: (n_models, n_users) whom each model is fitted to
    """
    seen: dict[Reader, list[FloatArray]] = {"scores": [], "lists": []}
    ids, folder = table.items.gather(np.arange(table.n_items)).tolist(), None
    for at, members in enumerate(member):
        fitted = replace(model).fit(table.subset(members[table.user_idx]), progress=False)
        if forgotten:
            fitted.forget(table.users.gather(people[members[people]]))
        for reader, statistic in _seen_of_answers(fitted, ids, persons, k).items():
            seen[reader].append(statistic)
        of_items = item_statistics(fitted, table, people)
        if of_items is not None:
            seen.setdefault("item factors", []).append(of_items)
        if at == len(member) - 1:
            folder = look_up(fitted, table, people, members[people])
    return {reader: np.stack(each) for reader, each in seen.items()}, folder


def _seen_of_answers(fitted: Recommender, ids: list[Id], persons: list[HeldPerson], k: int) -> dict[Reader, FloatArray]:
    """(n_people,) the statistics of scores and of lists. ids: of all items"""
    seen = np.empty((2, len(persons)))
    for column, person in enumerate(persons):
        scores = fitted.score_newcomer({ids[item]: value for item, value in person.asked.items()})
        seen[:, column] = score_statistic(fitted, scores, person), list_statistic(scores, person, k)
    return {"scores": seen[0], "lists": seen[1]}


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
