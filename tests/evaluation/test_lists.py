"""The lists of a test's users: what they hold at each rank, and the gain of it."""

import numpy as np
import pytest

import cofactor as cf
from cofactor.data.ratings import Ratings
from cofactor.evaluation.held_out import HeldOut
from cofactor.evaluation.lists import rank_catalogue
from scripted import scripted

STARS = np.array([0, 1, 3, 7, 15, 31]) / 32  # the gain of each number of stars


@pytest.fixture
def rated() -> tuple[Ratings, Ratings]:
    """a has rated item 1, b item 2; held out: a gave 2, 3 and 4 stars 5, 4 and 1, b gave 5 and an unknown 6 both 5."""
    whole = Ratings.from_arrays(
        ["a", "b", "a", "a", "a", "b"], [1, 2, 2, 3, 4, 5], [3.0, 3, 5, 4, 1, 5], scale=(1.0, 5.0)
    )
    later = Ratings.from_arrays(["a", "a", "a", "b", "b"], [2, 3, 4, 5, 6], [5.0, 4, 1, 5, 5], scale=(1.0, 5.0))
    return whole.subset(np.arange(2)), later


SCORES = [[9, 5, 1, 4, 3], [1, 9, 5, 5, 4]]  # a's list without item 1: 2 4 5 3; b's without item 2: 3 4 5 1


def test_lists_hide_what_was_rated_in_training(rated):
    train, test = rated
    lists = rank_catalogue(scripted(train, SCORES), HeldOut.of(train, test), 4)
    assert (lists.items + 1).tolist() == [[2, 4, 5, 3], [3, 4, 5, 1]]
    assert lists.hits.tolist() == [[True, False, False, True], [False, False, True, False]]
    assert lists.n_relevant.tolist() == [2, 2]


def test_each_rank_has_the_gain_of_the_rating_given_and_none_where_the_item_is_not_relevant(rated):
    train, test = rated
    lists = rank_catalogue(scripted(train, SCORES), HeldOut.of(train, test), 4)
    np.testing.assert_array_equal(lists.gains, STARS[[[5, 0, 0, 4], [0, 0, 5, 0]]])
    np.testing.assert_array_equal(lists.ideal_gains, STARS[[[5, 4, 0, 0], [5, 5, 0, 0]]])


def test_a_lower_threshold_lets_lower_ratings_gain(rated):
    train, test = rated
    lists = rank_catalogue(scripted(train, SCORES), HeldOut.of(train, test, relevant=1.0), 4)
    np.testing.assert_array_equal(lists.gains[0], STARS[[5, 1, 0, 4]])
    np.testing.assert_array_equal(lists.ideal_gains[0], STARS[[5, 4, 1, 0]])


@pytest.mark.parametrize("threshold", [None, 1.0, 2.5, 5.0])
def test_a_gain_above_0_is_a_hit(tastes, threshold):
    train, test = cf.split(tastes, seed=4)
    lists = rank_catalogue(cf.Popularity().fit(train), HeldOut.of(train, test, threshold), 20)
    np.testing.assert_array_equal(lists.gains > 0, lists.hits)
    np.testing.assert_array_equal((lists.ideal_gains > 0).sum(axis=1), np.minimum(lists.n_relevant, 20))


def test_of_clicks_the_graded_ndcg_is_the_ndcg(tastes):
    train, test = cf.split(Ratings.from_arrays(tastes.user_idx, tastes.item_idx), seed=4)
    found = cf.evaluate(cf.Popularity().fit(train), test, metrics=["ndcg", "ndcg_graded"]).values
    assert found["ndcg@10"] == found["ndcg_graded@10"]


def test_of_counts_more_plays_gain_more_and_grow_as_their_logarithm():
    train = Ratings.from_arrays(["a", "b"], [1, 2], [1, 1], kind="counts")
    test = Ratings.from_arrays(["a", "b", "b"], [2, 1, 3], [1.0, 7.0, 1.0], kind="counts")
    np.testing.assert_allclose(HeldOut.of(train, test).relevant.gains, np.log2([2, 2, 8]) / (1 / np.log(2) + 3))


def test_graded_values_are_those_of_a_loop_over_users_and_ranks(tastes):
    """Plain NumPy, from the ratings themselves: 5 stars gain 31/32, 4 gain 15/32, fewer nothing."""
    train, test = cf.split(tastes, seed=4)
    model, found = cf.Bias().fit(train), []
    for user in np.unique(test.user_idx):
        rows = np.flatnonzero((test.user_idx == user) & (test.values >= 4))
        if len(rows):
            scores = np.array(model.score_users(np.array([user])))[0]
            scores[train.item_idx[train.user_idx == user]] = -np.inf
            gain = dict(zip(test.item_idx[rows], (2.0 ** test.values[rows] - 1) / 32, strict=True))
            gains = [gain.get(item, 0.0) for item in np.argsort(-scores, kind="stable")[:10]]
            best = sorted(gain.values(), reverse=True)[:10]
            dcg, ideal = (sum(g / np.log2(r + 2) for r, g in enumerate(its)) for its in (gains, best))
            err = sum(g / (r + 1) * np.prod(1 - np.array(gains[:r])) for r, g in enumerate(gains))
            found.append((dcg / ideal, err))
    values = cf.evaluate(model, test, metrics=["ndcg_graded", "err"]).values
    assert tuple(values.values()) == pytest.approx(np.mean(found, axis=0))


def test_blocks_of_users_give_the_same_lists(checkerboard, monkeypatch):
    train, test = cf.split(checkerboard, test=0.3)
    model, held = scripted(train, np.random.default_rng(0).normal(size=(12, 12))), HeldOut.of(train, test)
    whole = rank_catalogue(model, held, 5, count_ranks=True)
    monkeypatch.setattr("cofactor.selection.exact.BLOCK", 40)  # three users at once
    blocks = rank_catalogue(model, held, 5, count_ranks=True)
    np.testing.assert_array_equal(whole.items, blocks.items)
    np.testing.assert_array_equal(whole.hits, blocks.hits)
    np.testing.assert_array_equal(whole.rank_counts, blocks.rank_counts)
