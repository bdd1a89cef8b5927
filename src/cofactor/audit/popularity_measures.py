"""What an audit of popularity measures of one set of lists: each measure as a statistic over the audited users."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import NamedTuple

import numpy as np

from cofactor.arrays import Array, BoolArray, FloatArray, IntArray
from cofactor.audit.attribute_shares import Calibration
from cofactor.audit.popularity_groups import TailCut, activity_strata, popularity_bands, tail_cuts, user_groups
from cofactor.audit.popularity_lists import AuditedUsers, UserLists
from cofactor.audit.popularity_metrics import (
    group_share,
    jensen_shannon,
    mean_popularity,
    popularity_lift,
    signed_parity,
)  # fmt: skip
from cofactor.audit.user_means import EVERYBODY, GAP, SAME_ACTIVITY, UserCells, mean_of_groups
from cofactor.evaluation.leave_one_out import coverage_without_each, gini_without_each
from cofactor.evaluation.metrics import coverage, exposure, gini, ndcg, recall
from cofactor.evaluation.statistic import BootstrapStatistic, JackknifeStatistic, Statistic, divided, mean_over_users

__all__ = ["Measure", "MeasuredUsers", "measures_of"]

ACCURACIES = {"ndcg": ndcg, "recall": recall}
N_BANDS = 3


class Measure(NamedTuple):
    """The name of a measure, and of which users or items it is.

    group: of users or items, or the difference of two     cut: between head and tail, "" where none is made
    stratum: of users by activity, "" where they are pooled
    """

    name: str
    group: str = EVERYBODY
    cut: str = ""
    stratum: str = ""


@dataclass(frozen=True, eq=False)
class MeasuredUsers:
    """The audited users with their groups, and the groups of items: all from training ratings.

    calibration: None where no attribute was named
    """

    audited: AuditedUsers
    calibration: Calibration | None

    @cached_property
    def cuts(self) -> tuple[TailCut, TailCut]:
        """The two divisions into head and tail."""
        return tail_cuts(self.audited.train.item_counts)

    @cached_property
    def profile_popularity(self) -> FloatArray:
        """(n_users,) the mean popularity of each profile."""
        return self.audited.profile_mean(self.audited.train.item_counts.astype(np.float64))

    @cached_property
    def cells(self) -> UserCells:
        """The users by taste, from blockbuster to niche, and by activity."""
        group = user_groups(self.audited.profile_mean(self.cuts[0].head))
        return UserCells(group, activity_strata(self.audited.profiles.counts))

    @cached_property
    def bands(self) -> IntArray:
        """(n_items,) head, middle and tail, as `popularity_bands` numbers them."""
        return popularity_bands(self.audited.train.item_counts)

    @cached_property
    def profile_bands(self) -> FloatArray:
        """(n_users, 3) shares of the bands in each profile."""
        return np.column_stack([self.audited.profile_mean(self.bands == band) for band in range(N_BANDS)])

    @cached_property
    def unliked(self) -> BoolArray:
        """(n_items,) True for items that nobody liked: without a training rating as high as a relevant one."""
        liked, least = self.audited.train.positives, self.audited.held.relevant_from
        rows = np.full(len(liked), True) if least is None else liked.values >= least
        return np.bincount(liked.item_idx[rows], minlength=liked.n_items) == 0


def measures_of(lists: UserLists, users: MeasuredUsers) -> dict[Measure, Statistic]:
    """Every measure of these lists, in the order in which they are shown."""
    parts = [_of_popularity(lists, users), _of_exposure(lists, users), _of_parity(lists, users)]
    if users.calibration is not None:
        parts.append(_of_calibration(lists, users, users.calibration))
    if lists.unrated:  # rated items are relevant to nobody
        parts.append(_of_accuracy(lists, users))
    return dict(chain.from_iterable(parts))


Measured = Iterator[tuple[Measure, Statistic]]


def _of_popularity(lists: UserLists, users: MeasuredUsers) -> Measured:
    popularity = mean_popularity(lists.items, users.audited.train.item_counts)
    yield Measure("average popularity"), mean_over_users(popularity)
    for cell in users.cells.cells():
        lift = _lift(popularity, users.profile_popularity, cell.members)
        yield Measure("popularity lift", cell.group, stratum=cell.stratum), lift
    for cut in users.cuts:
        yield Measure("long-tail share", cut=cut.name), mean_over_users(group_share(lists.items, ~cut.head))
    yield Measure("unliked share"), mean_over_users(group_share(lists.items, users.unliked))
    deviation = jensen_shannon(users.profile_bands, _bands_of_lists(lists.items, users.bands))
    yield Measure("popularity deviation", "mean of groups"), mean_of_groups(deviation, users.cells.group)
    yield from _by_users("popularity deviation", deviation, users)


def _lift(popularity: FloatArray, profile: FloatArray, members: BoolArray) -> Statistic:
    counted = members & ~np.isnan(popularity)
    sums = np.column_stack([counted, *(np.where(counted, one, 0) for one in (popularity, profile))])
    return BootstrapStatistic(sums.astype(np.float64), lambda sums: popularity_lift(sums[..., 1], sums[..., 2]))


def _bands_of_lists(items: IntArray, bands: IntArray) -> FloatArray:
    return np.column_stack([group_share(items, bands == band) for band in range(N_BANDS)])


def _by_users(name: str, values: FloatArray, users: MeasuredUsers) -> Measured:
    """Means over all users and each group, pooled and by activity, and the gaps between the ends of taste."""
    for cell in users.cells.cells():
        yield Measure(name, cell.group, stratum=cell.stratum), mean_over_users(np.where(cell.members, values, np.nan))
    for stratum in ("", SAME_ACTIVITY):
        yield Measure(name, GAP, stratum=stratum), users.cells.gap(values, same_activity=bool(stratum))


def _of_exposure(lists: UserLists, users: MeasuredUsers) -> Measured:
    items, exposed = lists.items, exposure(lists.items, users.audited.train.n_items)
    yield Measure("gini"), JackknifeStatistic.of(gini(exposed), gini_without_each(items, exposed))
    yield Measure("coverage"), JackknifeStatistic.of(coverage(exposed), coverage_without_each(items, exposed))


def _of_parity(lists: UserLists, users: MeasuredUsers) -> Measured:
    for cut in users.cuts:
        shown = [_listed(lists.items, group) for group in (cut.head, ~cut.head)]
        candidates = [_n_candidates(lists, users.audited, group) for group in (cut.head, ~cut.head)]
        yield Measure("PopRSP", "head - tail", cut.name), _parity(shown, candidates)
    if lists.unrated:
        for cut in users.cuts:
            hits, relevant = (
                [one(lists, users.audited, group) for group in (cut.head, ~cut.head)] for one in (_n_hits, _n_relevant)
            )
            yield Measure("PopREO", "head - tail", cut.name), _parity(hits, relevant)


def _listed(items: IntArray, in_group: BoolArray) -> IntArray:
    """(n_users,) the number of items of the group in each list."""
    return np.where(items >= 0, in_group[items], False).sum(axis=1)


def _n_candidates(lists: UserLists, users: AuditedUsers, in_group: BoolArray) -> FloatArray:
    """(n_users,) the number of items of the group that could be in each list."""
    in_profile = users.profile_sum(in_group)
    return np.count_nonzero(in_group) - in_profile if lists.unrated else in_profile


def _n_hits(lists: UserLists, users: AuditedUsers, in_group: BoolArray) -> IntArray:
    return _hits_in(lists, users, in_group).sum(axis=1)


def _n_relevant(_: UserLists, users: AuditedUsers, in_group: BoolArray) -> IntArray:
    """(n_users,) the number of relevant items of the group; one that the model does not know is in no group."""
    relevant = users.held.relevant
    inside = np.append(in_group, False)[relevant.items]  # the index of an unknown item is -1
    return np.bincount(relevant.user, inside, minlength=users.held.n_users).astype(np.int64)


def _hits_in(lists: UserLists, users: AuditedUsers, in_group: BoolArray) -> BoolArray:
    return lists.hits(users.held) & in_group[lists.items]


def _parity(parts: list[Array], wholes: list[Array]) -> Statistic:
    """The signed parity of two rates, of head and tail: each a sum over all users divided by another."""
    sums = np.column_stack([np.ones(len(parts[0])), *parts, *wholes]).astype(np.float64)
    return BootstrapStatistic(sums, _parity_of_totals)


def _parity_of_totals(totals: FloatArray) -> FloatArray:
    rates = divided(totals[..., 1:3], totals[..., 3:5])
    return signed_parity(rates[..., 0], rates[..., 1])


def _of_calibration(lists: UserLists, users: MeasuredUsers, calibration: Calibration) -> Measured:
    floor = calibration.floor
    values = calibration.of_lists(lists.items) if lists.unrated else floor
    yield from _by_users("miscalibration", values, users)
    if lists.unrated:
        yield Measure("miscalibration above own taste"), mean_over_users(values - floor)


def _of_accuracy(lists: UserLists, users: MeasuredUsers) -> Measured:
    for name, metric in ACCURACIES.items():
        yield from _by_users(name, metric(lists.hits(users.audited.held), users.audited.held.n_relevant), users)
        for cut in users.cuts:
            for group, members in (("head", cut.head), ("tail", ~cut.head)):
                of_group = _hits_in(lists, users.audited, members), _n_relevant(lists, users.audited, members)
                yield Measure(name, group, cut.name), mean_over_users(metric(*of_group))
