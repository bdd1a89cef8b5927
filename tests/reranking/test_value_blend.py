"""Scores blended with values: by hand on four items, and what must hold on random ones."""

import numpy as np
import pytest
from hypothesis import given, strategies as st

from cofactor.reranking.greedy import relevance
from cofactor.reranking.item_values import ValueBlend, best_blended, blended, value_shares

NONE = np.nan
SCORES = np.array([[5.0, 8.0, 1.0, 9.0]], np.float32)  # so that items 3, 1, 0, 2 is their order; 2 has no value
VALUES = np.array([4.0, 6.0, NONE, 2.0])


def order(weight, **more):
    return best_blended(SCORES, ValueBlend(VALUES, np.array([weight]), **more), 4).idx[0].tolist()


def test_values_are_put_between_the_worst_and_the_best_and_unknown_ones_at_the_mean():
    np.testing.assert_allclose(value_shares(np.array([[2.0, NONE, 4.0, 6.0]])), [[0, 0.5, 0.5, 1]])
    np.testing.assert_allclose(value_shares(np.array([[3.0, 3.0, NONE], [NONE] * 3])), [[1, 1, 1], [0, 0, 0]])


def test_a_blend_is_the_weighted_mean_of_both():
    """Relevance 1/2, 7/8, 0, 1; shares of values 1/2, 1, their mean, 0."""
    found = blended(SCORES, relevance(SCORES), value_shares(VALUES[None]), np.array([0.4]))
    np.testing.assert_allclose(found, [[0.5, 0.925, 0.2, 0.6]], rtol=1e-6)


@pytest.mark.parametrize(
    ("weight", "items"),
    [
        (0, [3, 1, 0, 2]),
        (0.4, [1, 3, 0, 2]),
        (0.6, [1, 0, 3, 2]),
        (1, [1, 0, 2, 3]),  # 0 and 2 are both at the mean: the higher score is first
    ],
)
def test_the_weight_leads_from_the_scores_to_the_values(weight, items):
    assert order(weight) == items


def test_where_lower_is_better_the_lowest_come_first():
    assert order(1, higher_is_better=False) == [3, 0, 2, 1]


def test_each_list_has_its_own_weight_and_the_scores_stay_those_of_the_model():
    found = best_blended(np.repeat(SCORES, 2, axis=0), ValueBlend(VALUES, np.array([0.0, 1.0])), 2)
    assert found.idx.tolist() == [[3, 1], [1, 0]]
    assert found.scores.tolist() == [[9, 8], [8, 5]]
    assert found.values[0].tolist() == [9, 8]  # where nothing is blended nothing is rounded


def test_what_may_not_be_shown_is_neither_listed_nor_part_of_the_scale():
    """Without item 1 the scale of values ends at 4, item 0's; those without a value are at 1/2."""
    only = np.where(np.arange(4) == 1, -np.inf, SCORES)
    found = best_blended(only, ValueBlend(VALUES, np.array([1.0])), 4)
    assert found.idx.tolist() == [[0, 2, 3, -1]]
    assert found.scores.tolist() == [[5, 1, 9, -np.inf]]
    np.testing.assert_allclose(found.values, [[1, 0.5, 0, -np.inf]], atol=1e-6)


cells = st.floats(-1e6, 1e6, width=32)


@given(st.lists(st.tuples(cells, st.none() | cells), min_size=2, max_size=12), st.floats(0, 1), st.floats(0, 1))
def test_a_higher_weight_never_lowers_the_value_of_a_list(rows, first, second):
    """Of the mean share of values, by which lists are made."""
    scores = np.array([[score for score, _ in rows]], np.float32)
    values = np.array([np.nan if value is None else value for _, value in rows])
    shares = value_shares(values[None])[0]
    means = [
        shares[best_blended(scores, ValueBlend(values, np.array([weight])), 3).idx[0]].mean()
        for weight in sorted([first, second])
    ]
    assert means[0] <= means[1] + 1e-5


@given(st.lists(st.tuples(cells, cells), min_size=2, max_size=12), st.floats(0, 1))
def test_another_unit_of_the_values_changes_no_list(rows, weight):
    """Values from 0 to 1, from 0 to 100, and regret in place of its absence; powers of two, which round nothing."""
    scores, values = np.array([[score for score, _ in rows]], np.float32), np.array([value for _, value in rows])
    lists = [
        best_blended(scores, ValueBlend(*one), 5).idx.tolist()
        for one in [
            (values, np.array([weight])),
            (values * 64, np.array([weight])),
            (-values, np.array([weight]), False),
        ]
    ]
    assert lists[0] == lists[1] == lists[2]
