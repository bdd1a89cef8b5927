"""Every metric on a case worked by hand, and what must hold for any case."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, strategies as st
from hypothesis.extra.numpy import arrays

from cofactor.evaluation import metrics

# a list of five; the hits stand at ranks 1, 3 and 4; six items are relevant in all
HITS, RELEVANT = np.array([[True, False, True, True, False]]), np.array([6])
OF_LISTS = [
    metrics.precision, metrics.recall, metrics.recall_capped, metrics.hit_rate, metrics.ndcg,
    metrics.average_precision, metrics.reciprocal_rank,
]  # fmt: skip


@pytest.mark.parametrize(
    ("metric", "by_hand"),
    [
        (metrics.precision, 3 / 5),
        (metrics.recall, 3 / 6),
        (metrics.recall_capped, 3 / 5),  # a list of five cannot hold six
        (metrics.hit_rate, 1.0),
        # gains 1, 1/2, 1/log2(5) = 0.4307; perfect: 1 + 0.6309 + 0.5 + 0.4307 + 0.3869 = 2.9485
        (metrics.ndcg, 1.9307 / 2.9485),
        # precisions at the hits: 1/1, 2/3, 3/4; divided by min(5, 6)
        (metrics.average_precision, (1 + 2 / 3 + 3 / 4) / 5),
        (metrics.reciprocal_rank, 1.0),
    ],
)
def test_a_list_worked_by_hand(metric, by_hand):
    np.testing.assert_allclose(metric(HITS, RELEVANT), [by_hand], rtol=1e-4)


def test_the_first_hit_at_rank_three_has_reciprocal_rank_a_third():
    hits = np.array([[False, False, True], [False, False, False]])
    np.testing.assert_allclose(metrics.reciprocal_rank(hits, np.array([1, 1])), [1 / 3, 0])


@pytest.mark.parametrize("metric", OF_LISTS)
def test_a_user_to_whom_nothing_is_relevant_is_in_no_mean(metric):
    assert np.isnan(metric(np.zeros((1, 5), bool), np.array([0]))).all()


@pytest.mark.parametrize("metric", OF_LISTS)
@given(hits=arrays(bool, st.tuples(st.integers(1, 6), st.integers(1, 8))), more=st.integers(0, 5))
def test_every_list_metric_lies_between_0_and_1(metric, hits, more):
    values = metric(hits, hits.sum(axis=1) + more)
    inside = values[~np.isnan(values)]
    assert ((inside >= 0) & (inside <= 1 + 1e-12)).all()


@pytest.mark.parametrize("metric", OF_LISTS)
@given(hits=arrays(bool, st.tuples(st.integers(1, 6), st.integers(1, 8))), seed=st.integers(0, 9))
def test_the_order_of_the_users_does_not_matter(metric, hits, seed):
    order = np.random.default_rng(seed).permutation(len(hits))
    n_relevant = hits.sum(axis=1) + 1
    np.testing.assert_array_equal(metric(hits, n_relevant)[order], metric(hits[order], n_relevant[order]))


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

# a list of four for someone who wants items with gains 1/2, 3/4 and 1/4; the list has 1/4, nothing, 3/4, nothing
GAINS, IDEAL = np.array([[0.25, 0.0, 0.75, 0.0]]), np.array([[0.75, 0.5, 0.25, 0.0]])


def test_graded_ndcg_worked_by_hand():
    """1/4 + (3/4) / 2, of at most 3/4 + (1/2) / log2(3) + (1/4) / 2."""
    np.testing.assert_allclose(metrics.ndcg_graded(GAINS, IDEAL), [0.625 / (0.75 + 0.5 * 0.63093 + 0.125)], rtol=1e-5)


def test_expected_reciprocal_rank_worked_by_hand():
    """Satisfied by the first with 1/4; else (3/4 of users) by the third with 3/4, whose reciprocal rank is 1/3."""
    np.testing.assert_allclose(metrics.expected_reciprocal_rank(GAINS, IDEAL), [1 / 4 + 3 / 4 * 3 / 4 / 3])


def test_the_exponential_gain_of_five_stars_is_that_of_the_paper():
    np.testing.assert_array_equal(metrics.exponential_gain(np.arange(1, 6), 5) * 32, [1, 3, 7, 15, 31])


def graded_by_loops(gains, ideal):
    """(nDCG, ERR) of one list as the papers write them down."""
    dcg, best = (sum(g / np.log2(r + 1) for r, g in enumerate(its, start=1)) for its in (gains, ideal))
    err, reading = 0.0, 1.0
    for rank, gain in enumerate(gains, start=1):
        err, reading = err + reading * gain / rank, reading * (1 - gain)
    return dcg / best, err


@given(grades=arrays(np.int64, st.tuples(st.integers(1, 6), st.integers(1, 8)), elements=st.integers(0, 5)))
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


@pytest.mark.parametrize("metric", [metrics.ndcg_graded, metrics.expected_reciprocal_rank])
def test_a_user_to_whom_no_grade_is_given_is_in_no_mean(metric):
    assert np.isnan(metric(np.zeros((1, 4)), np.zeros((1, 4)))).all()


# --- AUC ------------------------------------------------------------------------------------------


def test_auc_worked_by_hand():
    """Scores 9 7 5 3, relevant are 9 and 5: of the four pairs, (5, 7) is wrong."""
    np.testing.assert_allclose(metrics.auc(np.array([0, 2]), np.zeros(2), np.zeros(2, int), np.array([4])), [0.75])


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


def test_errors_worked_by_hand():
    """Errors 1, 0, -2: squares 1 0 4; ratings 2 3 4 around 3: spread 2."""
    predicted, actual = np.array([3.0, 3.0, 2.0]), np.array([2.0, 3.0, 4.0])
    assert metrics.rmse(predicted, actual) == pytest.approx((5 / 3) ** 0.5)
    assert metrics.mae(predicted, actual) == pytest.approx(1.0)
    assert metrics.r2(predicted, actual) == pytest.approx(1 - 5 / 2)


def test_the_mean_explains_nothing_and_equal_ratings_cannot_be_explained():
    actual = np.array([1.0, 3.0])
    assert metrics.r2(np.array([2.0, 2.0]), actual) == 0
    assert np.isnan(metrics.r2(actual, np.array([2.0, 2.0])))


def test_calibration_error_worked_by_hand():
    """Two bins: 1 and 2 were rated 2 and 2, a mean of half a star too low; 4 and 5 were rated 3 and 4, one too high."""
    predicted, actual = np.array([4.0, 1, 5, 2]), np.array([3.0, 2, 4, 2])
    assert metrics.calibration_error(predicted, actual, n_bins=2) == pytest.approx((2 * 0.5 + 2 * 1.0) / 4)


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


def test_lists_of_the_same_two_items_cover_half_of_four_and_are_unequal():
    exposed = metrics.exposure(np.array([[0, 2], [2, 0], [0, -1]]), 4)
    assert exposed.tolist() == [3, 0, 2, 0]
    assert metrics.coverage(exposed) == 0.5
    # ascending 0 0 2 3: (-3·0 - 1·0 + 1·2 + 3·3) / (4 · 5)
    assert metrics.gini(exposed) == pytest.approx(11 / 20)


def test_an_item_known_to_one_of_eight_users_tells_three_bits():
    lists, counts = np.array([[0, 1], [0, -1], [-1, -1]]), np.array([1, 8])
    np.testing.assert_allclose(metrics.novelty(lists, counts, 8), [1.5, 3.0, np.nan])


def test_an_item_nobody_knows_is_as_novel_as_one_that_a_single_user_knows():
    np.testing.assert_allclose(metrics.novelty(np.array([[0]]), np.array([0]), 8), [3.0])
