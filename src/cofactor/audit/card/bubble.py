"""The card's section on the feedback loop: only what keeps its sign under all choice models and seeds."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from cofactor.arrays import IntArray
from cofactor.audit.bubble.choice_models import CHOICE_MODELS
from cofactor.audit.bubble.filter_bubble import filter_bubble
from cofactor.audit.bubble.findings import Finding as Change
from cofactor.audit.bubble.recommenders import Mitigation
from cofactor.audit.bubble.result import FilterBubble
from cofactor.audit.bubble.rounds import MEASURES as SIMULATED
from cofactor.audit.card.card_audit import LEAST_PEOPLE, CardAudit
from cofactor.audit.own_choices import with_own_choices
from cofactor.card.finding import Finding
from cofactor.card.measures import MEASURES
from cofactor.card.section import Curve, Fact, Picture, Section
from cofactor.data.attributes.categories import category_attribute
from cofactor.data.ratings import Ratings
from cofactor.errors import counted
from cofactor.evaluation.bootstrap import Interval
from cofactor.recommender import Recommender

__all__ = ["bubble_section", "section_of_bubble"]

MOST_PEOPLE = 1000  # drawn at random where there are more
HELD_TO = {"bubble_overlap": "overlap", "bubble_diversity": "diversity"}
SERVED = "re-ranked lists"
ENOUGH_RATINGS = 4  # of a person: half of them are held out
LEAST_SEEDS = 2  # for a light, and people who choose in all ways: one run alone keeps its sign whatever it is


def bubble_section(audit: CardAudit) -> Section:
    """A simulation of people who follow the model's lists, and of a model that learns from it."""
    attribute = category_attribute(audit.whole)
    if attribute is None:
        why = "Items have no attribute of few values, such as genres, by which lists could be compared."
        return Section(key="bubble", findings=tuple(audit.missing(name, why) for name in HELD_TO))
    rounds, seeds = (4, 2) if audit.quick else (15, 3)
    mitigations: dict[str, Mitigation] = {SERVED: partial(_served, audit)} if audit.lists else {}
    people = _people(audit.whole, audit.seed)
    found = filter_bubble(
        with_own_choices(audit.model), people, attribute=attribute, k=audit.k, n_rounds=rounds,
        seeds=range(audit.seed, audit.seed + seeds), mitigations=mitigations,
    )  # fmt: skip
    options = ", and lists re-ranked as the card says" if audit.lists else ""
    how = f"models with the same options{options}, simulated on all ratings of these people, held out or not"
    return replace(section_of_bubble(audit, found), how=how)


def _served(audit: CardAudit, model: Recommender, k: int) -> IntArray:
    return model.rank(model.ratings.users.values, k, **audit.lists).idx


def _people(ratings: Ratings, seed: int) -> Ratings:
    """The ratings of so many people that a simulation ends within a minute or so, and of items that they rated."""
    able = np.flatnonzero(ratings.user_counts >= ENOUGH_RATINGS)
    kept = np.random.default_rng(seed).permutation(able)[:MOST_PEOPLE]
    out = np.setdiff1d(np.arange(ratings.n_users), kept)
    return ratings.without(users=ratings.users.gather(out).tolist()) if len(out) else ratings


def section_of_bubble(audit: CardAudit, found: FilterBubble) -> Section:
    """The section that a simulation gives; of its last audited recommender, which has the re-ranked lists if any."""
    name = found.audited[-1]
    setting, n_runs = found.setting, len(found.runs) // len(found.recommenders)
    text = (
        f"A simulation, not an observation: {setting.n_users:,} people are shown {setting.k} items in each of "
        f"{setting.n_rounds} rounds, choose by a stated rule and a taste that never changes, and the model learns from "
        "what they chose. Lists of a recommender that knows their true taste are the measure.",
        f"Only what changed with one sign in all {n_runs} runs is said, with the smallest and the largest change:",
    )
    return Section(
        key="bubble", text=text, facts=tuple(_facts(found, name)),
        findings=tuple(_finding(audit, found, name, one) for one in HELD_TO),
        pictures=tuple(_picture(found, one) for one in ("overlap", "diversity")),
    )  # fmt: skip


def _facts(found: FilterBubble, recommender: str) -> Iterator[Fact]:
    """A row for each measure that kept a sign: its change, and that beyond true taste, each from run to run."""
    for measure, what in SIMULATED.items():
        kept = [one for one in found.findings if (one.recommender, one.measure) == (recommender, measure)]
        if kept:
            said = (
                f"{one.mean:+.3f} ({one.low:+.3f} to {one.high:+.3f})"
                f"{' beyond the change under true taste' if one.beyond_taste else ''}"
                for one in kept
            )
            yield Fact(f"{what[0].upper()}{what[1:]}", "; ".join(said))


def _finding(audit: CardAudit, found: FilterBubble, recommender: str, name: str) -> Finding:
    measure = HELD_TO[name]
    if found.setting.n_users < LEAST_PEOPLE:
        return audit.too_few(name, found.setting.n_users, "had enough ratings to be simulated")
    ways, seeds = ({getattr(key, part) for key in found.runs} for part in ("choice_model", "seed"))
    if ways != set(CHOICE_MODELS) or len(seeds) < LEAST_SEEDS:
        n_runs = counted(len(found.runs) // len(found.recommenders), "run")
        needed = f"people who choose in all of the ways {', '.join(CHOICE_MODELS)}, with {LEAST_SEEDS} seeds or more"
        return audit.missing(name, f"Simulated in {n_runs}, which is too few: it takes {needed}.")
    what, one = SIMULATED[measure], _less_harmful(found, recommender, name)
    if one is None:
        return audit.missing(
            name, f"No change of {what} has one sign in all runs and beyond true taste: nothing is said."
        )
    beyond = (
        "beyond the change under true taste" if one.beyond_taste else "and no less beyond the change under true taste"
    )
    sentence = (
        f"How {what} changed from the first to the last round, {beyond}; the ends are the smallest and the largest of "
        f"{one.n_runs} runs."
    )
    return audit.measured(name, Interval(one.mean, one.low, one.high), sentence)


def _less_harmful(found: FilterBubble, recommender: str, name: str) -> Change | None:
    """Of a change and the same beyond true taste the one that is less harmful: what people's taste does as well is not
    the model's doing, and what does not happen at all is no harm. None where the two leave it open."""
    kept = [one for one in found.findings if (one.recommender, one.measure) == (recommender, HELD_TO[name])]
    sign = -1 if MEASURES[name].threshold.higher_is_better else 1
    best = min(kept, key=lambda one: sign * one.mean, default=None)
    return None if best is None or (len(kept) == 1 and sign * best.mean > 0) else best


def _picture(found: FilterBubble, measure: str) -> Picture:
    columns, what = found.curves(measure), SIMULATED[measure]
    curves = [_curve(columns, name) for name in found.recommenders]
    ends = ", ".join(f"{one.name} {one.y[0]:.2f} → {one.y[-1]:.2f}" for one in curves)
    title = f"{what[0].upper()}{what[1:]}, round by round"
    return Picture(title, f"First → last round, mean over all runs: {ends}.", "round", what, curves)


def _curve(columns: Mapping[str, Sequence[Any]], name: str) -> Curve:
    rows = [at for at, one in enumerate(columns["recommender"]) if one == name]
    x, y, low, high = (tuple(float(columns[column][at]) for at in rows) for column in ("round", "mean", "low", "high"))
    return Curve(name, x, y, low, high)
