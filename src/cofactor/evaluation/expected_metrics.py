"""Metrics of lists with equal scores: the mean over all orders of the tied items, each as likely as the others.

McSherry & Najork, "Computing information retrieval performance measures efficiently in the presence of tied scores",
ECIR 2008 [mcsherry2008ties]. A metric that is linear in hits or gains has its mean at the expected hits or gains; the
others have the closed forms that follow. A group of tied items counts whole, those behind the list's end among them.
"""

from typing import NamedTuple

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.evaluation.statistic import divided

__all__ = [
    "TiedGains",
    "TiedHits",
    "average_precision",
    "expected_reciprocal_rank",
    "hit_rate",
    "reading_on",
    "reciprocal_rank",
]


class TiedHits(NamedTuple):
    """The groups of equal scores of u lists, place by place, (u, k) each.

    offset: how many places of its group come before     size: candidates in the group     n_hits: relevant ones of them
    """

    offset: IntArray
    size: IntArray
    n_hits: IntArray

    @property
    def expected(self) -> FloatArray:
        """(u, k) the probability of a hit at each place."""
        return self.n_hits / self.size

    @property
    def missing(self) -> FloatArray:
        """(u, k) the probability of no hit at a place, after none at the places before."""
        left = self.size - self.offset
        return np.maximum(left - self.n_hits, 0) / left


class TiedGains(NamedTuple):
    """Gains of u lists with equal scores, place by place, (u, k) each.

    expected: the mean gain     unsatisfied: the probability of reading on at a place, having come to it
    """

    expected: FloatArray
    unsatisfied: FloatArray


def hit_rate(hits: TiedHits, n_relevant: IntArray) -> FloatArray:
    """(u,) the probability that the list holds anything relevant (hypergeometric, where a group crosses its end).

    One of three tied items is relevant, and the list has room for two:

    >>> hit_rate(TiedHits(np.array([[0, 1]]), np.array([[3, 3]]), np.array([[1, 1]])), np.array([1])).round(3)
    array([0.667])
    """
    return divided(1 - hits.missing.prod(axis=1), (n_relevant > 0) * 1.0)


def reciprocal_rank(hits: TiedHits, n_relevant: IntArray) -> FloatArray:
    """(u,) the mean of 1 / the rank of the first hit.

    One of two tied items is relevant, so that it is first or second:

    >>> reciprocal_rank(TiedHits(np.array([[0, 1]]), np.array([[2, 2]]), np.array([[1, 1]])), np.array([1]))
    array([0.75])
    """
    return divided(_reciprocal_of_first(hits.missing), (n_relevant > 0) * 1.0)


def average_precision(hits: TiedHits, n_relevant: IntArray) -> FloatArray:
    """(u,) the mean average precision: Σ_r (P(hit at r) + Σ_{s<r} P(hits at r and s)) / r / min(k, n_relevant).

    Hits at two places of one group of g with R relevant have the probability R (R - 1) / (g (g - 1)); those of two
    groups are independent.

    One of two tied items is relevant:

    >>> average_precision(TiedHits(np.array([[0, 1]]), np.array([[2, 2]]), np.array([[1, 1]])), np.array([1]))
    array([0.75])
    """
    offset, size, n_hits = hits
    k = offset.shape[1]
    of_earlier_groups = np.cumsum(np.where(offset == 0, n_hits, 0), axis=1) - n_hits
    of_own_group = offset * (n_hits - 1) / np.maximum(size - 1, 1)  # before this place, where it is a hit
    precisions = (1 + of_earlier_groups + of_own_group) / (np.arange(k) + 1)
    return divided((hits.expected * precisions).sum(axis=1), np.minimum(n_relevant, k).astype(np.float64))


def expected_reciprocal_rank(gains: TiedGains, ideal: FloatArray) -> FloatArray:
    """(u,) the mean of 1 / the rank of the item that satisfies the user.

    One of two tied items satisfies every second user, the other nobody: half of them find it, at rank 1 or 2.

    >>> tied = TiedGains(np.array([[0.25, 0.25]]), np.array([[0.75, 2 / 3]]))
    >>> expected_reciprocal_rank(tied, np.array([[0.5, 0.0]]))
    array([0.375])
    """
    return divided(_reciprocal_of_first(gains.unsatisfied), (ideal[:, 0] > 0) * 1.0)


def _reciprocal_of_first(passing: FloatArray) -> FloatArray:
    """(u,) the mean of 1 / the rank at which reading ends, 0 where it does not. passing: (u, k) as in `TiedGains`"""
    reading = np.cumprod(np.column_stack([np.ones(len(passing)), passing]), axis=1)
    return (-np.diff(reading, axis=1) / (np.arange(passing.shape[1]) + 1)).sum(axis=1)


def reading_on(gains: FloatArray, group: IntArray, size: IntArray, k: int) -> FloatArray:
    """(n_groups, k + 1) the probability that none of the first j items of a group satisfies, j from 0 to k.

    That of j items is the mean of Π (1 - gain) over all choices of j of them, to which one item is added at a time:
    m_j ← (1 - j/N) m_j + j/N (1 - gain) m_{j-1}, N items being there then.

    gains, group: (m,) of the items that gain anything, sorted by group     size: (n_groups,) of all items
    """
    n_gaining = np.bincount(group, minlength=len(size))
    nth = np.arange(len(group)) - np.concatenate([[0], np.cumsum(n_gaining)])[group]
    mean, n_chosen = np.ones((len(size), k + 1)), np.arange(k + 1)
    for n in range(int(n_gaining.max(initial=0))):
        now = nth == n
        which, passing = group[now], 1 - gains[now, None]
        share = np.minimum(n_chosen / (size[which] - n_gaining[which] + n + 1)[:, None], 1)
        before = np.pad(mean[which, :-1], ((0, 0), (1, 0)))
        mean[which] = (1 - share) * mean[which] + share * passing * before
    return mean
