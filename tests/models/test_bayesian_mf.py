"""The sampler against distributions that are known, and the intervals against ratings that were held out."""

import numpy as np
import pytest

import cofactor as cf
from cofactor.errors import BadOption
from cofactor.training.gibbs import GibbsSampler, Population


@pytest.fixture(scope="module")
def tastes_split(tastes):
    split = cf.split(tastes, test=0.2, seed=0)
    return split.train, split.test


@pytest.fixture(scope="module")
def model(tastes_split):
    return cf.BayesianMF(n_factors=8, n_draws=40).fit(tastes_split[0], progress=False)


def test_a_population_is_found_from_its_rows():
    """With ten thousand rows the Normal-Wishart posterior stands where mean and covariance of the rows do."""
    rng = np.random.default_rng(0)
    true_mean, root = np.array([1.0, -2.0, 0.5]), np.array([[1.0, 0, 0], [0.8, 0.5, 0], [-0.3, 0.2, 2.0]])
    rows = (true_mean + rng.standard_normal((10_000, 3)) @ root.T).astype(np.float32)
    drawn = [Population.draw(rows, rng) for _ in range(50)]
    np.testing.assert_allclose(np.mean([p.mean for p in drawn], axis=0), true_mean, atol=0.06)
    covariance = np.linalg.inv(np.mean([p.precision for p in drawn], axis=0))
    np.testing.assert_allclose(covariance, root @ root.T, atol=0.12)


def test_the_squared_error_that_comes_with_a_draw_is_that_of_the_draw(tastes_split):
    train, _ = tastes_split
    chain = GibbsSampler(train, 6, seed=1)
    for _ in range(3):
        told = chain.sweep()
    p, q = chain.users.rows[train.user_idx], chain.items.rows[train.item_idx]
    scores = chain.mean + (p[:, :6] * q[:, :6]).sum(axis=1) + p[:, 6] + q[:, 6]
    assert told == pytest.approx(np.mean((train.values - scores) ** 2), rel=1e-3)


def test_the_average_over_draws_beats_the_last_draw_and_the_biases(model, tastes_split):
    train, test = tastes_split

    def rmse(scores):
        return np.sqrt(np.mean((scores - test.values) ** 2))

    averaged = rmse(model._predict(test.user_idx, test.item_idx))
    draws = model._draws(test.user_idx, test.item_idx, model.user_mean_, model.item_mean_)
    last = rmse(np.concatenate(list(draws))[:, -1])
    assert averaged < last - 0.02
    assert averaged < rmse(cf.Bias().fit(train)._predict(test.user_idx, test.item_idx)) - 0.05


@pytest.mark.parametrize("level", [0.5, 0.8, 0.9])
def test_intervals_hold_as_many_held_out_ratings_as_they_say(model, tastes_split, level):
    _, test = tastes_split
    users, items = test.users.values[test.user_idx], test.items.values[test.item_idx]
    low, high = model.predict_interval(users, items, level)
    assert np.mean((test.values >= low) & (test.values <= high)) == pytest.approx(level, abs=0.03)


def test_somebody_nothing_is_known_of_is_doubted_most(model):
    low, high = model.predict_interval(["nobody", "u0001"], "inception-2010", unknown="fallback")
    assert (high - low)[0] > (high - low)[1]


def test_a_level_that_is_no_probability_is_refused(model):
    with pytest.raises(BadOption, match="between 0 and 1"):
        model.predict_interval("u0001", "inception-2010", 90)


def test_constant_ratings_are_no_trouble():
    ratings = cf.read({"user": [1, 1, 2, 2, 3], "item": [1, 2, 1, 3, 2], "rating": [4.0] * 5})
    model = cf.BayesianMF(n_factors=3, n_draws=5).fit(ratings, progress=False)
    np.testing.assert_allclose(model.predict([1, 2], [3, 2]), 4, atol=1.5)


@pytest.mark.realdata
def test_ninety_percent_intervals_hold_on_movielens(ml_100k):
    split = cf.split(ml_100k, test=0.1, seed=0)
    model, test = cf.BayesianMF(n_factors=16, n_draws=40).fit(split.train, progress=False), split.test
    users, items = test.users.values[test.user_idx], test.items.values[test.item_idx]
    low, high = model.predict_interval(users, items, 0.9)
    assert 0.88 < np.mean((test.values >= low) & (test.values <= high)) < 0.92
