"""A person is taken out of a model: of every one what was theirs alone, of some all that they helped to learn."""

import numpy as np
import pytest

import cofactor as cf
from cofactor.contract.receipt import Receipt
from cofactor.data.ratings import Ratings
from cofactor.errors import BadOption, UnknownIds
from cofactor.models import model_class, model_names

SMALL = {"blend": {"members": ("bias", "popularity")}, "bayesian_mf": {"n_factors": 3, "n_draws": 4, "n_burn_in": 2}}
EXACT = ("bias", "ease", "item_knn", "popularity")  # as if they had never been there


@pytest.fixture(params=model_names())
def model(request, checkerboard):
    return model_class(request.param)(**SMALL.get(request.param, {})).fit(checkerboard, progress=False)


def test_who_is_forgotten_is_a_stranger_and_all_others_get_answers(model, checkerboard):
    receipt = model.forget(3)
    assert (receipt.user, receipt.n_ratings) == (3, 11)
    with pytest.raises(UnknownIds):
        model.recommend(3)
    assert model.ratings.n_users == 11
    others = [user for user in range(12) if user != 3]
    lists = model.rank(others, n=12, hide_seen=False)
    assert lists.filled.all()
    assert np.isfinite(lists.scores).all()


def test_the_rows_of_others_are_what_they_were(checkerboard):
    model = cf.MatrixFactorization(n_factors=3).fit(checkerboard, progress=False)
    before = model.score_users(np.arange(12))
    receipt = model.forget(3)
    np.testing.assert_array_equal(model.score_users(np.arange(11)), np.delete(before, 3, axis=0))
    assert receipt.removed == ("user_bias_", "user_factors_")
    assert "item_factors_" in receipt.kept


def test_no_learned_array_has_a_row_left_for_them(model):
    model.forget(3)
    for name, one in model.learned.items():
        if one.shape[:1] == ("n_users",):
            assert len(getattr(model, name)) == 11


@pytest.mark.parametrize("name", EXACT)
@pytest.mark.parametrize("user", [0, 5, 11])
def test_some_are_then_as_if_they_had_never_known_them(name, user, checkerboard):
    options = {"ease": {"reg": 5.0, "use_values": True}}.get(name, {})
    model = model_class(name)(**options).fit(checkerboard, progress=False)
    receipt = model.forget(user)
    never = model_class(name)(**options).fit(checkerboard.without(users=[user]), progress=False)
    for one in model.learned:
        np.testing.assert_allclose(getattr(model, one), getattr(never, one), rtol=2e-4, atol=2e-5)
    assert receipt.kept == ()


def test_a_model_that_forgot_is_saved_and_opened_without_them(model, tmp_path):
    model.forget(3)
    opened = cf.open(model.save(tmp_path / "m"))
    np.testing.assert_array_equal(opened.score_users(np.arange(11)), model.score_users(np.arange(11)))
    assert 3 not in opened.ratings.users.values.tolist()


def test_who_asks_meanwhile_is_answered_by_the_state_before(checkerboard):
    model = cf.Popularity().fit(checkerboard)
    before = model.snapshot()
    model.forget(3)
    assert before.ratings.n_users == 12


def test_the_last_one_is_not_forgotten_but_the_model_deleted():
    model = cf.Popularity().fit(Ratings.from_arrays(["ann", "ann"], ["x", "y"], [5, 3]))
    with pytest.raises(BadOption, match="Without 'ann' there are no ratings left"):
        model.forget("ann")
    with pytest.raises(UnknownIds):
        model.forget("bob")
    assert model.ratings.n_users == 1


def test_the_receipt_says_what_went_and_what_stayed():
    before = {"user_factors_": np.zeros((3, 2)), "item_factors_": np.zeros((2, 2)), "mean_": 3.0}
    after = before | {"user_factors_": np.zeros((2, 2)), "mean_": 2.5}
    receipt = Receipt.of("ann", 7, before, after)
    assert str(receipt).splitlines() == [
        "'ann' and 7 ratings are gone from the model's table.",
        "Removed: user_factors_.",
        "Solved again: mean_.",
        "Kept, of everybody: item_factors_.",
    ]
