"""The metrics of popularity bias, as pure functions of arrays: each has one definition, which its docstring states.

`lists` are (n_users, k) item indices, -1 behind a list's end. Popularity is the number of training ratings of an item.
"""

import numpy as np

from cofactor.arrays import Array, BoolArray, FloatArray, IntArray
from cofactor.evaluation.statistic import divided

__all__ = [
    "group_share", "jensen_shannon", "lorenz_curve", "mean_over_list", "mean_popularity", "popularity_lift",
    "signed_parity",
]  # fmt: skip


def mean_popularity(lists: IntArray, item_counts: IntArray) -> FloatArray:
    """(n_users,) mean popularity of each list, nan for an empty one. Its mean over users is the average recommendation
    popularity, ARP [yin2012longtail].

    >>> mean_popularity(np.array([[0, 1], [2, -1]]), np.array([9, 3, 1]))
    array([6., 1.])
    """
    return mean_over_list(lists, item_counts)


def group_share(lists: IntArray, in_group: BoolArray) -> FloatArray:
    """(n_users,) share of each list that is in a group of items, nan for an empty list. Its mean over users, the group
    being the long tail, is APLT, the average percentage of long-tail items [abdollahpouri2019managing].

    >>> group_share(np.array([[0, 1], [2, -1]]), np.array([False, False, True]))
    array([0., 1.])
    """
    return mean_over_list(lists, in_group)


def mean_over_list(lists: IntArray, of_items: Array) -> FloatArray:
    """(n_users,) mean of the listed items' values, nan for an empty list. of_items: (n_items,)

    >>> mean_over_list(np.array([[0, 1], [1, -1]]), np.array([0.2, 0.4])).round(3)
    array([0.3, 0.4])
    """
    there = lists >= 0
    return divided(np.where(there, of_items.astype(np.float64)[lists], 0).sum(axis=1), there.sum(axis=1))


def popularity_lift(recommended: FloatArray, profile: FloatArray) -> FloatArray:
    """(...) relative difference (GAP_list - GAP_profile) / GAP_profile; above 0 lists are more popular than profiles.

    GAP, the group average popularity, is the mean over users of the mean popularity of their items
    [abdollahpouri2020connection].

    >>> popularity_lift(np.array(6.0), np.array(4.0)).tolist()
    0.5
    """
    return divided(recommended - profile, profile)


def signed_parity(head_rate: FloatArray, tail_rate: FloatArray) -> FloatArray:
    """(...) (head - tail) / (head + tail) of two rates: 1 is head alone, 0 is parity, -1 is tail alone.

    Of the rates P(in the list | group) it is the statistical parity PopRSP, of P(in the list | group, relevant) the
    equal opportunity PopREO. Its absolute value is std / mean of the two rates, the form in the paper, which cannot
    tell bias from its mirror image [zhu2020fairness]. nan where both rates are 0 or one is undefined.

    >>> signed_parity(np.array([0.3, 0.1]), np.array([0.1, 0.3]))
    array([ 0.5, -0.5])
    """
    return divided(head_rate - tail_rate, head_rate + tail_rate)


def lorenz_curve(exposed: IntArray | FloatArray) -> FloatArray:
    """(n_items + 1,) share of the whole exposure that the j least exposed items have, for j from 0 to n_items.

    Twice the area between it and the diagonal is the Gini index. nan where nothing is exposed.

    >>> lorenz_curve(np.array([3, 0, 1]))
    array([0.  , 0.  , 0.25, 1.  ])
    """
    cumulative = np.append(0, np.cumsum(np.sort(exposed))).astype(np.float64)
    return divided(cumulative, cumulative[-1])


def jensen_shannon(p: FloatArray, q: FloatArray) -> FloatArray:
    """(n,) Jensen-Shannon divergence of the rows of two (n, c) distributions, in bits, from 0 to 1 [lin1991divergence].

    Between a profile's and a list's shares of popular and rare items it is a user's popularity deviation, UPD
    [abdollahpouri2021usercentered].

    >>> jensen_shannon(np.array([[1.0, 0.0]]), np.array([[0.0, 1.0]]))
    array([1.])
    """
    middle = (p + q) / 2
    return (_divergence(p, middle) + _divergence(q, middle)) / (2 * np.log(2))


def _divergence(p: FloatArray, q: FloatArray) -> FloatArray:
    """(n,) KL(p || q) in nats, where 0 log 0 is 0; nan where a row of either is nan."""
    ratio = np.divide(p, q, out=np.ones_like(p), where=(p > 0) & (q > 0))
    undefined = np.isnan(p).any(axis=1) | np.isnan(q).any(axis=1)
    return np.where(undefined, np.nan, np.nansum(p * np.log(ratio), axis=1))
