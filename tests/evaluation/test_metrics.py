"""Every metric on a case worked by hand, and what must hold for any case."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, strategies as st
from hypothesis.extra.numpy import arrays

from cofactor.evaluation import metrics
from cofactor.evaluation.metric_kinds import GainMetric, HitMetric
from cofactor.evaluation.metric_table import METRICS

# a list of five; the hits stand at ranks 1, 3 and 4; six items are relevant in all
LIST = np.array([[True, False, True, True, False]]), np.array([6])
# a list of four for somebody who wants items with gains 1/2, 3/4 and 1/4; the list has 1/4, nothing, 3/4, nothing
GRADED_LIST = np.array([[0.25, 0.0, 0.75, 0.0]]), np.array([[0.75, 0.5, 0.25, 0.0]])
# errors 1, 0, -2: their squares are 1, 0, 4; the ratings 2, 3, 4 lie around 3, their squared deviations sum to 2
RATED = np.array([3.0, 3.0, 2.0]), np.array([2.0, 3.0, 4.0])
EXPOSED = np.array([3, 0, 2, 0])  # how often each of four items is in a list
# of each metric of the table what its function is given, and what must come out
BY_HAND = {
    "rmse": (RATED, (5 / 3) ** 0.5),
    "mae": (RATED, 1.0),
    "r2": (RATED, 1 - 5 / 2),
    # two bins: 1 and 2 were rated 2 and 2, half a star too low; 4 and 5 were rated 3 and 4, one star too high
    "calibration_error": ((np.array([4.0, 1, 5, 2]), np.array([3.0, 2, 4, 2]), 2), (2 * 0.5 + 2 * 1.0) / 4),
    "precision": (LIST, 3 / 5),
    "recall": (LIST, 3 / 6),
    "recall_capped": (LIST, 3 / 5),  # a list of five cannot hold six
    "hit_rate": (LIST, 1.0),
    # gains 1, 1/2, 1/log2(5) = 0.4307; perfect: 1 + 0.6309 + 0.5 + 0.4307 + 0.3869 = 2.9485
    "ndcg": (LIST, 1.9307 / 2.9485),
    # precisions at the hits: 1/1, 2/3, 3/4; divided by min(5, 6)
    "map": (LIST, (1 + 2 / 3 + 3 / 4) / 5),
    "mrr": (LIST, 1.0),
    # 1/4 + (3/4) / 2, of at most 3/4 + (1/2) / log2(3) + (1/4) / 2
    "ndcg_graded": (GRADED_LIST, 0.625 / (0.75 + 0.5 * 0.63093 + 0.125)),
    # satisfied by the first with 1/4; else, 3/4 of the users, by the third with 3/4, whose reciprocal rank is 1/3
    "err": (GRADED_LIST, 1 / 4 + 3 / 4 * 3 / 4 / 3),
    # scores 9 7 5 3, relevant are 9 and 5: of the four pairs, (5, 7) is wrong
    "auc": ((np.array([0, 2]), np.zeros(2), np.zeros(2, int), np.array([4])), 0.75),
    "coverage": ((EXPOSED,), 2 / 4),
    # an item that one of eight users knows tells three bits, one that all know none
    "novelty": ((np.array([[0, 1], [0, -1]]), np.array([1, 8]), 8), [1.5, 3.0]),
    # ascending 0 0 2 3: (-3·0 - 1·0 + 1·2 + 3·3) / (4 · 5)
    "gini": ((EXPOSED,), 11 / 20),
}
OF_LISTS = [name for name, metric in METRICS.items() if isinstance(metric, HitMetric | GainMetric)]
GRADES = arrays(np.int64, st.tuples(st.integers(1, 6), st.integers(1, 8)), elements=st.integers(0, 5))


def values_of(name, grades, n_more=0):
    """Of a metric of the table, for lists with items of these grades, (n_users, k).

    n_more: relevant items of the highest grade that stand in no list
    """
    function, n_relevant = METRICS[name].function, np.count_nonzero(grades, axis=1) + n_more
    if isinstance(METRICS[name], HitMetric):
        return function(grades > 0, n_relevant)
    there_is = np.hstack([grades, np.full((len(grades), n_more), 5)])
    ideal = -np.sort(-there_is, axis=1)[:, : grades.shape[1]]
    return function(metrics.exponential_gain(grades, 5), metrics.exponential_gain(ideal, 5))


@pytest.mark.parametrize("name", METRICS)
def test_every_metric_of_the_table_has_the_value_worked_by_hand(name):
    assert name in BY_HAND, f"Work out an example of {name} by hand, and add it to BY_HAND."
    arguments, by_hand = BY_HAND[name]
    np.testing.assert_allclose(METRICS[name].function(*arguments), np.atleast_1d(by_hand), rtol=1e-4)


def test_the_first_hit_at_rank_three_has_reciprocal_rank_a_third():
    hits = np.array([[False, False, True], [False, False, False]])
    np.testing.assert_allclose(metrics.reciprocal_rank(hits, np.array([1, 1])), [1 / 3, 0])


@pytest.mark.parametrize("name", METRICS)
def test_every_metric_shows_an_example_where_it_is_defined(name):
    assert ">>>" in METRICS[name].function.__doc__


@pytest.mark.parametrize("name", OF_LISTS)
def test_a_user_to_whom_nothing_is_relevant_is_in_no_mean(name):
    assert np.isnan(values_of(name, np.zeros((1, 5), int))).all()


@pytest.mark.parametrize("name", OF_LISTS)
@given(grades=GRADES, n_more=st.integers(0, 5))
def test_every_metric_of_lists_lies_between_0_and_1(name, grades, n_more):
    values = values_of(name, grades, n_more)
    inside = values[~np.isnan(values)]
    assert ((inside >= 0) & (inside <= 1 + 1e-12)).all()


@pytest.mark.parametrize("name", OF_LISTS)
@given(grades=GRADES, seed=st.integers(0, 9))
def test_the_order_of_the_users_does_not_matter(name, grades, seed):
    order = np.random.default_rng(seed).permutation(len(grades))
    np.testing.assert_array_equal(values_of(name, grades, 1)[order], values_of(name, grades[order], 1))


@given(k=st.integers(1, 10), n_relevant=st.integers(1, 15))
def test_the_perfect_list_has_ndcg_average_precision_and_capped_recall_1(k, n_relevant):
    hits = (np.arange(k) < n_relevant)[None]
    for metric in (metrics.ndcg, metrics.average_precision, metrics.recall_capped):
        np.testing.assert_allclose(metric(hits, np.array([n_relevant])), [1.0])


@given(hits=arrays(bool, st.tuples(st.just(1), st.integers(2, 8))), at=st.integers(0, 6))
def test_ndcg_grows_when_a_hit_moves_up(hits, at):
    at = at % (hits.shape[1] - 1)
    hits[0, at], hits[0, at + 1] = False, True
    moved = hits.copy()
    moved[0, at], moved[0, at + 1] = True, False
    n_relevant = hits.sum(axis=1)
    assert metrics.ndcg(moved, n_relevant) > metrics.ndcg(hits, n_relevant)


# --- graded relevance ---------------------------------------------------------------------------------


def test_the_exponential_gain_of_five_stars_is_that_of_the_paper():
    np.testing.assert_array_equal(metrics.exponential_gain(np.arange(1, 6), 5) * 32, [1, 3, 7, 15, 31])


def graded_by_loops(gains, ideal):
    """(nDCG, ERR) of one list as the papers write them down."""
    dcg, best = (sum(g / np.log2(r + 1) for r, g in enumerate(its, start=1)) for its in (gains, ideal))
    err, reading = 0.0, 1.0
    for rank, gain in enumerate(gains, start=1):
        err, reading = err + reading * gain / rank, reading * (1 - gain)
    return dcg / best, err


@given(grades=GRADES)
def test_graded_metrics_are_those_of_a_plain_loop(grades):
    grades[:, 0] = np.maximum(grades[:, 0], 1)
    gains = metrics.exponential_gain(grades, 5)
    ideal = -np.sort(-gains, axis=1)
    expected = np.transpose([graded_by_loops(*its) for its in zip(gains, ideal, strict=True)])
    np.testing.assert_allclose(metrics.ndcg_graded(gains, ideal), expected[0])
    np.testing.assert_allclose(metrics.expected_reciprocal_rank(gains, ideal), expected[1])


@given(hits=arrays(bool, st.tuples(st.integers(1, 6), st.integers(1, 8))))
def test_graded_ndcg_of_a_single_grade_is_ndcg(hits):
    ideal = -np.sort(-hits.astype(float), axis=1)
    np.testing.assert_array_equal(metrics.ndcg_graded(hits / 2, ideal / 2), metrics.ndcg(hits, hits.sum(axis=1)))


# --- AUC ------------------------------------------------------------------------------------------


def test_a_tie_counts_half():
    """Scores 5 5 3, relevant is the first: half a point for the tie, one for the last."""
    np.testing.assert_allclose(metrics.auc(np.array([0]), np.array([1]), np.array([0]), np.array([3])), [0.75])


def test_auc_is_nan_where_nothing_is_relevant_or_everything_is():
    assert np.isnan(metrics.auc(np.array([0, 1]), np.zeros(2), np.array([1, 1]), np.array([3, 2]))).all()


@given(scores=arrays(np.int64, 8, elements=st.integers(0, 4)), n=st.integers(1, 7))
def test_auc_is_the_share_of_pairs_in_the_right_order(scores, n):
    above = np.array([(scores > scores[i]).sum() for i in range(n)])
    equal = np.array([(scores == scores[i]).sum() - 1 for i in range(n)])
    pairs = np.subtract.outer(scores[:n], scores[n:])
    expected = (pairs > 0).mean() + (pairs == 0).mean() / 2
    np.testing.assert_allclose(metrics.auc(above, equal, np.zeros(n, int), np.array([8])), [expected])


# --- ratings --------------------------------------------------------------------------------------


def test_the_mean_explains_nothing_and_equal_ratings_cannot_be_explained():
    actual = np.array([1.0, 3.0])
    assert metrics.r2(np.array([2.0, 2.0]), actual) == 0
    assert np.isnan(metrics.r2(actual, np.array([2.0, 2.0])))


@given(data=arrays(np.float64, (2, 40), elements=st.integers(1, 5)))
def test_the_calibration_error_is_that_of_a_loop_over_the_bins(data):
    predicted, actual = data
    edges = [-np.inf, *np.quantile(predicted, np.arange(1, 10) / 10), np.inf]
    expected = 0.0
    for low, high in pairwise(edges):
        inside = (predicted >= low) & (predicted < high)
        if inside.any():
            expected += inside.mean() * abs(predicted[inside].mean() - actual[inside].mean())
    assert metrics.calibration_error(predicted, actual) == pytest.approx(expected)


# --- all lists ------------------------------------------------------------------------------------


def test_exposure_counts_the_lists_of_each_item():
    exposed = metrics.exposure(np.array([[0, 2], [2, 0], [0, -1]]), 4)
    assert exposed.tolist() == EXPOSED.tolist()


def test_an_empty_list_has_no_novelty():
    assert np.isnan(metrics.novelty(np.array([[-1, -1]]), np.array([1, 8]), 8)).all()


def test_an_item_nobody_knows_is_as_novel_as_one_that_a_single_user_knows():
    np.testing.assert_allclose(metrics.novelty(np.array([[0]]), np.array([0]), 8), [3.0])
