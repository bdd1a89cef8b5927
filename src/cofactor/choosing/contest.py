"""Models tried on the same held-out part of the training ratings, one after the other, within a time."""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from cofactor.data.ratings import Ratings
from cofactor.data.splits.splitting import split
from cofactor.errors import CofactorError
from cofactor.evaluation.metric_table import better, is_of_ratings
from cofactor.evaluation.monitoring import measure
from cofactor.evaluation.statistic import BootstrapStatistic, Statistic
from cofactor.kernels.compiling.machine_code import seconds_compiling
from cofactor.log import info
from cofactor.models._with_members import WithMembers, as_member
from cofactor.recommender import Recommender
from cofactor.run.run import Run
from cofactor.sheet import format_number

__all__ = ["Contest", "Entry", "working_seconds"]

HELD_OUT_SHARE = 0.2  # of each user's ratings
MAX_USERS = 2_000  # whose lists are measured: a difference of two per cent shows on so many
MIN_EXPECTED = 0.5  # seconds; shorter ones tell little of how slow a machine is
N_ERRORS = 2.0  # standard errors by which lists have to be ahead of the simplest ones
MIN_LISTS = 30  # from which standard errors tell anything
FINAL_FIT = 1.25  # seconds of a fit on all ratings, for each second of one on four fifths of them


@dataclass(frozen=True)
class Entry:
    """A model that was tried: what it reached on the held-out part, and how long it took.

    fitted: on the other part; None where it could not be fitted     value: by the metric of its kind, lists or ratings
    """

    label: str
    model: Recommender  # not fitted; to be fitted on all ratings where it is chosen
    fitted: Recommender | None
    metric: str
    value: float
    fit_seconds: float
    seconds: float  # of measuring, too
    expected_seconds: float = 0.0  # 0: nobody expected any
    longer: float = 1.0  # how many times as long the fit on all ratings may be, its size left out
    statistic: Statistic | None = field(default=None, repr=False, compare=False)  # whose value it is
    members: tuple["Entry", ...] = ()  # what it is made of
    failure: str = ""


@dataclass
class Contest:
    """Entries on one table, whose time is counted from the beginning, without what is spent on compiling kernels.

    metric: of lists, such as "ndcg@10"; models of ratings are measured by RMSE
    """

    train: Ratings
    metric: str
    seconds: float
    seed: int = 0
    after_entry: Callable[[Entry], None] = field(default=lambda _: None)
    entries: list[Entry] = field(default_factory=list[Entry])

    def __post_init__(self) -> None:
        self._began = working_seconds()
        self.part, self.rest = split(self.train, HELD_OUT_SHARE, by="user", seed=self.seed)
        self._lists_of = measure(self.metric, _some_users(self.rest, self.seed))
        self._error_of = measure("rmse", self.rest) if self.train.explicit else None

    @property
    def seconds_left(self) -> float:
        """The time that is left, in seconds, when the best entries have been fitted on all ratings."""
        leaders = [one for one in (self.best(), self.best(of_ratings=True)) if one]
        final = FINAL_FIT * sum(one.longer * one.fit_seconds for one in leaders)
        return self.seconds - final - (working_seconds() - self._began)

    def has_time_for(self, expected_seconds: float) -> bool:
        """True where a model that takes so long can be tried, and fitted again if it is the best."""
        return (1 + FINAL_FIT) * expected_seconds * self._slowness < self.seconds_left

    @property
    def _slowness(self) -> float:
        """By how much entries took longer than expected, at the most; 1 before any came."""
        ratios = [one.seconds / one.expected_seconds for one in self.entries if one.expected_seconds > MIN_EXPECTED]
        return max(ratios, default=1.0)

    def enter(
        self, label: str, model: Recommender, *, of_ratings: bool = False, expected_seconds: float = 0.0,
        longer: float = 1.0,
    ) -> Entry:  # fmt: skip
        """Fit a copy of the model on the one part and measure it on the other. Ctrl-C raises `KeyboardInterrupt`."""
        began, metric = working_seconds(), "rmse" if of_ratings else self.metric
        fitted = as_member(model)
        try:
            fitted.learn(self.part, run := Run(progress=False))
        except CofactorError as error:
            seconds = working_seconds() - began
            return self._added(Entry(label, model, None, metric, math.nan, seconds, seconds, failure=str(error)))
        if run.stopped:
            raise KeyboardInterrupt
        fit_seconds = working_seconds() - began
        found = self._measured(fitted, of_ratings)
        seconds = working_seconds() - began
        entry = Entry(label, model, fitted, metric, found.value, fit_seconds, seconds, expected_seconds, longer, found)
        return self._added(entry)

    def enter_made_of(self, label: str, model: WithMembers, members: Sequence[Entry]) -> Entry:
        """Measure a model made of entries, which are fitted to this contest's part already."""
        began, parts = working_seconds(), [one.fitted for one in members if one.fitted]
        fitted: WithMembers = type(model)(**model.options()).of_fitted(*parts)
        found, fit_seconds = self._measured(fitted, False), sum(one.fit_seconds for one in members)
        seconds = working_seconds() - began
        entry = Entry(label, model, fitted, self.metric, found.value, fit_seconds, seconds, statistic=found)
        return self._added(replace(entry, members=tuple(members)))

    def ranked(self, *, of_ratings: bool = False) -> list[Entry]:
        """The entries that were measured, of one kind, the best first; the earlier one of two that are equal.

        Lists that are weighed by a rater count only as long as none is better than that: one rater is taken.
        """
        sign = -1 if of_ratings or better(self.metric) == "lower" else 1
        tried = [one for one in self.entries if one.fitted and is_of_ratings(one.metric) == of_ratings]
        if not of_ratings:
            rater = self.best(of_ratings=True)
            tried = [one for one in tried if all(of is rater for of in one.members if is_of_ratings(of.metric))]
        return sorted(tried, key=lambda one: -sign * one.value)

    def best(self, *, of_ratings: bool = False) -> Entry | None:
        """The entry that is ahead, of one kind; None before there is any.

        Of lists the first one that was entered, the simplest, unless it is ahead of that for sure.
        """
        ahead = next(iter(self.ranked(of_ratings=of_ratings)), None)
        first = next((one for one in self.entries if one.fitted and one.metric == self.metric), None)
        if of_ratings or not ahead or not first or _is_surely_ahead(ahead, first):
            return ahead
        return first

    def named(self, label: str) -> Entry | None:
        """The entry of this label, if it was measured."""
        return next((one for one in self.entries if one.label == label and one.fitted), None)

    def both(self, *labels: str) -> list[Entry]:
        """The entries of these labels; none of them where one was not measured."""
        found = [one for one in map(self.named, labels) if one]
        return found if len(found) == len(labels) else []

    def _measured(self, fitted: Recommender, of_ratings: bool) -> Statistic:
        statistic_of = self._error_of if of_ratings else self._lists_of
        assert statistic_of is not None  # a model of ratings enters only where there are some
        return statistic_of(fitted)

    def _added(self, entry: Entry) -> Entry:
        self.entries.append(entry)
        value, why = format_number(entry.value), f": {entry.failure}" if entry.failure else ""
        info("tried %s: %s %s in %.3f s%s", entry.label, entry.metric, value, entry.seconds, why)
        self.after_entry(entry)
        return entry


def working_seconds() -> float:
    """The time of a clock that stands still while kernels are compiled, which is done once and tells nothing."""
    return time.monotonic() - seconds_compiling()


def _is_surely_ahead(one: Entry, other: Entry) -> bool:
    """True where the mean difference over `MIN_LISTS` users or more is above `N_ERRORS` of its standard errors."""
    if not isinstance(one.statistic, BootstrapStatistic) or not isinstance(other.statistic, BootstrapStatistic):
        return one is not other
    counted = one.statistic.sums[:, 0] > 0
    lead = (one.statistic.sums - other.statistic.sums)[counted, 1]
    return len(lead) >= MIN_LISTS and bool(lead.mean() > N_ERRORS * lead.std() / np.sqrt(len(lead)))


def _some_users(rest: Ratings, seed: int) -> Ratings:
    users = np.flatnonzero(rest.user_counts)
    if len(users) <= MAX_USERS:
        return rest
    chosen = np.zeros(rest.n_users, bool)
    chosen[np.random.default_rng(seed).permutation(users)[:MAX_USERS]] = True
    return rest.subset(chosen[rest.user_idx])
