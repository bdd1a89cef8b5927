"""The weights of a blend, on numbers whose best weights are known."""

import numpy as np
import pytest

import cofactor as cf
from cofactor.blending.candidates import list_candidates
from cofactor.blending.lists import NO_CANDIDATE, Candidates, blend_lists
from cofactor.blending.ratings import blend_ratings
from cofactor.data.ratings import Ratings
from cofactor.models import model_class


def halves(n: int) -> np.ndarray:
    return np.arange(n) % 2 == 0


def test_a_sum_that_was_put_in_is_found():
    rng = np.random.default_rng(0)
    predicted = rng.normal(3.5, 1, (4000, 3))
    found = blend_ratings(predicted, 0.7 * predicted[:, 0] + 0.3 * predicted[:, 2] + 1, halves(4000))
    np.testing.assert_allclose(found.weights, [0.7, 0, 0.3], atol=1e-3)
    assert found.intercept == pytest.approx(1, abs=5e-3)
    assert found.blend < 1e-3 < min(found.members)


def test_a_model_that_is_wrong_way_round_gets_no_weight():
    truth = np.random.default_rng(0).normal(size=1000)
    found = blend_ratings(np.column_stack([truth, -truth]), truth, halves(1000))
    assert found.weights[1] < 1e-3 < 0.99 < found.weights[0]


def test_models_that_say_the_same_share_equally():
    truth = np.random.default_rng(0).normal(size=1000)
    found = blend_ratings(np.column_stack([truth, truth]), truth, halves(1000))
    np.testing.assert_allclose(found.weights, [0.5, 0.5], atol=1e-6)


def test_what_is_learned_from_chance_is_not_reported_as_a_gain():
    """The truth is chance and so are the models: weights that fit one half do not help the other."""
    rng = np.random.default_rng(1)
    values = rng.normal(size=60)
    found = blend_ratings(rng.normal(size=(60, 20)), values, halves(60))
    assert found.blend > np.std(values)


def lists(scores: list, hits: list) -> Candidates:
    """Of 40 users alike."""
    return Candidates(
        np.repeat(np.array(scores, np.float32)[None], 40, axis=0), np.repeat(np.array(hits, bool)[None], 40, axis=0),
        np.full(40, sum(hits)),
    )  # fmt: skip


def test_ndcg_of_a_list_is_that_of_its_formula():
    one = lists([[3, 0], [2, 0], [1, 9], [0, NO_CANDIDATE]], [False, True, True, False])
    expected = (1 / np.log2(3) + 1 / np.log2(4)) / (1 + 1 / np.log2(3))
    np.testing.assert_allclose(one.ndcg(np.array([1.0, 0.0])), expected)


def test_equal_scores_count_by_the_mean_over_their_orders():
    """The first member ties 1, 2 and 3, of which one was wanted; by both it is third."""
    one = lists([[3, 0], [2, 0.5], [2, 0], [2, 2], [0, NO_CANDIDATE]], [False, True, False, False, False])
    at_rank = 1 / np.log2(np.arange(2, 6))
    np.testing.assert_allclose(one.ndcg(np.array([1.0, 0.0])), at_rank[1:4].mean())
    np.testing.assert_allclose(one.ndcg(np.array([0.5, 0.5])), at_rank[2])


def test_a_group_of_equal_scores_across_the_lists_end_counts_whole():
    """Fifty tied candidates, five of them wanted: a list of twenty has each with one in ten at every place."""
    one = lists([[1, 0]] * 50, [True] * 5 + [False] * 45)
    discount = 1 / np.log2(np.arange(2, 22))
    np.testing.assert_allclose(one.ndcg(np.array([1.0, 0.0])), discount.sum() / 10 / discount[:5].sum())


@pytest.mark.parametrize("name", ["popularity", "item_knn", "ease"])
def test_one_members_ndcg_is_what_evaluate_measures(name):
    """Where all items are candidates: thirty, with many ties by their counts."""
    rng = np.random.default_rng(4)
    users, items = np.nonzero(rng.random((50, 30)) < np.repeat([0.6, 0.2], 15))
    part, rest = cf.split(Ratings.from_arrays(users, items), test=0.3, by="user", seed=0)
    member, asked = model_class(name)().fit(part), np.unique(rest.user_idx)
    near = list_candidates([member, cf.Popularity().fit(part)], asked, rest)
    measured = cf.evaluate(member, rest, metrics=["ndcg@20"]).values["ndcg@20"]
    assert near.ndcg(np.array([1.0, 0.0])).mean() == pytest.approx(measured, abs=1e-12)


def test_two_models_that_each_see_half_find_more_together():
    """What was wanted is second for both models, and first for their sum alone."""
    found = blend_lists(lists([[3, 0], [2, 2], [0, 3]], [False, True, False]), halves(40))
    assert found.blend == 1
    np.testing.assert_allclose(found.members, 1 / np.log2(3))
    assert found.weights.sum() == pytest.approx(1)


def test_a_model_that_knows_nothing_is_left_out():
    rng = np.random.default_rng(0)
    hits = rng.random((300, 50)) < 0.1
    hits[:, 0] = True
    scores = np.stack([hits + rng.normal(0, 0.3, hits.shape), rng.normal(0, 1, hits.shape)], axis=2)
    found = blend_lists(Candidates(scores.astype(np.float32), hits, hits.sum(axis=1)), halves(300))
    assert found.weights[1] < 0.1
