"""What lists show where equal scores cross their end: every item of such a group is shown with the same probability.

A list of k whose last group begins behind a items and has g candidates shows each of these with (k - a) / g. The
probabilities of two users are independent.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.evaluation import metrics
from cofactor.evaluation.statistic import divided
from cofactor.evaluation.ties import CutGroups
from cofactor.selection.exact import blocks

__all__ = ["Shown", "coverage", "coverage_without_each", "gini", "gini_without_each", "novelty"]


@dataclass(frozen=True, eq=False)
class Shown:
    """The items on n_users lists of k.

    certain: (n_users, k) those that are on a list in any order of the tied, -1 in the places of a group that is cut
    cut: the groups that are     n_items: of the catalogue
    """

    certain: IntArray
    cut: CutGroups
    n_items: int

    @classmethod
    def of(cls, items: IntArray, cut: CutGroups, n_items: int) -> "Shown":
        """items: (n_users, k) the lists"""
        certain = items.copy()
        certain[cut.rows] = np.where(np.arange(items.shape[1]) < cut.start[:, None], certain[cut.rows], -1)
        return cls(certain, cut, n_items)

    def members(self) -> Iterator[tuple[IntArray, IntArray]]:
        """Which of the cut groups, and an item of it, (m,) each, for all items of some groups after others."""
        for at in blocks(len(self.cut.rows), self.n_items):
            group, item = np.nonzero(self.cut.members(at, self.n_items))
            yield group + at.start, item

    def sum_of_groups(self, of_items: FloatArray) -> FloatArray:
        """(c,) the sum over the items of each cut group. of_items: (n_items,)"""
        total = np.zeros(len(self.cut.rows))
        for group, item in self.members():
            total += np.bincount(group, of_items[item], minlength=len(total))
        return total

    def sum_of_items(self, of_groups: FloatArray) -> FloatArray:
        """(n_items,) the sum over the cut groups that each item is in. of_groups: (c,)"""
        total = np.zeros(self.n_items)
        for group, item in self.members():
            total += np.bincount(item, of_groups[group], minlength=self.n_items)
        return total

    @cached_property
    def exposed(self) -> FloatArray:
        """(n_items,) the expected number of lists that hold each item."""
        return metrics.exposure(self.certain, self.n_items) + self.sum_of_items(self.cut.share)

    @cached_property
    def missed(self) -> FloatArray:
        """(n_items,) the probability that no list with a cut group holds an item in one of its places."""
        return np.exp(self.sum_of_items(np.log1p(-self.cut.share)))


def novelty(shown: Shown, item_counts: IntArray, n_users: int) -> FloatArray:
    """(c,) the mean novelty of the lists with a cut group, over all orders of the tied."""
    bits = np.log2(n_users / np.maximum(item_counts, 1))
    certain = shown.certain[shown.cut.rows]
    total = np.where(certain >= 0, bits[certain], 0).sum(axis=1) + shown.cut.share * shown.sum_of_groups(bits)
    return total / certain.shape[1]


def coverage(shown: Shown) -> float:
    """The expected share of the catalogue that at least one list holds."""
    alone = metrics.exposure(shown.certain, shown.n_items) > 0
    return float(np.mean(np.where(alone, 1, 1 - shown.missed)))


def coverage_without_each(shown: Shown) -> FloatArray:
    """(n_users,) the expected coverage of the others' lists."""
    certain, cut = metrics.exposure(shown.certain, shown.n_items), shown.cut
    lost = np.where((shown.certain >= 0) & (certain[shown.certain] == 1), shown.missed[shown.certain], 0).sum(axis=1)
    chance = np.where(certain > 0, 0, shown.missed)
    lost[cut.rows] += cut.share / (1 - cut.share) * shown.sum_of_groups(chance)
    return coverage(shown) - lost / shown.n_items


def gini(shown: Shown) -> float:
    """The Gini index of the expected exposure."""
    return metrics.gini(shown.exposed)


def gini_without_each(shown: Shown) -> FloatArray:
    """(n_users,) that of the others' lists, to first order: as if no item passed another by one list less."""
    n, exposed, cut = shown.n_items, shown.exposed, shown.cut
    weight = 2.0 * np.searchsorted(np.sort(exposed), exposed, "left") - n + 1
    there = shown.certain >= 0
    taken, length = np.where(there, weight[shown.certain], 0).sum(axis=1), there.sum(axis=1)
    taken[cut.rows] += cut.share * shown.sum_of_groups(weight)
    length[cut.rows] = shown.certain.shape[1]
    return divided(gini(shown) * n * exposed.sum() - taken, n * (exposed.sum() - length))
