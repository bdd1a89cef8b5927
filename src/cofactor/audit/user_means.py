"""Means over groups of users, pooled and by activity, and how far the two ends of taste lie apart.

Blockbuster and niche users differ in activity, too. So a difference between them is also averaged over strata of
activity, and where the two disagree the pooled one tells of activity (Simpson's paradox).
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from cofactor.arrays import BoolArray, FloatArray, IntArray
from cofactor.audit.popularity_groups import ACTIVITIES, USER_GROUPS
from cofactor.evaluation.bootstrap import Interval
from cofactor.evaluation.statistic import BootstrapStatistic, divided

__all__ = [
    "EVERYBODY", "GAP", "SAME_ACTIVITY", "UserCell", "UserCells", "gap_of_totals", "mean_of_groups", "reversal_notes",
]  # fmt: skip

EVERYBODY, GAP = "all", "blockbuster - niche"
SAME_ACTIVITY = "same activity"  # a gap averaged over the strata of activity, each weighing as many users as it has
ENDS = "niche", "blockbuster"


class UserCell(NamedTuple):
    """Some of the users. group: of `USER_GROUPS`, or all     stratum: of `ACTIVITIES`, or "" for all of them"""

    group: str
    stratum: str
    members: BoolArray  # (n_users,)


class UserCells(NamedTuple):
    """The users by taste and activity. group, stratum: (n_users,) places in `USER_GROUPS` and `ACTIVITIES`"""

    group: IntArray
    stratum: IntArray

    def cells(self) -> Iterator[UserCell]:
        """Everybody and each group, pooled and then in each stratum."""
        for stratum in ("", *ACTIVITIES):
            inside = np.ones(len(self.group), bool) if not stratum else self.stratum == ACTIVITIES.index(stratum)
            yield UserCell(EVERYBODY, stratum, inside)
            for place, group in enumerate(USER_GROUPS):
                yield UserCell(group, stratum, inside & (self.group == place))

    def gap(self, values: FloatArray, *, same_activity: bool) -> BootstrapStatistic:
        """The mean of blockbuster users minus that of niche users, nan left out.

        values: (n_users,)     same_activity: of users in one stratum of activity, averaged over the strata
        """
        counted = ~np.isnan(values)
        strata = [counted & (self.stratum == place) for place in range(len(ACTIVITIES))] if same_activity else [counted]
        ends = [self.group == USER_GROUPS.index(name) for name in ENDS]
        cells = [members & stratum for stratum in strata for members in ends]
        columns = [column for cell in cells for column in (cell, np.where(cell, values, 0))]
        sums = np.column_stack([counted & (ends[0] | ends[1]), *strata, *columns]).astype(np.float64)
        return BootstrapStatistic(sums, gap_of_totals)


def reversal_notes(name: str, pooled: Interval, alike: Interval) -> list[str]:
    """A sentence where the gap in a measure changes its sign among users of like activity; none where it does not.

    pooled, alike: the gap of all users, and among those of one stratum of activity
    """
    if not pooled.value * alike.value < 0:
        return []
    clear = all(one.low * one.high > 0 for one in (pooled, alike))
    doubt = "both intervals leave 0 out" if clear else "but an interval holds 0, so it may be chance"
    return [
        f"REVERSAL: {name}, {GAP}, is {pooled.value:+.4f} pooled and {alike.value:+.4f} among users of like activity; "
        f"{doubt}."
    ]


def gap_of_totals(totals: FloatArray) -> FloatArray:
    """(...) the gap, from the totals (..., 1 + 5 s) of s strata: the users counted, a weight for each stratum, and of
    each stratum the number of niche users and the sum of their values, then of blockbuster users.

    >>> gap_of_totals(np.array([4.0, 5.0, 2.0, 2.0, 2.0, 6.0])).tolist()
    2.0
    """
    n_strata = (totals.shape[-1] - 1) // 5
    means = totals[..., 1 + n_strata :].reshape(*totals.shape[:-1], n_strata, 2, 2)
    means = divided(means[..., 1], means[..., 0])
    gaps = means[..., 1] - means[..., 0]
    weights = np.where(np.isnan(gaps), 0, totals[..., 1 : 1 + n_strata])  # one group alone compares nothing
    return divided(np.where(np.isnan(gaps), 0, gaps * weights).sum(axis=-1), weights.sum(axis=-1))


def mean_of_groups(values: FloatArray, group: IntArray) -> BootstrapStatistic:
    """The mean over groups of the mean over their users: a small group counts as much as a large one.

    values: (n_users,), nan left out     group: (n_users,) places in `USER_GROUPS`
    """
    counted = ~np.isnan(values)
    members = [counted & (group == place) for place in range(len(USER_GROUPS))]
    sums = [counted, *members, *(np.where(one, values, 0) for one in members)]
    return BootstrapStatistic(np.column_stack(sums).astype(np.float64), _mean_of_means)


def _mean_of_means(totals: FloatArray) -> FloatArray:
    counts, sums = np.split(totals[..., 1:], 2, axis=-1)
    means = divided(sums, counts)
    there = ~np.isnan(means)
    return divided(np.where(there, means, 0).sum(axis=-1), there.sum(axis=-1))
