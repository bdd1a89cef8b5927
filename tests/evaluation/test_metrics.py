"""Every measure on a case worked by hand, and what must hold for any case."""

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
def test_every_list_measure_lies_between_0_and_1(metric, hits, more):
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
