"""What Bias and MatrixFactorization learn, against what one can work out."""

from dataclasses import replace

import numpy as np
import pytest

import cofactor as cf
from cofactor.contract.profile import UserProfile
from cofactor.data.ids import IdMap
from cofactor.data.ratings import Ratings
from cofactor.errors import BadModelFolder, BadOption
from cofactor.nets.embeddings import squash
from cofactor.posterior.everybody import Everybody
from cofactor.run.run import Run
from small_tables import random_ratings


def test_bias_is_the_minimum_of_its_objective():
    """Against the normal equations in full, for a table small enough to write them down."""
    ratings = random_ratings(8, 6, 30)
    model = cf.Bias(reg_user=3.0, reg_item=1.0).fit(ratings)
    design = np.zeros((30, 14))
    design[np.arange(30), ratings.user_idx] = 1
    design[np.arange(30), 8 + ratings.item_idx] = 1
    penalty = np.diag([3.0] * 8 + [1.0] * 6)
    exact = np.linalg.solve(design.T @ design + penalty, design.T @ (ratings.values - ratings.mean))
    np.testing.assert_allclose(np.concatenate([model.user_bias_, model.item_bias_]), exact, atol=1e-5)


def test_damped_popularity_by_hand():
    """Item 10: 5, 5; item 20: 3, 3. μ = 4. With damping 2: (10 + 8) / 4 = 4.5 and (6 + 8) / 4 = 3.5."""
    ratings = Ratings.from_arrays([1, 2, 1, 2], [10, 10, 20, 20], [5, 5, 3, 3])
    model = cf.Popularity(damping=2.0).fit(ratings)
    np.testing.assert_allclose(model.predict(1, [10, 20]), [4.5, 3.5])


def test_popularity_of_clicks_is_their_number():
    clicks = Ratings.from_arrays(["a", "b", "c", "a"], [1, 1, 1, 2])
    model = cf.Popularity().fit(clicks)
    np.testing.assert_allclose(model.predict("a", [1, 2]), [3, 1])
    assert model.predict("a", 99, unknown="fallback") == 0


def test_without_damping_an_item_nobody_rated_stands_at_the_mean():
    whole = Ratings.from_arrays([1, 2, 1], [10, 10, 20], [5, 4, 1])
    model = cf.Popularity(damping=0).fit(whole.subset(np.array([0, 1])))
    np.testing.assert_allclose(model.predict(1, [10, 20]), [4.5, 4.5])
    assert model.predict(1, 99, unknown="fallback") == 4.5


@pytest.mark.parametrize("n", [1_000, 4_000])
def test_of_few_ratings_factors_make_nothing_worse_than_biases(n, tastes):
    """Factors from small random numbers would end three stars off, and from biases, kept whole, still behind them."""
    few = tastes.subset(np.random.default_rng(0).permutation(len(tastes))[:n])
    train, test = cf.split(few, test=0.3, seed=0)
    models = (cf.Bias(), cf.MatrixFactorization(), cf.MatrixFactorization(solver="sgd"), cf.NeuralCF())
    bias, *others = (cf.evaluate(one.fit(train, progress=False), test).values["rmse"] for one in models)
    assert max(others) < 1.005 * bias


@pytest.mark.parametrize("model", [cf.MatrixFactorization(), cf.NeuralCF()], ids=lambda one: one.model_name())
def test_of_many_ratings_factors_are_kept_as_far_as_they_help(model, tastes):
    train, test = cf.split(tastes, test=0.2, seed=0)
    model.fit(train, progress=False)
    assert cf.evaluate(model, test).values["rmse"] < 0.96 * cf.evaluate(cf.Bias().fit(train), test).values["rmse"]


def test_without_options_both_solvers_predict_about_alike(tastes):
    """With the rate and epochs of Adam, which is 7 % better than the biases, plain SGD would hardly leave them."""
    train, test = cf.split(tastes, test=0.2, seed=0)
    models = (cf.MatrixFactorization(), cf.MatrixFactorization(solver="sgd"))
    adam, sgd = (cf.evaluate(one.fit(train, progress=False), test).values["rmse"] for one in models)
    assert sgd < 1.01 * adam


def test_the_solvers_own_options_are_what_is_trained_with(tastes):
    few = tastes.subset(np.arange(0, len(tastes), 8))
    own = cf.MatrixFactorization(solver="sgd").fit(few, progress=False)
    written = {name: own.resolved_options()[name] for name in ("n_epochs", "learning_rate", "weight_decay")}
    given = cf.MatrixFactorization(solver="sgd", **written).fit(few, progress=False)
    assert len(own.history_) == written["n_epochs"]
    np.testing.assert_array_equal(own.user_factors_, given.user_factors_)


@pytest.mark.parametrize("model", [cf.ExplicitALS(n_factors=8), cf.MatrixFactorization(n_factors=8)])
@pytest.mark.parametrize("unit", [5.0, 0.125])
def test_on_a_scale_of_another_width_it_predicts_the_same_in_that_unit(model, unit, tastes):
    """A penalty or a learning rate for 1 to 5 would be far off on 5 to 25."""
    few = tastes.subset(np.arange(0, len(tastes), 4))
    wide = Ratings.from_arrays(few.user_idx, few.item_idx, few.values * unit, scale=tuple(unit * np.array(few.scale)))
    plain = Ratings.from_arrays(few.user_idx, few.item_idx, few.values, scale=few.scale)
    expected, found = (replace(model).fit(table, progress=False).score_users(np.arange(50)) for table in (plain, wide))
    np.testing.assert_allclose(found, unit * expected, atol=0.02 * unit)


def test_later_counts_are_held_to_the_mean_that_was_learned():
    """Item 10: 5, 5 and later 2, beside two ratings of the first mean, 4: (12 + 8) / 5."""
    model = cf.Popularity(damping=2.0).fit(
        Ratings.from_arrays([1, 2, 1, 2], [10, 10, 20, 20], [5, 5, 3, 3], scale=(1, 5))
    )
    model.update(Ratings.from_arrays([3], [10], [2.0]))
    np.testing.assert_allclose(model.predict(1, [10, 20]), [4.0, 3.5])


@pytest.mark.parametrize(("y_range", "at_most"), [(None, 1.001), ((0.5, 5.5), 1.001)])
def test_rows_are_counted_from_a_newcomer_without_changing_a_score(y_range, at_most, tastes):
    model = cf.MatrixFactorization(n_factors=6, y_range=y_range, n_epochs=2)
    engine = model._make_engine(tastes, Run())
    model.fit(tastes, progress=False)
    nobody, mean_row = np.zeros(7, np.float32), model._rows("user").mean(axis=0)
    errors = [
        squash(model.mean_ + model.item_bias_ + row[0] + model.item_factors_ @ row[1:], y_range)[tastes.item_idx]
        - tastes.values
        for row in (nobody, mean_row)
    ]
    assert np.square(errors[0]).mean() < at_most * np.square(errors[1]).mean()
    for epoch in range(2):
        engine.run(epoch, 0, engine.n_steps)
    pairs = tastes.user_idx[:500], tastes.item_idx[:500]
    np.testing.assert_allclose(model.score_pairs(*pairs), engine.predict(*pairs), atol=1e-4)


@pytest.mark.parametrize("y_range", [None, (0.5, 5.5)])
def test_what_rows_were_told_is_made_linear_where_they_stand(y_range, tastes):
    """By the difference of scores a little to either side, in each coordinate of a user's row."""
    model = cf.MatrixFactorization(n_factors=3, n_epochs=1, y_range=y_range).fit(tastes, progress=False)
    (told,), (items, values) = model._linearised_ratings("user", np.array([7])), tastes.by_user.of(7)

    def scores(step: np.ndarray) -> np.ndarray:
        row = model._rows("user", np.array([7]))[0] + step
        return squash(model.mean_ + model.item_bias_[items] + row[0] + model.item_factors_[items] @ row[1:], y_range)

    steps = 0.05 * np.eye(4)
    slopes = np.column_stack([scores(step) - scores(-step) for step in steps]) / 0.1
    np.testing.assert_allclose(told.design, slopes, atol=2e-3)
    np.testing.assert_allclose(told.errors, values - scores(np.zeros(4)), atol=1e-4)


def test_noise_is_told_by_the_ratings_of_as_many_users_as_have_enough(tastes, monkeypatch):
    """By all of few; of many by those of a tenth of the users, drawn by their ids."""
    model = cf.MatrixFactorization(n_factors=3, n_epochs=1).fit(tastes, progress=False)
    one = tastes.subset(np.arange(1))
    for ratings, enough, n_users in ((tastes, 10**6, 1200), (tastes, len(tastes) // 10, 120), (one, 100, 1)):
        monkeypatch.setattr("cofactor.models._biased_factors.ENOUGH_RATINGS", enough)
        users = tastes.users.sample(np.flatnonzero(ratings.user_counts), n_users)
        assert len(users) == n_users
        theirs = ratings.subset(np.isin(ratings.user_idx, users))
        errors = model.score_pairs(theirs.user_idx, theirs.item_idx) - theirs.values
        assert model._mean_square(ratings, everybody_of(ratings)) == pytest.approx(np.square(errors).mean(), rel=1e-4)


def everybody_of(ratings: cf.Ratings) -> Everybody:
    return Everybody(int(np.count_nonzero(ratings.user_counts)), len(ratings), np.zeros(4))


def test_the_order_of_users_changes_no_answer(tastes):
    """Who is looked at closely, to learn what newcomers are like, is drawn by the ids."""
    order = np.random.default_rng(0).permutation(tastes.n_users)
    place = np.argsort(order).astype(np.int32)
    shuffled = replace(
        tastes, users=IdMap(tastes.users.gather(order)), user_idx=place[tastes.user_idx], user_attributes={}
    )  # fmt: skip
    one, other = (cf.ExplicitALS(n_factors=8).fit(table, progress=False) for table in (tastes, shuffled))
    for some in ({}, {"metropolis-1927": 5, "nosferatu-1922": 1}):
        np.testing.assert_allclose(one.score_newcomer(some), other.score_newcomer(some), atol=1e-4)
    np.testing.assert_allclose(one.item_precision_, other.item_precision_, rtol=1e-2)


def test_the_average_user_is_who_a_stranger_is(tastes):
    model = cf.MatrixFactorization(n_factors=6, n_epochs=3).fit(tastes, progress=False)
    average = model.mean_ + model.item_bias_
    np.testing.assert_allclose(model.score_users(np.array([-1]))[0], average, rtol=1e-5)


@pytest.mark.parametrize("model", [cf.MatrixFactorization(n_factors=2, n_epochs=2), cf.ExplicitALS(n_factors=2)])
def test_an_item_that_nobody_rated_is_expected_to_please_as_the_average_item(model):
    """Item 4 stays in the table, without a rating."""
    ratings = random_ratings(8, 5, 40)
    model.fit(ratings.subset(ratings.item_idx != 4), progress=False)
    assert model.item_bias_[4] == 0
    assert model.predict(3, 4) == pytest.approx(model.mean_ + model.user_bias_[3])


@pytest.mark.parametrize("noise", [0.0, -1.0])
def test_a_saved_model_whose_ratings_have_no_noise_is_refused(noise):
    model = cf.ExplicitALS(n_factors=2).fit(random_ratings(8, 6, 30), progress=False)
    learned = {name: np.asarray(value) for name, value in model.learned_values().items()}
    with pytest.raises(BadModelFolder, match=f"noise_ is {noise}"):
        model.check_learned(learned | {"noise_": np.float64(noise)}, model.ratings)


def test_the_memory_that_training_needs_has_room_for_every_number_that_is_learned():
    """Four bytes each: a bias and a factor for each of 24 rows."""
    model = cf.MatrixFactorization(n_factors=1, n_epochs=1)
    assert model.needed_gb(random_ratings(12, 12, 144)) > 4 * 24 * (1 + 1) / 1e9


def test_the_factors_that_were_put_in_are_found(tastes):
    """The first true axis of tastes must lie almost wholly in the span of the items' factors."""
    from cofactor.data.sources.tastes import truth

    model = cf.MatrixFactorization(n_factors=8, n_epochs=15, y_range=(0.5, 5.5)).fit(tastes, progress=False)
    often = tastes.item_counts > 60
    axis = truth().item_axes[often, 0]
    basis = np.linalg.qr(model.item_factors_[often] - model.item_factors_[often].mean(axis=0))[0]
    axis = axis - axis.mean()
    assert np.linalg.norm(basis.T @ axis) / np.linalg.norm(axis) > 0.8


def test_fold_in_comes_between_the_average_user_and_knowing_them(tastes):
    """Users whose ratings training never saw: half of each tells who they are, the other half is predicted."""
    newcomers = tastes.user_idx % 10 == 0
    train, held = tastes.subset(~newcomers), tastes.subset(newcomers)
    model = cf.MatrixFactorization(n_factors=8, n_epochs=8, y_range=(0.5, 5.5)).fit(train, progress=False)
    folded, average = [], []
    for user in np.unique(held.user_idx):
        items, values = held.by_user.of(user)
        told, asked = slice(0, None, 2), slice(1, None, 2)
        folded.append(model.score_profile(UserProfile(items[told], values[told]))[items[asked]] - values[asked])
        average.append(model.score_users(np.array([-1]))[0, items[asked]] - values[asked])
    error = [np.sqrt(np.mean(np.concatenate(part) ** 2)) for part in (folded, average)]
    assert error[0] < 0.92 * error[1]


@pytest.mark.parametrize("y_range", [None, (0.5, 5.5)])
def test_a_newcomer_without_ratings_is_the_average_user(y_range, tastes):
    model = cf.MatrixFactorization(n_factors=6, n_epochs=2, y_range=y_range).fit(tastes, progress=False)
    np.testing.assert_allclose(model.score_newcomer({}), model.score_users(np.array([-1]))[0], rtol=1e-4)


@pytest.mark.realdata
def test_the_lecture_reaches_its_loss_on_ml_100k(ml_100k):
    """Mean squared error of the chapter: 0.8217 after five epochs; by ids it is a little easier than by title."""
    train, valid = cf.split(ml_100k, test=0.2, seed=0)
    model = cf.MatrixFactorization(y_range=(0, 5.5)).fit(train, validation=valid, progress=False)
    assert 0.79 < model.history_[-1].valid_loss < 0.83


def test_what_is_expected_of_newcomers_is_a_law_however_far_the_ratings_spread(tmp_path):
    """Rounding made one eigenvalue negative here, and the model could not be saved."""
    ratings = Ratings.from_arrays(
        [1, 2, 2, 0, 3, 2, 4], [0, 5, 0, 3, 5, 3, 5], [1000, 2, 1, 1000, 1000, 1000, 1],
    )  # fmt: skip
    model = cf.ExplicitALS(n_factors=3, n_epochs=2).fit(ratings, progress=False)
    assert np.linalg.eigvalsh(model.user_precision_).min() > 0
    assert np.linalg.eigvalsh(model.item_precision_).min() > 0
    assert cf.open(model.save(tmp_path / "m")).predict(2, 5) == model.predict(2, 5)


def test_validation_ratings_of_another_table_are_those_of_the_same_people():
    train = Ratings.from_arrays(["ann", "bob", "cid"], ["x", "y", "z"], [1, 3, 5])
    later = Ratings.from_arrays(["bob", "cid", "new"], ["z", "x", "x"], [4, 2, 1])
    model = cf.MatrixFactorization(n_factors=2, n_epochs=2).fit(train, validation=later, progress=False)
    errors = model.predict(["bob", "cid"], ["z", "x"]) - [4, 2]
    assert model.history_[-1].valid_loss == pytest.approx(np.square(errors).mean(), abs=0.05)
    with pytest.raises(BadOption, match="No validation rating is by a user and of an item that the training"):
        model.fit(train, validation=Ratings.from_arrays(["new"], ["x"], [1]), progress=False)
