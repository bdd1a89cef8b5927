"""Everything that the sections of a card are measured with: the model, its held-out ratings, its lists and options."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.audit.popularity import popularity_bias
from cofactor.audit.popularity_lists import AuditedUsers, ListSource, UserLists, all_lists
from cofactor.audit.popularity_report import PopularityBias
from cofactor.card.finding import Finding
from cofactor.card.measures import MEASURES, Thresholds, not_measured
from cofactor.data.attributes.categories import category_attribute
from cofactor.data.item_values import ItemValues
from cofactor.data.ratings import Ratings
from cofactor.errors import verb_of
from cofactor.evaluation.bootstrap import Interval, interval, resample
from cofactor.evaluation.metrics import ndcg
from cofactor.evaluation.statistic import BootstrapStatistic
from cofactor.recommender import Recommender

__all__ = ["LEAST_PEOPLE", "CardAudit", "absolute", "people_counted"]

LEAST_PEOPLE = 20  # for a light: resampled, a few people agree with themselves, and no interval says how few they are


@dataclass(frozen=True, eq=False, kw_only=True)
class CardAudit:
    """A fitted model, ratings that it has not seen, and how it is measured.

    model: the one that is measured     whole: the ratings that the card's model has learned from
    lists: options of `recommend` by which lists are made     fingerprint: of the model that the card is of
    how: what it is measured on, in words     quick: smaller samples, and nothing that needs many fits
    item_values: a second objective, None where none was given
    holds_nobody: it was saved without people, and those of the test have brought their ratings along
    """

    model: Recommender
    whole: Ratings
    test: Ratings
    fingerprint: str
    how: str
    lists: Mapping[str, Any]
    k: int
    confidence: float
    n_bootstrap: int
    seed: int
    thresholds: Thresholds
    quick: bool
    holds_nobody: bool = False
    item_values: ItemValues | None = None

    @cached_property
    def users(self) -> AuditedUsers:
        """The people of the test who have training ratings."""
        return AuditedUsers.of(self.model.ratings, self.test, None)

    @cached_property
    def n_judging(self) -> int:
        """How many of them liked something that was held out: accuracy is of these alone."""
        return int(np.count_nonzero(self.users.held.n_relevant > 0))

    @property
    def people(self) -> str:
        """How many people figures are of, in words."""
        n, n_out = self.users.held.n_users, self.users.n_left_out
        out = f"; {n_out:,} more, of whom it knows no rating, {verb_of(n_out, 'are')} left out" if n_out else ""
        return f"{people_counted(n)}, {self.n_judging:,} of whom liked something of it{out}"

    @cached_property
    def lists_by_source(self) -> dict[ListSource, UserLists]:
        """The model's lists and those of the controls, for the same people."""
        found = all_lists(self.model, self.users, self.k, self.seed, self.lists)
        return {one.source: one for one in found}

    @cached_property
    def bias(self) -> PopularityBias:
        """The audit of popularity of these lists."""
        return popularity_bias(
            self.model, self.test, k=self.k, attribute=category_attribute(self.whole), confidence=self.confidence,
            n_bootstrap=self.n_bootstrap, seed=self.seed, list_options=self.lists,
        )  # fmt: skip

    def ndcg_of(self, source: ListSource) -> FloatArray:
        """(n_users,) the nDCG of each list; nan for people without anything relevant in the test."""
        return self.ndcg_of_items(self.lists_by_source[source].items)

    def ndcg_of_items(self, items: IntArray) -> FloatArray:
        """(n_users,) the same of any lists for these people. items: (n_users, k), -1 behind a list's end"""
        lists, held = UserLists("model", items, unrated=True), self.users.held
        return ndcg(lists.hits(held), held.n_relevant)

    def interval(self, statistic: BootstrapStatistic) -> Interval:
        """A statistic over the people, with its interval by resampling them."""
        samples = resample({"": statistic}, self.n_bootstrap, self.seed)
        return interval(statistic, samples[""], self.confidence)

    def measured(self, name: str, found: Interval, sentence: str) -> Finding:
        """The finding of a measure that is held to a threshold."""
        threshold = self.thresholds.get(name, MEASURES[name].threshold)
        return Finding(
            name=name, title=MEASURES[name].title, sentence=sentence, value=found.value, low=found.low,
            high=found.high, unit=threshold.unit, threshold=threshold, fingerprint=self.fingerprint,
        )  # fmt: skip

    def told(self, name: str, title: str, found: Interval, sentence: str = "", *, percent: bool = False) -> Finding:
        """The finding of a value that is neither good nor bad."""
        unit = "%" if percent else ""
        sentence = sentence if found.value == found.value else "Nothing that was held out tells of it."
        return Finding(
            name=name, title=title, sentence=sentence, value=found.value, low=found.low, high=found.high, unit=unit,
            fingerprint=self.fingerprint,
        )  # fmt: skip

    def too_few(self, name: str, n_people: int, did: str) -> Finding:
        """The grey finding of a measure that only a few people could give. did: what these did, in words"""
        who = f"Only {people_counted(n_people)}" if n_people else "Nobody"
        return self.missing(name, f"{who} {did}: fewer than {LEAST_PEOPLE} tell too little of others.")

    def missing(self, name: str, why: str) -> Finding:
        """The grey finding of a measure that could not be taken."""
        return not_measured(name, why, self.thresholds)


def people_counted(n: int) -> str:
    """So many people, as a sentence says it.

    >>> people_counted(1), people_counted(2_000)
    ('1 person', '2,000 people')
    """
    return f"{n:,} {'person' if n == 1 else 'people'}"


def absolute(found: Interval) -> Interval:
    """The size of a signed value: from 0 where its interval holds 0.

    >>> absolute(Interval(-0.2, -0.3, 0.1))
    Interval(value=0.2, low=0.0, high=0.3)
    """
    ends = sorted(map(abs, (found.low, found.high)))
    low = 0.0 if found.low < 0 < found.high else ends[0]
    return (
        Interval(abs(found.value), low, ends[1]) if not np.isnan(found.low) else Interval(abs(found.value), *found[1:])
    )
