"""What the average over draws is worth, and its intervals, on ratings that were held out."""

import signal
from copy import copy

import numpy as np
import pytest

import cofactor as cf
from cofactor.contract.profile import UserProfile
from cofactor.errors import BadOption


@pytest.fixture(scope="module")
def tastes_split(tastes):
    split = cf.split(tastes, test=0.2, seed=0)
    return split.train, split.test


@pytest.fixture(scope="module")
def model(tastes_split):
    return cf.BayesianMF(n_factors=8, n_draws=40).fit(tastes_split[0], progress=False)


def test_the_average_over_draws_beats_the_last_draw_and_the_biases(model, tastes_split):
    train, test = tastes_split

    def rmse(scores):
        return np.sqrt(np.mean((scores - test.values) ** 2))

    averaged = rmse(model.score_pairs(test.user_idx, test.item_idx))
    draws = model._draws.of_pairs(test.user_idx, test.item_idx, None)
    last = rmse(np.concatenate([scores for _, scores in draws])[:, -1])
    assert averaged < last - 0.02
    assert averaged < rmse(cf.Bias().fit(train).score_pairs(test.user_idx, test.item_idx)) - 0.05


@pytest.mark.parametrize("level", [0.5, 0.8, 0.9])
def test_intervals_hold_as_many_held_out_ratings_as_they_say(model, tastes_split, level):
    _, test = tastes_split
    users, items = test.users.values[test.user_idx], test.items.values[test.item_idx]
    _, low, high = model.predict(users, items, interval=level)
    assert np.mean((test.values >= low) & (test.values <= high)) == pytest.approx(level, abs=0.03)


def test_somebody_nothing_is_known_of_is_doubted_most(model):
    _, low, high = model.predict(["nobody", "u0001"], "inception-2010", unknown="fallback", interval=0.9)
    assert (high - low)[0] > (high - low)[1]


def test_a_level_that_is_no_probability_is_refused(model):
    with pytest.raises(BadOption, match="between 0 and 1"):
        model.predict("u0001", "inception-2010", interval=90)


def test_draws_that_would_not_fit_are_refused_before_they_are_made(tastes):
    with pytest.raises(BadOption, match=r"needs 0\.3 GB, but 0\.1 GB may be used\. Keep fewer n_draws"):
        cf.BayesianMF(n_draws=2000, n_factors=32, memory_gb=0.1).fit(tastes)


def test_constant_ratings_are_no_trouble():
    ratings = cf.read({"user": [1, 1, 2, 2, 3], "item": [1, 2, 1, 3, 2], "rating": [4.0] * 5})
    model = cf.BayesianMF(n_factors=3, n_draws=200).fit(ratings, progress=False)
    np.testing.assert_allclose(model.predict([1, 2], [3, 2]), 4, atol=0.8)


def rmse_of(model, test):
    return float(np.sqrt(np.mean((model.score_pairs(test.user_idx, test.item_idx) - test.values) ** 2)))


def test_a_newcomer_with_somebodys_ratings_is_told_what_they_are_told(tastes_split):
    train, _ = tastes_split  # attributes apart, which a newcomer does not tell
    model = cf.BayesianMF(n_factors=8, n_draws=40, attributes=False).fit(train, progress=False)
    items, values = train.by_user.of(7)
    newcomer = {train.items.values[item]: float(value) for item, value in zip(items, values, strict=True)}
    known, new = model.score_users(np.array([7]))[0], model.score_newcomer(newcomer)
    assert np.sqrt(np.mean((known - new) ** 2)) < 0.12


def test_ordered_levels_give_ratings_on_the_scale_for_pairs_lists_and_newcomers(tastes_split):
    train, test = tastes_split
    model = cf.BayesianMF(n_factors=4, n_draws=20, ordinal=True).fit(train, progress=False)
    low, high = train.scale
    scores = model.score_users(np.arange(5))
    assert ((scores >= low) & (scores <= high)).all()
    assert len(model.recommend([])) == 0
    np.testing.assert_allclose(scores[3, :9], model.score_pairs(np.full(9, 3), np.arange(9)), atol=1e-3)
    favourite = train.items.values[0]
    newcomer = model.score_newcomer({favourite: high})
    assert low <= newcomer.min() < newcomer.max() <= high
    items, values = train.by_user.of(7)  # a newcomer with somebody's ratings is told what they are told
    assert (
        np.sqrt(np.mean((model.score_profile(UserProfile(items, values)) - model.score_users(np.array([7]))[0]) ** 2))
        < 0.2
    )
    assert rmse_of(model, test) < rmse_of(cf.Bias().fit(train), test) - 0.05
    variance = model.pair_variances(test.user_idx, test.item_idx)
    error = (model.score_pairs(test.user_idx, test.item_idx) - test.values) ** 2
    assert np.mean(error / variance) == pytest.approx(1, abs=0.15)


def test_days_need_times(tastes_split):
    from dataclasses import replace

    with pytest.raises(BadOption, match="needs the time"):
        cf.BayesianMF(days=True).fit(replace(tastes_split[0], timestamps=None), progress=False)


def test_with_days_the_same_pair_scores_differently_on_another_day(tastes_split):
    train, test = tastes_split
    model = cf.BayesianMF(n_factors=4, n_burn_in=5, n_draws=4, days=True).fit(train, progress=False)
    user, item = test.users.values[test.user_idx[0]], test.items.values[test.item_idx[0]]
    first, last = (model.predict(user, item, times=[int(when)]) for when in np.sort(train.timestamps)[[0, -1]])
    assert first != last
    never = model.predict(user, item, times=[0])  # a day that nobody rated on is an average day
    assert never == pytest.approx(model.predict(user, item))
    np.testing.assert_allclose(model.score_users(test.user_idx[:1])[0, test.item_idx[0]], never, rtol=1e-3)


def test_several_chains_share_the_draws(tastes_split):
    model = cf.BayesianMF(n_factors=3, n_burn_in=4, n_draws=5, thin=2, n_chains=2).fit(tastes_split[0])
    assert len(model.history_) == 2 * 4 + 2 * 5
    assert model.user_draws_.shape[1] == 5
    losses = [epoch.train_loss for epoch in model.history_]
    first, second = losses[: 4 + 2 * 3], losses[4 + 2 * 3 :]  # 3 draws of the one, 2 of the other
    assert not set(first) & set(second)  # which began elsewhere and went another way
    with pytest.raises(BadOption, match="cannot share"):
        cf.BayesianMF(n_draws=2, n_chains=3).fit(tastes_split[0])


def test_each_chain_burns_in_and_then_keeps_every_second_sweep():
    """Three draws of two chains: two of the first, one of the second, each after two sweeps of burning in."""
    model = cf.BayesianMF(n_burn_in=2, n_draws=3, thin=2, n_chains=2)
    first, second = [(0, keep) for keep in (0, 0, 0, 1, 0, 1)], [(1, keep) for keep in (0, 0, 0, 1)]
    assert model._sweeps() == first + second


def test_memory_is_that_of_the_draws_and_of_each_rating(tastes):
    """In half precision; the bag has a row an item beside. Days or ordered levels keep more of each rating."""
    a_draw, n = 2 * (tastes.n_users + tastes.n_items) * (8 + 1), len(tastes)
    plain = {"n_factors": 8, "n_draws": 10, "user_bag": False}
    assert cf.BayesianMF(**plain).needed_gb(tastes) == pytest.approx((10 * a_draw + 40 * n) / 1e9)
    bag = cf.BayesianMF(**plain | {"user_bag": True}).needed_gb(tastes) - cf.BayesianMF(**plain).needed_gb(tastes)
    assert bag == pytest.approx(10 * 2 * tastes.n_items * 9 / 1e9)
    for more in ({"days": True}, {"ordinal": True}):
        assert cf.BayesianMF(**plain, **more).needed_gb(tastes) == pytest.approx((10 * a_draw + 100 * n) / 1e9)


def test_a_warm_start_needs_no_burning_in(model, tastes_split):
    train, test = tastes_split
    options = {"n_factors": 8, "n_burn_in": 1, "n_draws": 10, "thin": 1}
    warm = cf.BayesianMF(**options).fit(train, warm_start=model)
    cold = cf.BayesianMF(**options).fit(train)
    assert rmse_of(warm, test) < rmse_of(cold, test) - 0.02
    with pytest.raises(BadOption, match="8 factors"):
        cf.BayesianMF(n_factors=9).fit(train, warm_start=model)


@pytest.mark.parametrize(("n_sweeps", "n_draws"), [(7, 3), (2, 1)])
def test_ctrl_c_keeps_the_draws_there_are_and_one_while_the_chain_burns_in(
    n_sweeps, n_draws, tastes_split, monkeypatch
):
    """Four sweeps burn in; every one that follows is kept."""
    from cofactor.errors import Interrupted
    from cofactor.gibbs.chain import GibbsSampler

    sweep, done = GibbsSampler.sweep, []

    def interrupted(chain):
        done.append(1)
        if len(done) == n_sweeps:
            signal.raise_signal(signal.SIGINT)
        return sweep(chain)

    monkeypatch.setattr(GibbsSampler, "sweep", interrupted)
    with pytest.warns(Interrupted):
        model = cf.BayesianMF(n_factors=3, n_burn_in=4, n_draws=50, thin=1).fit(tastes_split[0])
    assert (len(done), model.item_draws_.shape[1]) == (n_sweeps, n_draws)
    assert np.isfinite(model.predict("u0001", "inception-2010"))


def test_some_twenty_draws_stand_for_all_where_a_newcomer_is_asked(model):
    """Every second of the forty."""
    assert model._model_draws == range(0, 40, 2)
    assert len(model.row_models()) == len(model.rows_by_model(np.array([3]))) == 20


def test_a_newcomers_rating_of_an_item_that_is_all_noise_tells_nothing(model):
    item, noisy = model.ratings.items.values[0], copy(model)
    assert np.abs(noisy.score_newcomer({item: 5.0}) - noisy.score_newcomer({item: 1.0})).max() > 0.1
    noisy.item_noise_variance_ = np.where(
        np.arange(len(model.item_noise_variance_)) == 0, 1e9, model.item_noise_variance_
    )
    np.testing.assert_allclose(noisy.score_newcomer({item: 5.0}), noisy.score_newcomer({item: 1.0}), atol=1e-4)


def test_who_rates_at_random_after_the_fit_is_predicted_with_more_doubt(model):
    """Two people rate the same forty items: the one as u0001 would, the other up to a star and a half off it."""
    ratings, items = model.ratings, model.ratings.items.values[:40]
    calm = model.predict("u0001", items, clip=True)
    wild = np.clip(calm + np.where(np.arange(40) % 2, 1.5, -1.5), *ratings.scale)
    later = [*["calm"] * 40, *["wild"] * 40], [*items, *items], np.append(calm, wild)
    after = copy(model).update(cf.Ratings.from_arrays(*later, scale=ratings.scale))
    _, low, high = after.predict(["calm", "wild"], ratings.items.values[50], interval=0.9)
    assert (high - low)[1] > 1.2 * (high - low)[0]


@pytest.mark.realdata
def test_ninety_percent_intervals_hold_on_movielens(ml_100k):
    split = cf.split(ml_100k, test=0.1, seed=0)
    model, test = cf.BayesianMF(n_factors=16, n_draws=40).fit(split.train, progress=False), split.test
    users, items = test.users.values[test.user_idx], test.items.values[test.item_idx]
    _, low, high = model.predict(users, items, interval=0.9)
    assert 0.88 < np.mean((test.values >= low) & (test.values <= high)) < 0.92
