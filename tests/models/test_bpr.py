"""BPR: what is liked comes first, on clicks and on ratings; every option is felt; it says when it diverges."""

import tracemalloc

import numpy as np
import pytest

import cofactor as cf
from cofactor.contract.profile import UserProfile
from cofactor.data.ratings import Ratings
from cofactor.errors import BadOption, Diverged
from cofactor.kernels.posterior.pairwise_row import pairwise_row

QUICK = {"n_factors": 8, "n_epochs": 20}


@pytest.fixture(scope="module")
def halves(tastes):
    return cf.split(tastes, test=0.2, by="user", seed=3)


def test_it_puts_held_out_likes_first_where_popularity_does_not(halves):
    auc = [
        cf.evaluate(model.fit(halves.train), halves.test, metrics=["auc"]).values["auc"]
        for model in (cf.BPR(**QUICK), cf.Popularity())
    ]
    assert auc[0] > auc[1] + 0.1


def test_the_wrong_order_becomes_rarer(tastes):
    history = cf.BPR(**QUICK).fit(tastes).history_
    assert history[-1].train_loss < 0.7 * history[0].train_loss


def test_the_strongest_pull_that_is_searched_leaves_tastes_to_be_learned(halves):
    """Three times as much leaves popularity alone: every factor ends within a thousandth of 0."""
    strongest = cf.BPR().search_space()["weight_decay"].high
    pulled, flat = (cf.BPR(**QUICK, weight_decay=times * strongest).fit(halves.train) for times in (1, 3))
    assert np.abs(flat.item_factors_).mean() < 1e-3 < 0.05 < np.abs(pulled.item_factors_).mean()


def test_of_ratings_only_the_high_ones_are_likes():
    """Bob rates item 2 low: nobody likes it, so it ends below what nobody rated higher."""
    ratings = Ratings.from_arrays([0, 0, 1, 1], [1, 2, 1, 2], [5, 1, 5, 1])
    scores = cf.BPR(**QUICK).fit(ratings).score_users(np.array([0, 1]))
    assert (scores[:, 0] > scores[:, 1]).all()


def test_a_newcomer_with_a_users_likes_ranks_as_the_user(halves):
    model = cf.BPR(**QUICK).fit(halves.train)
    items, values = halves.train.by_user.of(7)
    alike = np.corrcoef(model.score_profile(UserProfile(items, values)), model.score_users(np.array([7]))[0])[0, 1]
    assert alike > 0.9


def test_a_newcomer_who_likes_nothing_gets_what_a_stranger_gets(halves):
    model = cf.BPR(**QUICK).fit(halves.train)
    np.testing.assert_array_equal(
        model.score_profile(UserProfile(np.array([3]), np.array([1.0]))), model.score_users(np.array([-1]))[0]
    )


def test_a_newcomers_row_is_where_the_slope_is_zero():
    """The slope is written out over every pair of a liked item and another."""
    rng = np.random.default_rng(0)
    liked, others, liked_bias, other_bias = (rng.normal(size=shape) for shape in ((5, 3), (40, 3), 5, 40))
    p = pairwise_row(liked, others, liked_bias, other_bias, 0.01)
    apart = (liked[:, None] - others).reshape(-1, 3)
    wrong = 1 / (1 + np.exp((liked_bias[:, None] - other_bias).ravel() + apart @ p))
    np.testing.assert_allclose(apart.T @ wrong / len(apart), 0.01 * p, atol=1e-8)


def test_a_newcomers_row_is_found_from_far_away():
    """Scores of some hundreds, where whole Newton steps from 0 would leave the valley: they are halved."""
    rng = np.random.default_rng(1)
    liked, others = 30 * rng.normal(size=(3, 4)), 30 * rng.normal(size=(50, 4))
    far = pairwise_row(liked, others, np.zeros(3), 200 * rng.normal(size=50), 1e-4)
    assert np.isfinite(far).all()
    assert far.any()


def test_a_newcomers_row_is_found_without_a_row_of_factors_for_every_pair():
    """100,000 pairs of 64 factors: their differences would be 51 MB, to be multiplied in every Newton step."""
    rng = np.random.default_rng(0)
    liked, others = rng.normal(size=(40, 64)), rng.normal(size=(2500, 64))
    tracemalloc.start()
    pairwise_row(liked, others, np.zeros(40), np.zeros(2500), 0.01)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20e6


def test_what_is_liked_among_items_that_are_alike_says_nothing_of_a_newcomer(halves):
    """Only by what it has more than the others can a liked item tell of a taste."""
    model = cf.BPR(n_factors=2, n_epochs=1).fit(halves.train)
    model.item_factors_[:], model.item_bias_[:] = (3.0, -2.0), 0.5
    np.testing.assert_array_equal(model.score_newcomer({"inception-2010": 5.0}), model.score_users(np.array([-1]))[0])


OTHER = {
    "n_factors": 4, "n_epochs": 3, "learning_rate": 0.02, "weight_decay": 0.2, "schedule": "constant", "relevant": 2.0,
    "seed": 1,
}  # fmt: skip


def test_every_option_is_felt(halves):
    base = cf.BPR(**QUICK)
    assert OTHER.keys() == base.options().keys()
    scores = base.fit(halves.train).score_users(np.arange(5))
    for name, value in OTHER.items():
        other = cf.BPR(**QUICK | {name: value}).fit(halves.train)
        assert not np.allclose(other.score_users(np.arange(5)), scores), name


def test_steps_that_are_too_large_are_said_to_be(halves):
    with pytest.raises(Diverged, match=r"Lower learning_rate\."):
        cf.BPR(learning_rate=1e6, **QUICK).fit(halves.train)


@pytest.mark.parametrize(
    ("given", "telling"),
    [
        ({"n_factors": 0}, "n_factors must be at least 1"),
        ({"learning_rate": 0.0}, "learning_rate must be above 0"),
        ({"relevant": 6.0}, "No rating is 6 or above"),
    ],
)
def test_bad_options_are_refused(given, telling, halves):
    with pytest.raises(BadOption, match=telling):
        cf.BPR(**given).fit(halves.train)


def test_factors_too_large_to_be_multiplied_are_refused():
    """Finite as they are, every score of theirs would be infinite."""
    ratings = Ratings.from_arrays([7, 7, 7, 1], [7, 1, 2, 7], [0.0, 0, 1, 1])
    with pytest.raises(Diverged, match="left the finite numbers"):
        cf.BPR(learning_rate=1e9, n_epochs=2).fit(ratings, progress=False)
