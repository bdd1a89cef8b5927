"""The metrics, as pure functions of arrays: each has one definition, which its docstring states.

Of ratings: `rmse`, `mae`, `r2`, `calibration_error`. Of each user's list, with binary relevance: `hits`, (n_users, k),
True where the item at that rank is relevant to the user, and `n_relevant`, (n_users,), the number of all items that
are. With graded relevance: `gains`, (n_users, k), the gain of the item at that rank, 0 where it is not relevant, and
`ideal`, (n_users, k), the user's k largest gains in descending order, 0 behind the last. A user to whom nothing is
relevant gets nan, which is no failure and in no mean. Of all lists together: `coverage`, `novelty`, `gini`.
"""

import numpy as np

from cofactor.arrays import Array, BoolArray, FloatArray, IntArray

__all__ = [
    "auc", "average_precision", "calibration_bins", "calibration_error", "coverage", "expected_reciprocal_rank",
    "exponential_gain", "exposure", "gini", "hit_rate", "mae", "ndcg", "ndcg_graded", "novelty", "precision", "r2",
    "recall", "recall_capped", "reciprocal_rank", "rmse",
]  # fmt: skip

N_BINS = 10  # of predictions, for the calibration error


# --- ratings --------------------------------------------------------------------------------------


def rmse(predicted: FloatArray, actual: FloatArray) -> float:
    """Root of the mean squared error, in the ratings' unit; lower is better.

    >>> rmse(np.array([4.0, 2.0]), np.array([5.0, 2.0]))
    0.7071067811865476
    """
    return float(np.sqrt(np.mean(np.square(_errors(predicted, actual)))))


def mae(predicted: FloatArray, actual: FloatArray) -> float:
    """Mean absolute error, in the ratings' unit; lower is better.

    >>> mae(np.array([4.0, 2.0]), np.array([5.0, 2.0]))
    0.5
    """
    return float(np.mean(np.abs(_errors(predicted, actual))))


def r2(predicted: FloatArray, actual: FloatArray) -> float:
    """Share of the ratings' variance that is explained: 1 is perfect, 0 is their own mean; nan if they are all equal.

    >>> r2(np.array([4.0, 2.0, 3.0]), np.array([5.0, 1.0, 3.0]))
    0.75
    """
    spread = np.sum(np.square(_errors(np.mean(actual, dtype=np.float64), actual)))
    return float(1 - np.sum(np.square(_errors(predicted, actual))) / spread) if spread else float("nan")


def calibration_error(predicted: FloatArray, actual: FloatArray, n_bins: int = N_BINS) -> float:
    """Expected calibration error, in the ratings' unit, 0 or above; lower is better [naeini2015calibrated].

    Predictions are sorted into `n_bins` bins of equal counts. Of each bin the mean prediction and the mean rating
    differ by an absolute error, and these are averaged, weighted by the bins' counts. It sees what rmse cannot tell
    apart: predictions that are systematically too high or too low where they are high, or where they are low. It says
    nothing about how well lists reflect a user's mix of genres, which is also called calibration.

    >>> calibration_error(np.array([4.0, 4.0, 2.0, 2.0]), np.array([5.0, 3.0, 1.0, 2.0]), n_bins=2)
    0.25
    """
    bins = calibration_bins(predicted, n_bins)
    return float(np.abs(np.bincount(bins, _errors(predicted, actual))).sum() / len(bins))


def calibration_bins(predicted: FloatArray, n_bins: int = N_BINS) -> IntArray:
    """(n,) the bin of each prediction, 0 to n_bins - 1, ascending and of equal counts; equal predictions share one."""
    edges = np.quantile(predicted, np.arange(1, n_bins) / n_bins)
    return np.searchsorted(edges, predicted, side="right")


def _errors(predicted: FloatArray | np.floating, actual: FloatArray) -> FloatArray:
    return np.asarray(predicted, np.float64) - actual


# --- each user's list -----------------------------------------------------------------------------


def precision(hits: BoolArray, n_relevant: IntArray) -> FloatArray:
    """(n_users,) precision: hits / k, where k is the length asked for, also of a list that came out shorter.

    >>> precision(np.array([[True, False, True, False]]), np.array([3]))
    array([0.5])
    """
    return _per_relevant(hits.mean(axis=1), n_relevant)


def recall(hits: BoolArray, n_relevant: IntArray) -> FloatArray:
    """(n_users,) recall: hits / all relevant items. It stays below 1 where they are more than k.

    >>> recall(np.array([[True, False]]), np.array([4]))
    array([0.25])
    """
    return _per_relevant(hits.sum(axis=1), n_relevant, n_relevant)


def recall_capped(hits: BoolArray, n_relevant: IntArray) -> FloatArray:
    """(n_users,) hits / min(k, all relevant items), so that 1 can be reached: "recall" in VAE papers [liang2018vae].

    >>> recall_capped(np.array([[True, False]]), np.array([4]))
    array([0.5])
    """
    return _per_relevant(hits.sum(axis=1), n_relevant, np.minimum(n_relevant, hits.shape[1]))


def hit_rate(hits: BoolArray, n_relevant: IntArray) -> FloatArray:
    """(n_users,) hit rate: 1 where the list holds anything relevant, else 0.

    >>> hit_rate(np.array([[False, True], [False, False]]), np.array([1, 1]))
    array([1., 0.])
    """
    return _per_relevant(hits.max(axis=1), n_relevant)


def ndcg(hits: BoolArray, n_relevant: IntArray) -> FloatArray:
    """(n_users,) normalised discounted cumulative gain of binary relevance, from 0 to 1 [jarvelin2002].

    A hit at rank r gains 1 / log2(r + 1). The sum is divided by that of an ideal list of the same length, which has
    min(k, n_relevant) hits first.

    >>> ndcg(np.array([[True, False], [False, True]]), np.array([1, 1])).round(3)
    array([1.   , 0.631])
    """
    ideal = np.append(0, np.cumsum(_discounts(hits.shape[1])))[np.minimum(n_relevant, hits.shape[1])]
    return _per_relevant(_discounted(hits), n_relevant, ideal)


def ndcg_graded(gains: FloatArray, ideal: FloatArray) -> FloatArray:
    """(n_users,) normalised discounted cumulative gain of graded relevance, from 0 to 1 [jarvelin2002].

    A gain at rank r is divided by log2(r + 1); the sum is divided by that of the ideal list. A factor common to all
    gains cancels, so `exponential_gain` gives the form with gains of 2^grade - 1 [burges2005learning].

    >>> ndcg_graded(np.array([[1.0, 0.0, 3.0]]), np.array([[3.0, 1.0, 0.0]])).round(3)
    array([0.689])
    """
    return _ratio(_discounted(gains), _discounted(ideal))


def _discounted(gains: Array) -> FloatArray:
    """(n_users,) discounted cumulative gain. Summed rank by rank, so that a perfect list has 1 to the last bit."""
    return np.cumsum(gains * _discounts(gains.shape[1]), axis=1)[:, -1]


def _discounts(k: int) -> FloatArray:
    return 1 / np.log2(np.arange(k) + 2)


def average_precision(hits: BoolArray, n_relevant: IntArray) -> FloatArray:
    """(n_users,) average precision: the sum of the precisions at each hit / min(k, n_relevant). Its mean is MAP@k.

    >>> average_precision(np.array([[True, False, True]]), np.array([2])).round(3)
    array([0.833])
    """
    precisions = np.cumsum(hits, axis=1) / (np.arange(hits.shape[1]) + 1)
    return _per_relevant((hits * precisions).sum(axis=1), n_relevant, np.minimum(n_relevant, hits.shape[1]))


def reciprocal_rank(hits: BoolArray, n_relevant: IntArray) -> FloatArray:
    """(n_users,) reciprocal rank: 1 / the rank of the first hit, 0 where there is none. Its mean is MRR@k.

    >>> reciprocal_rank(np.array([[False, True], [False, False]]), np.array([1, 1]))
    array([0.5, 0. ])
    """
    return _per_relevant(hits.any(axis=1) / (hits.argmax(axis=1) + 1), n_relevant)


def expected_reciprocal_rank(gains: FloatArray, ideal: FloatArray) -> FloatArray:
    """(n_users,) expected reciprocal rank of the item that satisfies the user, from 0 to below 1.

    Users read from the top and are satisfied by an item with the probability that is its gain (`exponential_gain`):
    Σ_r gain_r / r · Π_{s<r} (1 - gain_s). It is not divided by the value of an ideal list [chapelle2009expected].

    >>> expected_reciprocal_rank(np.array([[0.5, 0.0, 0.75]]), np.array([[0.75, 0.5, 0.0]]))
    array([0.625])
    """
    still_reading = np.cumprod(1 - gains, axis=1)[:, :-1]
    still_reading = np.concatenate([np.ones((len(gains), 1)), still_reading], axis=1)
    found = np.sum(gains * still_reading / (np.arange(gains.shape[1]) + 1), axis=1)
    return _ratio(found, (ideal[:, 0] > 0) * 1.0)


def exponential_gain(grades: FloatArray, highest: float) -> FloatArray:
    """Gains (2^grade - 1) / 2^highest, below 1: the probability that an item satisfies [chapelle2009expected].

    grades: of relevance, above 0; any shape     highest: the best grade there is

    >>> exponential_gain(np.array([1.0, 2.0, 5.0]), highest=5)
    array([0.03125, 0.09375, 0.96875])
    """
    return (np.exp2(grades) - 1) / 2**highest


def auc(above: IntArray, equal: IntArray, user: IntArray, n_candidates: IntArray) -> FloatArray:
    """(n_users,) area under the ROC curve: the probability that a relevant item ranks above one that is not, in the
    whole catalogue. A tie counts half; nan for a user for whom nothing or everything is relevant.

    above, equal: (n,) of each relevant item, the candidates that score higher and the others that score the same
    user: (n,) the row of its user     n_candidates: (n_users,) items that are ranked for each user

    By the rank sum: the R relevant items have together Σ (C - rank) of the C candidates below them, of which
    R (R - 1) / 2 are relevant themselves [hanley1982auc].

    >>> auc(np.array([0, 2]), np.array([0, 0]), np.array([0, 0]), np.array([4]))
    array([0.75])
    """
    n_users = len(n_candidates)
    n_relevant = np.bincount(user, minlength=n_users)
    behind = np.bincount(user, n_candidates[user] - 1 - above - equal / 2, minlength=n_users)
    n_pairs = n_relevant * (n_candidates - n_relevant)
    return _ratio(behind - n_relevant * (n_relevant - 1) / 2, n_pairs)


def _per_relevant(gain: Array, n_relevant: IntArray, best: Array | None = None) -> FloatArray:
    """gain / best, or the gain itself without `best`; nan for users to whom nothing is relevant."""
    return _ratio(gain, (n_relevant > 0) * (1.0 if best is None else best))


def _ratio(part: Array, whole: Array) -> FloatArray:
    return np.divide(part, whole, out=np.full(len(part), np.nan), where=whole > 0)


# --- all lists together ---------------------------------------------------------------------------


def exposure(lists: IntArray, n_items: int) -> IntArray:
    """(n_items,) the number of lists that hold each item. lists: (n_users, k) indices, -1 behind a list's end"""
    return np.bincount(lists[lists >= 0], minlength=n_items)


def coverage(exposed: IntArray) -> float:
    """Share of the catalogue's items that are in at least one list. exposed: as `exposure` gives it

    >>> coverage(np.array([9, 0, 1, 0]))
    0.5
    """
    return float(np.mean(exposed > 0))


def gini(exposed: IntArray | FloatArray) -> float:
    """Gini index of exposure over the catalogue, from 0 (all items equally often) towards 1 (always the same few).

    Σ_i (2i - n - 1) P_i / (n Σ P), P ascending; nan where all lists are empty. Others report 1 minus this as diversity.

    >>> gini(np.array([5, 5])), gini(np.array([0, 0, 0, 8]))
    (0.0, 0.75)
    """
    n, ordered = len(exposed), np.sort(exposed)
    total = n * ordered.sum()
    return float(np.sum((2 * np.arange(1, n + 1) - n - 1) * ordered) / total) if total else float("nan")


def novelty(lists: IntArray, item_counts: IntArray, n_users: int) -> FloatArray:
    """(n_users,) mean self-information of each list, in bits; nan for an empty list [vargas2011novelty].

    That of an item is -log2 of the share of users who rated it.

    lists: (n_users, k) indices, -1 behind a list's end     n_users: users with training ratings
    item_counts: (n_items,) training ratings of each item; 0 is taken as 1, or the item would be infinitely novel

    >>> novelty(np.array([[0, 1], [1, -1]]), np.array([4, 1]), 4)
    array([1., 2.])
    """
    bits = np.log2(n_users / np.maximum(item_counts, 1))
    return _ratio(np.where(lists >= 0, bits[lists], 0).sum(axis=1), (lists >= 0).sum(axis=1))
