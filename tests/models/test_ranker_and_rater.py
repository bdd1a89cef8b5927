"""Lists by a ranker, stars by a rater: what each says, and how the two are joined."""

import numpy as np
import pytest

import cofactor as cf
from cofactor.blending.lists import standardised
from cofactor.data.ratings import Ratings
from cofactor.errors import BadOption

USERS = np.arange(12)


@pytest.fixture(scope="module")
def model(checkerboard: Ratings) -> cf.RankerAndRater:
    return cf.RankerAndRater(cf.EASE(reg=1.0, use_values=True), cf.ExplicitALS(n_factors=4), error=0.5).fit(
        checkerboard, progress=False
    )


def test_a_score_is_the_rankers_times_the_probability_of_a_relevant_rating(model):
    """On the checkerboard, stars are 1 or 5: relevant is from 5 on, and half-way down to the next lower lies 3."""
    ranker, rater = model.fitted
    z, predicted = standardised(ranker.score_users(USERS)), rater.score_users(USERS)
    probability = 1 / (1 + np.exp(-(predicted - 3) * np.pi / (0.5 * np.sqrt(3))))
    assert model.threshold_ == 3
    assert (z > 0).any()
    np.testing.assert_allclose(model.score_users(USERS), np.where(z > 0, z * probability, z), rtol=1e-4, atol=1e-5)


def test_unweighted_it_lists_what_the_ranker_lists(model, checkerboard):
    plain = cf.RankerAndRater("popularity", "bias", weighted=False, error=1.0).fit(checkerboard, progress=False)
    alone = cf.Popularity().fit(checkerboard)
    for user in (0, 7):
        assert plain.rank(user, 3, hide_seen=False).idx.tolist() == alone.rank(user, 3, hide_seen=False).idx.tolist()


def test_predictions_are_the_raters(model):
    items = np.arange(12)
    np.testing.assert_array_equal(model.predict(4, items), model.fitted[1].predict(4, items))
    told = {0: 5.0, 1: 1.0}
    np.testing.assert_array_equal(model.predict(told, items), model.fitted[1].predict(told, items))


def test_a_list_shows_the_predicted_rating_inside_the_scale_beside_the_score(model, checkerboard):
    table = model.recommend([4, 7], n=5, hide_seen=False)
    shown = [rating for rows in (table["rating"],) for rating in rows.to_list()]
    expected = [float(model.predict(user, item, clip=True)) for user, item in zip(table["user"], table["item"])]
    np.testing.assert_allclose(shown, expected, rtol=1e-6)
    assert max(shown) <= checkerboard.scale[1]
    told = {0: 5.0, 1: 1.0}
    of_newcomer = model.recommend(told, n=2)
    np.testing.assert_allclose(of_newcomer["rating"], model.predict(told, of_newcomer["item"].to_list(), clip=True))


def test_where_the_rater_knows_how_sure_it_is_a_list_shows_it(checkerboard):
    rater = {"model": "bayesian_mf", "n_factors": 2, "n_draws": 8, "n_burn_in": 4}
    table = cf.RankerAndRater(rater=rater, error=0.5).fit(checkerboard, progress=False).recommend(4, hide_seen=False)
    assert (table["low"] <= table["rating"]).all()
    assert (table["rating"] <= table["high"]).all()
    assert (table["low"] < table["high"]).any()


def test_the_error_is_measured_where_it_is_not_given(checkerboard):
    """A rater that knows only the mean is two stars off, whichever ratings are held out."""
    model = cf.RankerAndRater("popularity", {"model": "bias", "reg_user": 1e6, "reg_item": 1e6}).fit(checkerboard)
    assert model.error_ == pytest.approx(2.0, abs=0.1)
    assert f"to within {model.error_:.3f} (RMSE)" in model.notes()[-1]


def test_the_note_says_of_what_the_threshold_is(model):
    assert model.notes()[-1].startswith(
        "Lists are ordered by the scores of EASE, times the probability of a rating of 3 or more by ExplicitALS; "
    )


def test_what_it_cannot_be_made_of_is_refused(checkerboard):
    with pytest.raises(BadOption, match="only ranks"):
        cf.RankerAndRater("ease", "ease")
    likes = Ratings.from_arrays([1, 1, 2], [1, 2, 1])
    with pytest.raises(BadOption, match="are clicks. Fit the ranker alone"):
        cf.RankerAndRater().fit(likes)


@pytest.mark.realdata
def test_on_movielens_its_lists_are_better_than_the_rankers_and_the_raters(data_folder):
    train, test = cf.split(cf.load("ml-100k"), test=0.2, by="user", seed=0)
    both = cf.RankerAndRater("ease", cf.ExplicitALS()).fit(train, progress=False)
    ndcg = [cf.evaluate(one, test, metrics=["ndcg@10"]).values["ndcg@10"] for one in (both, *both.fitted)]
    assert ndcg[0] > 1.05 * ndcg[1]
    assert ndcg[0] > 3 * ndcg[2]
