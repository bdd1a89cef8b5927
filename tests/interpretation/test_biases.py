"""Biases: those that were put in, whatever the model, with intervals that hold."""

import numpy as np
import pytest

import cofactor as cf
from cofactor.errors import Unsupported
from cofactor.interpretation.biases import biases

MODELS = {
    "bias": cf.Bias(),
    "least squares": cf.ExplicitALS(n_factors=3),
    "squashed": cf.MatrixFactorization(n_factors=3, n_epochs=8, y_range=(-3, 9)),
    "draws": cf.BayesianMF(n_factors=3, n_draws=30, n_burn_in=20, user_bag=False),
}
N_USERS, N_ITEMS, N_EACH = 800, 200, 30


@pytest.fixture(scope="module")
def world():
    """Ratings of random pairs by known biases and tastes; and these biases, of users and of items, in stars."""
    rng = np.random.default_rng(0)
    of_users, of_items = rng.normal(0, 0.4, N_USERS), rng.normal(0, 0.5, N_ITEMS)
    p, q = rng.normal(0, 0.7, (N_USERS, 2)), rng.normal(0, 0.7, (N_ITEMS, 2))
    p, q = p - p.mean(axis=0), q - q.mean(axis=0)
    users = np.repeat(np.arange(N_USERS), N_EACH)
    items = np.concatenate([rng.choice(N_ITEMS, N_EACH, replace=False) for _ in range(N_USERS)])
    values = 3 + of_users[users] + of_items[items] + np.einsum("nf,nf->n", p[users], q[items])
    return cf.Ratings.from_arrays(users, items, values + rng.normal(0, 0.7, len(users))), of_users, of_items


@pytest.fixture(scope="module", params=MODELS)
def model(request, world):
    return MODELS[request.param].fit(world[0], progress=False)


def test_they_are_those_that_were_put_in(model, world):
    _, of_users, of_items = world
    for side, true in (("user", of_users), ("item", of_items)):
        found = biases(model, side=side, min_ratings=1).axis.places
        assert np.corrcoef(found, true)[0, 1] > 0.9
        assert np.polyfit(true, found, 1)[0] == pytest.approx(1, abs=0.25)


def test_some_nine_of_ten_intervals_hold_the_bias_that_was_put_in(model, world):
    if not model.abilities.has_row_posterior:
        pytest.skip("has no posterior of its rows")
    found, true = biases(model, min_ratings=1), world[2] - world[2].mean()
    assert 0.8 < np.mean((found.low <= true) & (true <= found.high)) < 0.97


def test_best_and_worst_are_the_ends_of_one_scale_with_counts(model):
    found = biases(model, min_ratings=100)
    best, worst = found.best(3), found.worst(3)
    assert best["bias"].to_list() == sorted(found.axis.places, reverse=True)[:3]
    assert worst["bias"].to_list() == sorted(found.axis.places)[:3]
    assert min(*best["ratings"], *worst["ratings"]) >= 100


def test_the_floor_is_the_number_of_ratings_of_the_middle_row(tastes):
    found = biases(cf.Bias().fit(tastes))
    assert found.axis.rows.counts.min() == int(np.median(tastes.item_counts[tastes.item_counts > 0]))
    assert found.low is None
    assert found.table().columns == ["item", "title", "ratings", "bias"]


def test_a_model_that_only_ranks_has_none(tastes):
    with pytest.raises(Unsupported, match="predicts no values"):
        biases(cf.EASE().fit(tastes))


def test_a_model_without_a_score_for_unknown_items_has_no_biases_of_users(tastes):
    class RowsOnly(cf.Bias):
        def score_pairs(self, user_idx, item_idx, timestamps=None):
            scores = super().score_pairs(user_idx, item_idx)
            return np.where(item_idx < 0, -np.inf, scores)

    with pytest.raises(Unsupported, match="no score for the average user"):
        biases(RowsOnly().fit(tastes), side="user")
