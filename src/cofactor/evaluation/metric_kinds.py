"""The kinds of metrics: the arguments of a function of each kind, and the statistic that is computed with it."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Literal, TypeAlias

import numpy as np

from cofactor.arrays import Array, BoolArray, FloatArray, IntArray
from cofactor.evaluation.expected_metrics import TiedGains, TiedHits
from cofactor.evaluation.held_out import HeldOut
from cofactor.evaluation.lists import Lists
from cofactor.evaluation.metrics import exposure
from cofactor.evaluation.statistic import BootstrapStatistic, JackknifeStatistic, Statistic, mean_over_users
from cofactor.evaluation.tied_exposure import Shown

__all__ = [
    "Better", "ExposureMetric", "GainMetric", "HitMetric", "ListMetric", "NoveltyMetric", "RankMetric", "RatingMetric",
]  # fmt: skip

Better: TypeAlias = Literal["lower", "higher", ""]  # "": the metric only describes


@dataclass(frozen=True)
class RatingMetric:
    """A metric of predicted ratings, computed from sums over the ratings of each user.

    function: predictions and ratings, (n,) each -> the value
    terms: predictions and ratings -> the columns, (n,) each, that are summed
    of_totals: (..., 1 + n_terms) the number of ratings and the sums of the terms -> (...) values of `function`
    """

    function: Callable[[FloatArray, FloatArray], float]
    terms: Callable[[Array, Array], list[Array]]
    of_totals: Callable[[FloatArray], FloatArray]
    better: Better
    has_cutoff: ClassVar[bool] = False

    def statistic(self, predicted: FloatArray, held: HeldOut) -> BootstrapStatistic:
        """predicted: (n,) for each rating that is held out."""
        actual = held.test.values.astype(np.float64)
        columns = [np.ones(len(actual)), *self.terms(predicted, actual)]
        sums = [np.bincount(held.user, column, minlength=held.n_users) for column in columns]
        return BootstrapStatistic(np.column_stack(sums).astype(np.float64), self.of_totals)


class ListMetric(ABC):
    """A metric of the users' lists. It is left out of a test without anything relevant, unless it only describes."""

    better: ClassVar[Better] = "higher"
    has_cutoff: ClassVar[bool] = True

    @abstractmethod
    def statistic(self, lists: Lists, held: HeldOut, k: int | None) -> Statistic:
        """The statistic of these lists, of which the first k ranks count; k is None for a metric without a cut-off."""


@dataclass(frozen=True)
class HitMetric(ListMetric):
    """A metric of binary relevance.

    function: hits (n_users, k) and n_relevant (n_users,) -> (n_users,)
    expected: of lists with equal scores, the mean over their orders. None: the function is linear in the hits, so that
    it gives the mean where it is given the probabilities of hits
    """

    function: Callable[[BoolArray, IntArray], FloatArray]
    expected: Callable[[TiedHits, IntArray], FloatArray] | None = None

    def statistic(self, lists: Lists, held: HeldOut, k: int | None) -> Statistic:
        values, ties = self.function(lists.hits[:, :k], lists.n_relevant), lists.ties.within(k)
        if len(ties.rows):
            n_relevant = lists.n_relevant[ties.rows]
            values[ties.rows] = self.expected_values(ties.hits, n_relevant)
        return mean_over_users(values)

    def expected_values(self, hits: TiedHits, n_relevant: IntArray) -> FloatArray:
        """(u,) the mean over all orders of tied items, of u lists."""
        if self.expected is None:
            of_probabilities: Callable[[Array, IntArray], FloatArray] = self.function
            return of_probabilities(hits.expected, n_relevant)
        return self.expected(hits, n_relevant)


@dataclass(frozen=True)
class GainMetric(ListMetric):
    """A metric of graded relevance.

    function: gains and ideal gains, (n_users, k) each -> (n_users,)
    expected: as in `HitMetric`, of expected gains
    """

    function: Callable[[FloatArray, FloatArray], FloatArray]
    expected: Callable[[TiedGains, FloatArray], FloatArray] | None = None

    def statistic(self, lists: Lists, held: HeldOut, k: int | None) -> Statistic:
        ideal, ties = lists.ideal_gains[:, :k], lists.ties.within(k)
        values = self.function(lists.gains[:, :k], ideal)
        if len(ties.rows):
            values[ties.rows] = self.expected_values(ties.gains, ideal[ties.rows])
        return mean_over_users(values)

    def expected_values(self, gains: TiedGains, ideal: FloatArray) -> FloatArray:
        """(u,) the mean over all orders of tied items, of u lists."""
        return self.function(gains.expected, ideal) if self.expected is None else self.expected(gains, ideal)


@dataclass(frozen=True)
class RankMetric(ListMetric):
    """A metric of the ranks that relevant items have in the whole catalogue.

    function: above, equal, user (n_relevant,) and n_candidates (n_users,), as in `metrics.auc` -> (n_users,)
    """

    function: Callable[[IntArray, IntArray, IntArray, IntArray], FloatArray]
    has_cutoff: ClassVar[bool] = False

    def statistic(self, lists: Lists, held: HeldOut, k: int | None) -> Statistic:
        assert lists.rank_counts is not None, "rank_catalogue(count_ranks=True) makes them"
        return mean_over_users(self.function(*lists.rank_counts, lists.n_candidates))


@dataclass(frozen=True)
class NoveltyMetric(ListMetric):
    """A description of lists by the number of users who know their items.

    function: items (n_users, k), item_counts (n_items,), n_users -> (n_users,)
    expected: of the lists whose end cuts a group of equal scores, the mean over all orders of the tied
    """

    function: Callable[[IntArray, IntArray, int], FloatArray]
    expected: Callable[[Shown, IntArray, int], FloatArray]
    better: ClassVar[Better] = ""

    def statistic(self, lists: Lists, held: HeldOut, k: int | None) -> Statistic:
        items, counts = lists.items[:, :k], held.train.item_counts
        n_users = int(np.count_nonzero(held.train.user_counts))
        values, cut = self.function(items, counts, n_users), lists.ties.cut(k, lists.items)
        if len(cut.rows):
            values[cut.rows] = self.expected(Shown.of(items, cut, held.train.n_items), counts, n_users)
        return mean_over_users(values)


@dataclass(frozen=True)
class ExposureMetric(ListMetric):
    """A description of all lists together by how often each item is in one.

    function: (n_items,) counts -> the value     without_each: items (n_users, k), counts -> (n_users,) values
    that each user's absence leaves, for the jackknife
    expected, expected_without_each: of what lists show whose end cuts a group of equal scores -> the same
    """

    function: Callable[[IntArray], float]
    without_each: Callable[[IntArray, IntArray], FloatArray]
    expected: Callable[[Shown], float]
    expected_without_each: Callable[[Shown], FloatArray]
    better: ClassVar[Better] = ""

    def statistic(self, lists: Lists, held: HeldOut, k: int | None) -> Statistic:
        items, cut = lists.items[:, :k], lists.ties.cut(k, lists.items)
        if len(cut.rows):
            shown = Shown.of(items, cut, held.train.n_items)
            return JackknifeStatistic.of(self.expected(shown), self.expected_without_each(shown))
        exposed = exposure(items, held.train.n_items)
        return JackknifeStatistic.of(self.function(exposed), self.without_each(items, exposed))
