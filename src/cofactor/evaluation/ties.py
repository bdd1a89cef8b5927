"""The lists of a test's users in which items have equal scores, and how many candidates share these scores.

A list has such items in catalogue order, which says nothing of the model: metrics look at all orders of them
(`expected_metrics.py`). A group that crosses the list's end is counted among all candidates of its user, from their
scores of the whole catalogue, which are computed once more for these users alone.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cofactor.arrays import BoolArray, FloatArray, IntArray
from cofactor.evaluation.expected_metrics import TiedGains, TiedHits, reading_on
from cofactor.evaluation.held_out import HeldOut, RelevantItems
from cofactor.kernels.ranking.lists import SeenItems
from cofactor.kernels.ranking.top_scores import top_scores
from cofactor.recommender import Recommender
from cofactor.selection.exact import blocks
from cofactor.selection.ties import tie_groups

__all__ = ["NOTHING_CROSSES", "CrossingGroups", "CutGroups", "Ties", "crossing_groups", "find_ties"]


class CrossingGroups(NamedTuple):
    """The groups of equal scores that cross the end of a list.

    rows: (c,) rows of the lists     size: (c,) candidates in the group
    members: (c, ⌈n_items / 8⌉) uint8, which items these are, as `np.packbits` packs them
    """

    rows: IntArray
    size: IntArray
    members: NDArray[np.uint8]

    def relevant(self, relevant: RelevantItems) -> tuple[IntArray, IntArray]:
        """(m,) each of the relevant items in a group: which of the c groups, and its place in `relevant`."""
        counts = np.diff(relevant.indptr)[self.rows]
        group = np.repeat(np.arange(len(self.rows)), counts)
        at = np.arange(len(group)) + np.repeat(relevant.indptr[self.rows] - np.cumsum(counts) + counts, counts)
        items = relevant.items[at]
        inside = (items >= 0) & (self.members[group, items // 8] >> (7 - items % 8) & 1 > 0)
        return group[inside], at[inside]


@dataclass(frozen=True, eq=False)
class CutGroups:
    """The groups of equal scores that are cut by the end of c lists of k.

    rows: (c,) rows of the lists     start: (c,) items before the group     size: (c,) candidates in it
    share: (c,) the probability that one of these is on the list
    items: (c, n) longer lists     crossing: the groups that not even these hold
    """

    rows: IntArray
    start: IntArray
    size: IntArray
    share: FloatArray
    items: IntArray
    crossing: CrossingGroups

    def members(self, at: slice, n_items: int) -> BoolArray:
        """(b, n_items) which items are in these groups."""
        items, start, end = self.items[at], self.start[at], self.start[at] + self.size[at]
        members = np.zeros((len(items), n_items), bool)
        place = np.arange(items.shape[1])
        row, listed = np.nonzero((place >= start[:, None]) & (place < end[:, None]))
        members[row, items[row, listed]] = True
        behind = np.flatnonzero(end > items.shape[1])
        packed = self.crossing.members[np.searchsorted(self.crossing.rows, self.rows[at][behind])]
        members[behind] = np.unpackbits(packed, axis=1, count=n_items)
        return members


NOTHING_CROSSES = CrossingGroups(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros((0, 0), np.uint8))


@dataclass(frozen=True, eq=False)
class Ties:
    """The t lists with equal scores among their first n items, or between the last of them and the next.

    rows: (t,) rows of the lists     start: (t, n) the place, from 0, at which the group of each place begins
    size: (t, n) candidates in it, those behind the list's end among them
    list_of, start_of, gain_of: (m,) of each relevant item in a group: which of the t lists, the group's start, its gain
    crossing: the groups that cross the end of the lists of n
    """

    rows: IntArray
    start: IntArray
    size: IntArray
    list_of: IntArray
    start_of: IntArray
    gain_of: FloatArray
    crossing: CrossingGroups

    @classmethod
    def none(cls, n: int) -> "Ties":
        """Those of lists of n items in which no two scores are equal."""
        nothing, places = np.zeros(0, np.int64), np.zeros((0, n), np.int64)
        return cls(nothing, places, places, nothing, nothing, np.zeros(0), NOTHING_CROSSES)

    def within(self, k: int | None) -> "Ties":
        """Those whose first k items, or the k-th and the next, have equal scores."""
        kept = np.flatnonzero((self.size[:, :k] > 1).any(axis=1))
        number = np.full(len(self.rows), -1)
        number[kept] = np.arange(len(kept))
        start, size = self.start[kept, :k], self.size[kept, :k]
        inside = (number[self.list_of] >= 0) & (self.start_of < start.shape[1])
        list_of = number[self.list_of[inside]]
        of_items = list_of, self.start_of[inside], self.gain_of[inside]
        return Ties(self.rows[kept], start, size, *of_items, self.crossing)

    def cut(self, k: int | None, items: IntArray) -> CutGroups:
        """The groups that the end of lists of k cuts. items: (n_users, n) the lists"""
        start, size = (of[:, :k][:, -1] for of in (self.start, self.size))
        length = self.start[:, :k].shape[1]
        crosses = start + size > length
        start, size, rows = start[crosses], size[crosses], self.rows[crosses]
        return CutGroups(rows, start, size, (length - start) / size, items[rows], self.crossing)

    @property
    def hits(self) -> TiedHits:
        """The groups as metrics of binary relevance take them."""
        n_hits = self._summed(np.ones(len(self.list_of))).astype(np.int64)
        return TiedHits(np.arange(self.start.shape[1]) - self.start, self.size, n_hits)

    @property
    def gains(self) -> TiedGains:
        """The groups as metrics of graded relevance take them."""
        return TiedGains(self._summed(self.gain_of) / self.size, self._unsatisfied)

    @cached_property
    def _unsatisfied(self) -> FloatArray:
        k = self.start.shape[1]
        order = np.lexsort((self.gain_of, self._group_of))  # summed the same way, however items are numbered
        groups, group = np.unique(self._group_of[order], return_inverse=True)
        reading = reading_on(self.gain_of[order], group, self.size.ravel()[groups], k)
        which = np.full(self.start.size, -1)
        which[groups] = np.arange(len(groups))
        which = which[self._flat_start]  # -1 where nothing gains: everybody reads on
        offset = np.arange(k) - self.start
        passing = np.append(reading, np.ones((1, k + 1)), axis=0)
        return passing[which, offset + 1] / passing[which, offset]

    def _summed(self, of_items: FloatArray) -> FloatArray:
        """(t, n) the sum over the relevant items of each place's group, in ascending order of what is summed."""
        order = np.argsort(of_items, kind="stable")
        sums = np.zeros(self.start.size)
        np.add.at(sums, self._group_of[order], of_items[order])
        return sums[self._flat_start]

    @property
    def _group_of(self) -> IntArray:
        return self.list_of * self.start.shape[1] + self.start_of

    @property
    def _flat_start(self) -> IntArray:
        """(t, n) the group of each place, as `_group_of` numbers them: by the list and the place where it begins."""
        return np.arange(len(self.start))[:, None] * self.start.shape[1] + self.start


def crossing_groups(model: Recommender, held: HeldOut, items: IntArray, scores: FloatArray) -> CrossingGroups:
    """The groups of equal scores that cross the end of the lists, which is before the last column.

    items, scores: (n_users, n + 1) the best; where a group crosses the end, both are written anew, by the scores from
    which the group is counted
    """
    n = items.shape[1] - 1
    rows = np.flatnonzero((scores[:, n] == scores[:, n - 1]) & (items[:, n] >= 0))
    size, members = np.zeros(len(rows), np.int64), np.zeros((len(rows), -(-model.ratings.n_items // 8)), np.uint8)
    rated = model.ratings.by_user
    for at in blocks(len(rows), model.ratings.n_items) if len(rows) else ():
        which, users = rows[at], held.model_users[rows[at]]
        of_all, seen = model.score_users(users), SeenItems(users.astype(np.int64), rated.indptr, rated.indices)
        items[which], best = top_scores(of_all, n + 1, seen)
        scores[which], group = best, of_all == best[:, n - 1, None]
        for row in range(len(which)):
            group[row, seen.of_row(row)] = False
        size[at], members[at] = group.sum(axis=1), np.packbits(group, axis=1)
    return CrossingGroups(rows, size, members)


def find_ties(
    items: IntArray, scores: FloatArray, hits: BoolArray, relevant: RelevantItems, crossing: CrossingGroups
) -> Ties:
    """The lists with equal scores. items, scores, hits: (n_users, n) of all lists, -1 and -inf behind their ends"""
    n = items.shape[1]
    equal = (scores[:, 1:] == scores[:, :-1]) & (items[:, 1:] >= 0)
    rows = np.union1d(np.flatnonzero(equal.any(axis=1)), crossing.rows)
    if not len(rows):
        return Ties.none(n)
    start, size = tie_groups(scores[rows])
    crosses, ends = np.searchsorted(rows, crossing.rows), np.full(len(rows), n)
    ends[crosses] = start[crosses, -1]
    size[crosses] = np.where(np.arange(n) < ends[crosses, None], size[crosses], crossing.size[:, None])
    list_of, place = np.nonzero(hits[rows])
    inside = start[list_of, place] < ends[list_of]  # the others are of a group that crosses the end
    list_of, place = list_of[inside], place[inside]
    of_crossing, behind = crossing.relevant(relevant)
    at = np.append(relevant.places(rows[list_of], items[rows[list_of], place]), behind)
    of_crossing = crosses[of_crossing]
    start_of = np.append(start[list_of, place], ends[of_crossing])
    return Ties(rows, start, size, np.append(list_of, of_crossing), start_of, relevant.gains[at], crossing)
