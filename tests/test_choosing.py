"""Which model is picked for which data, by the rule that `choosing.py` states."""

import pytest

import cofactor as cf
from cofactor import choosing
from cofactor.choosing import auto
from cofactor.errors import BadOption


@pytest.fixture(scope="module")
def clicks(tastes):
    return cf.read({"user": tastes.user_idx, "item": tastes.item_idx}, rating=False)


@pytest.fixture
def quick(monkeypatch):
    """A model's defaults are for real tables."""
    monkeypatch.setattr(choosing, "BayesianMF", lambda: cf.BayesianMF(n_factors=4, n_burn_in=5, n_draws=8))


def names(train, aim):
    return [type(model).__name__ for model in choosing._candidates(train, aim)[0]]


def test_ratings_are_predicted_by_the_most_accurate_model(tastes, quick):
    choice = auto(tastes, budget=1e-9)
    assert type(choice.model) is cf.BayesianMF
    assert len(choice.model.ratings) == len(tastes)
    assert "ratings to predict" in choice.why[0]
    assert "1 trials" in choice.why[-1]


def test_ratings_that_do_not_fit_as_draws_are_predicted_by_least_squares(tastes, monkeypatch):
    monkeypatch.setattr(choosing, "free_gb", lambda: 1e-6)
    ((model,), (why,)) = choosing._candidates(tastes, "rmse")
    assert type(model) is cf.ExplicitALS
    assert "too much for it" in why


def test_for_lists_three_models_are_tried_and_the_best_on_held_out_clicks_is_taken(clicks):
    choice = auto(clicks, budget=1e-9)
    assert set(choice.histories) == {"EASE", "ImplicitMF", "GraphFilter"}
    best = max(choice.histories, key=lambda name: choice.histories[name].best.value)
    assert type(choice.model).__name__ == best


def test_a_catalogue_whose_squares_do_not_fit_takes_the_sparse_form(clicks, monkeypatch):
    monkeypatch.setattr(choosing, "free_gb", lambda: 1e-6)
    assert names(clicks, "ndcg@10") == ["SparseEASE", "ImplicitMF", "GraphFilter"]


def test_ratings_of_which_lists_are_wanted_are_treated_like_clicks(tastes):
    assert names(tastes, "ndcg@10") == ["EASE", "ImplicitMF", "GraphFilter"]


def test_attributes_that_are_taken_in_are_named(tastes):
    _, (why,) = choosing._candidates(tastes, "rmse")
    given = [*tastes.user_attributes, *tastes.item_attributes]
    assert given
    assert all(name in why for name in given)


def test_clicks_have_no_rating_error(clicks):
    with pytest.raises(BadOption, match="rmse needs ratings"):
        auto(clicks, metric="rmse")
