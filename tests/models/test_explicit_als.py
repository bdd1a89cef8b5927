"""Alternating least squares against the equations it solves."""

from dataclasses import replace

import numpy as np
import pytest

import cofactor as cf
from cofactor.data.ratings import Ratings
from cofactor.errors import Diverged
from small_tables import random_ratings

ALS = {"n_factors": 5, "n_epochs": 4, "seed": 3}


@pytest.fixture(scope="module")
def tastes():
    split = cf.split(cf.load("tastes"), test=0.2, seed=0)
    return split.train, split.test


@pytest.mark.parametrize("exponent", [0.0, 1.0])
def test_the_loss_that_is_told_is_that_of_the_parameters(tastes, exponent):
    """It costs nothing to know: |U⁻ᵀ b|² of the factored rows says it."""
    train, _ = tastes
    model = cf.ExplicitALS(**ALS, reg=0.05, reg_exponent=exponent).fit(train, progress=False)
    predicted = model.score_pairs(train.user_idx, train.item_idx)
    assert model.history_[-1].losses[-1] == pytest.approx(np.mean((train.values - predicted) ** 2), rel=1e-4)


def test_every_half_lowers_the_objective(tastes):
    train, _ = tastes
    losses = [
        epoch.valid_loss
        for epoch in cf.ExplicitALS(**ALS | {"n_epochs": 8}, reg=1e-3)
        .fit(train, validation=train, progress=False)
        .history_
    ]
    assert losses == sorted(losses, reverse=True)


@pytest.mark.parametrize("exponent", [0.0, 0.5, 1.0])
def test_the_rows_solve_their_own_normal_equations(tastes, exponent):
    """After the items' half, each item's row is the ridge regression of its n ratings on the users' rows, with a
    penalty of λ · 100 (n/100)ᵉ."""
    from cofactor.nets.embeddings import Embeddings
    from cofactor.training.engines.explicit_als import AlternatingLeastSquares

    train, _ = tastes
    start = Embeddings.random(train.n_users, train.n_items, 5, 0, 0.1)
    engine = AlternatingLeastSquares(start, train, 0.05, exponent)
    engine.run(0, 0, 2)
    p, user_bias, q, item_bias = engine.embeddings
    for item in range(0, train.n_items, 50):
        users, values = train.by_item.of(item)
        design = np.column_stack([p[users], np.ones(len(users))]).astype(np.float64)
        normal = design.T @ design + 0.05 * 100 * (len(users) / 100) ** exponent * np.eye(6)
        expected = np.linalg.solve(normal, design.T @ (values - user_bias[users]))
        np.testing.assert_allclose(np.append(q[item], item_bias[item]), expected, atol=2e-4)


def test_it_starts_where_the_ratings_differ_most(tastes):
    """One sweep from there explains more of held-out ratings than two from random factors."""
    from cofactor.nets.embeddings import Embeddings
    from cofactor.training.engines.explicit_als import AlternatingLeastSquares
    from cofactor.training.engines.spectral import spectral_start

    train, test = tastes

    def error(start: Embeddings, n_sweeps: int) -> float:
        engine = AlternatingLeastSquares(start, train, 0.1, 0.8)
        for sweep in range(n_sweeps):
            engine.run(sweep, 0, 2)
        return float(np.mean((engine.predict(test.user_idx, test.item_idx) - test.values) ** 2))

    spectral = spectral_start(train, 8, seed=0)
    assert np.sqrt(np.mean(spectral.item_factors**2)) == pytest.approx(0.15, rel=1e-4)
    random = Embeddings.random(train.n_users, train.n_items, 8, seed=0, scale=0.1)
    assert error(spectral, 1) < error(random, 2)


def test_the_start_is_what_items_have_in_common_with_others_and_not_how_each_varies():
    """By dense matrices: (RᵀR - its diagonal) Ω, every rating times 1/√(n_u n_i), counts being damped by 10."""
    from cofactor.training.engines.spectral import ItemStart

    ratings = random_ratings(30, 12, 150)
    start = ItemStart(ratings.item_counts, ratings.mean, k=4, seed=0)
    table = (ratings.matrix.toarray() - ratings.mean) * (ratings.matrix.toarray() != 0)
    table /= np.sqrt(np.outer(ratings.user_counts + 10, ratings.item_counts + 10))
    shared = table.T @ table
    expected = (shared - np.diag(np.diag(shared))) @ start._random
    expected *= 0.15 / np.sqrt(np.mean(expected**2))
    np.testing.assert_allclose(start.factors(start.sums([ratings.by_user])), expected, atol=1e-6)


def test_items_that_share_no_user_start_from_random_factors():
    from cofactor.training.engines.spectral import ItemStart

    alone = cf.Ratings.from_arrays(np.arange(9), np.arange(9) % 3, [1.0, 2, 5, 4, 3, 2, 5, 1, 2])
    start = ItemStart(alone.item_counts, alone.mean, k=4, seed=0)
    factors = start.factors(start.sums([alone.by_user]))
    np.testing.assert_allclose(factors, start._random * 0.15, atol=1e-6)


def test_users_who_alone_rated_what_they_rated_are_learned_from():
    """All items of a user then lie in the direction of the user's row, in which many ratings outweigh what is expected
    of users millions of times."""
    rng, n = np.random.default_rng(0), 200_000
    alone = cf.Ratings.from_arrays(rng.integers(0, 20, n), np.arange(n), rng.integers(1, 6, n))
    model = cf.ExplicitALS(n_factors=8, n_epochs=1).fit(alone, progress=False)
    assert np.isfinite(model.score_newcomer({0: 5, 1: 1})).all()


def test_ratings_that_are_all_alike_are_a_start_too(tastes):
    train, _ = tastes
    flat = replace(train, values=np.full(len(train), 3, np.float32))
    model = cf.ExplicitALS(**ALS).fit(flat, progress=False)
    np.testing.assert_allclose(model.score_pairs(train.user_idx[:50], train.item_idx[:50]), 3, atol=1e-3)


def test_more_factors_than_items_and_a_row_without_ratings_are_fine(tastes):
    train, _ = tastes
    few = train.subset(np.arange(40))
    model = cf.ExplicitALS(n_factors=100, n_epochs=2).fit(few, progress=False)
    assert np.isfinite(model.user_factors_).all()
    assert np.isfinite(model.item_factors_).all()


def test_the_same_seed_gives_the_same_bits(tastes):
    first, second = (cf.ExplicitALS(**ALS).fit(tastes[0], progress=False) for _ in range(2))
    assert np.array_equal(first.user_factors_, second.user_factors_)


def test_every_option_is_felt(tastes):
    """And `attributes` in tests of its own."""
    train, _ = tastes
    changed = {"n_factors": 4, "n_epochs": 3, "seed": 4, "reg": 0.5, "reg_exponent": 0.0}
    assert changed.keys() | {"attributes"} == cf.ExplicitALS().options().keys()
    plain = cf.ExplicitALS(**ALS).fit(train, progress=False).score_users(np.arange(5))
    for name, value in changed.items():
        other = cf.ExplicitALS(**ALS | {name: value}).fit(train, progress=False)
        assert (other.score_users(np.arange(5)) != plain).any(), name


@pytest.mark.realdata
def test_it_beats_the_biases_on_movielens(data_folder):
    train, test = cf.split(cf.load("ml-1m"), test=0.1, seed=0)
    model = cf.ExplicitALS(n_factors=15, n_epochs=10, reg=0.06)
    rmse = cf.evaluate(model.fit(train, progress=False), test).values["rmse"]
    assert rmse < cf.evaluate(cf.Bias().fit(train), test).values["rmse"] - 0.04


def test_ratings_a_thousand_apart_leave_rows_that_later_ones_can_be_placed_by():
    """In their own unit the rows' precisions spanned what single precision cannot, and the new rows were nan."""
    values = [1000, 1, 2, 1000, 1000, 2, 1000, 1]
    first = Ratings.from_arrays([1, 1, 2, 4, 4, 2, 1, 2], [5, 0, 0, 5, 1, 1, 1, 2], values)
    model = cf.ExplicitALS(n_factors=8).fit(first, progress=False)
    model.update(Ratings.from_arrays([2, 0, 1], [7, 7, 7], [3, 3, 3], scale=(1, 1000)))
    assert np.isfinite(model.score_users(np.arange(-1, 4))).all()


def test_later_ratings_that_leave_no_finite_row_are_refused_and_change_nothing(monkeypatch, checkerboard):
    model = cf.ExplicitALS(n_factors=4).fit(checkerboard, progress=False)
    before = model.score_users(np.arange(3))
    monkeypatch.setattr(cf.ExplicitALS, "updated_state", lambda *_: {"user_factors_": np.full((12, 4), np.nan)})
    with pytest.raises(Diverged, match="left the finite numbers"):
        model.update(Ratings.from_arrays([2], [7], [3.0], scale=(1, 5)))
    np.testing.assert_array_equal(model.score_users(np.arange(3)), before)


def test_items_that_are_solved_again_are_the_same_of_many_users():
    """`forget` solves items from users as they were before they were centred, so by how much they were is exact."""
    rng, n = np.random.default_rng(0), 50_000
    items = (rng.integers(0, 20, n)[:, None] + np.array([0, 7])).ravel() % 20
    values = np.clip(np.round(3 + items % 3 + rng.normal(size=2 * n)), 1, 5)
    ratings = Ratings.from_arrays(np.repeat(np.arange(n), 2), items, values, scale=(1, 5))
    model = cf.ExplicitALS(n_factors=2, n_epochs=1, reg=0.01).fit(ratings, progress=False)
    kept = np.column_stack([model.item_bias_, model.item_factors_])
    users = np.column_stack([model.user_bias_, model.user_factors_])
    np.testing.assert_allclose(model._solved_items(np.arange(20), ratings, users), kept, atol=1e-4)
