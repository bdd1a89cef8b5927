"""Neural collaborative filtering: beside a dot product, and of clicks."""

from copy import copy
from dataclasses import replace

import numpy as np
import pytest

import cofactor as cf
from cofactor.errors import BadOption, Unsupported
from cofactor.models.neural_cf import DOT_OF_CLICKS
from cofactor.nets.perceptron import rule_of_thumb
from cofactor.training.negatives import clicks_and_negatives, draw_negatives
from small_tables import random_ratings

SMALL = {"n_factors": 8, "layers": (16,), "n_epochs": 40, "learning_rate": 0.02, "batch_size": 32}


@pytest.fixture(scope="module")
def likes(checkerboard) -> cf.Ratings:
    return replace(checkerboard.subset(checkerboard.values > 3), kind="clicks", scale=None)


def test_a_negative_is_never_something_the_user_has(likes):
    users = np.repeat(likes.user_idx, 50)
    drawn = draw_negatives(users, likes.by_user, likes.n_items, np.random.default_rng(0))
    had = likes.matrix.toarray() > 0
    assert not had[users, drawn].any()
    every_other = [set(np.flatnonzero(~had[user])) for user in range(12)]
    assert [set(drawn[users == user]) for user in range(12)] == every_other


def test_a_user_who_has_everything_has_no_negative():
    all_of_it = cf.Ratings.from_arrays([1, 1, 2], [1, 2, 1])
    drawn = draw_negatives(np.array([0, 0, 1]), all_of_it.by_user, 2, np.random.default_rng(0))
    assert drawn.tolist() == [-1, -1, 1]


@pytest.mark.parametrize("dot_factors", [0, 4])
def test_clicks_of_even_items_lead_to_even_items(likes, dot_factors):
    model = cf.NeuralCF(**SMALL, dot_factors=dot_factors).fit(likes, progress=False)
    scores = model.score_users(np.arange(12))
    assert ((scores > 0) & (scores < 1)).all()
    alike = (np.arange(12)[:, None] + np.arange(12)) % 2 == 0
    assert scores[alike].mean() > scores[~alike].mean() + 0.3
    told = model.score_newcomer({1: 1.0, 3: 1.0, 5: 1.0, 7: 1.0})
    assert told[1::2].mean() > told[0::2].mean()
    with pytest.raises(Unsupported, match="NeuralCF"):
        model.predict(1, 1)


def test_the_dot_product_beside_the_perceptron_is_part_of_every_answer(checkerboard):
    """What the engine says of pairs is what the model says of all items."""
    model = cf.NeuralCF(**SMALL, dot_factors=5, y_range=(0.5, 5.5))
    engine = model._trainer(checkerboard, checkerboard.values)
    rng, start = np.random.default_rng(3), engine.network
    engine.set_parameters(
        start._replace(users=rng.normal(0, 0.5, start.users.shape), items=rng.normal(0, 0.5, start.items.shape))
    )
    model.set_parameters(engine.network, checkerboard)
    users, items = checkerboard.user_idx, checkerboard.item_idx
    np.testing.assert_allclose(model.score_pairs(users, items), engine.predict(users, items), rtol=1e-4)
    np.testing.assert_allclose(
        model.score_users(users)[np.arange(len(items)), items], engine.predict(users, items), rtol=1e-4
    )


@pytest.mark.parametrize("layers", [(8,), (20, 16), (33, 17, 5)], ids=str)
def test_many_users_are_scored_as_few_are(layers, monkeypatch):
    """The kernel and the few lines of NumPy; 150 items are no multiple of a block."""
    ratings = random_ratings(40, 150, 2000)
    model = cf.NeuralCF(layers=layers, dot_factors=3, n_epochs=2, y_range=(0, 5.5)).fit(ratings, progress=False)
    one_by_one = np.concatenate([model.score_users(np.array([user])) for user in range(-1, 40)])
    monkeypatch.setattr("cofactor.models.neural_cf.MAX_NUMPY_NUMBERS", 0)  # the kernel from here on
    np.testing.assert_allclose(model.score_users(np.arange(-1, 40)), one_by_one, rtol=1e-5)


def test_the_same_seed_draws_the_same_negatives(likes):
    one, other = (cf.NeuralCF(**SMALL | {"n_epochs": 3}).fit(likes, progress=False) for _ in range(2))
    np.testing.assert_array_equal(one.score_users(np.arange(12)), other.score_users(np.arange(12)))


@pytest.mark.parametrize("n", [1, 3])
def test_a_newcomers_clicks_stand_beside_as_many_items_each_as_in_training(n):
    """Of twenty items two are clicked, and 2n of the others, each once, are not."""
    idx, values = clicks_and_negatives(np.array([2, 5]), 20, n, seed=0)
    assert idx[:2].tolist() == [2, 5]
    assert values.tolist() == [1.0] * 2 + [0.0] * 2 * n
    assert len(set(idx[2:].tolist()) - {2, 5}) == 2 * n


def test_more_negatives_lower_a_newcomers_scores(likes):
    model = cf.NeuralCF(**SMALL | {"n_epochs": 5}).fit(likes, progress=False)
    few, many = (copy(model), copy(model))
    few.n_negatives, many.n_negatives = 1, 5
    assert many.score_newcomer({1: 1.0, 3: 1.0}).mean() < few.score_newcomer({1: 1.0, 3: 1.0}).mean()


def test_embeddings_are_as_long_as_the_rule_of_thumb_says_where_no_length_is_given():
    assert [rule_of_thumb(n) for n in (1, 100, 943, 10**6)] == [2, 21, 74, 600]
    table = random_ratings(100, 30, 400)
    assert cf.NeuralCF(n_factors=0, dot_factors=3)._widths(table) == (24, rule_of_thumb(30) + 3)
    assert cf.NeuralCF(n_factors=5, dot_factors=3)._widths(table) == (8, 8)


def test_of_clicks_a_dot_product_stands_beside_the_perceptron_and_training_is_longer(checkerboard, likes):
    of_ratings, of_clicks = (
        cf.NeuralCF(n_factors=5, layers=(4,)).fit(one, progress=False) for one in (checkerboard, likes)
    )
    assert of_ratings.row_vectors("item").shape[1] == 5
    assert of_clicks.row_vectors("item").shape[1] == 5 + DOT_OF_CLICKS
    assert len(of_clicks.history_) > len(of_ratings.history_)


def test_a_click_needs_at_least_one_negative():
    with pytest.raises(BadOption, match="n_negatives must be at least 1"):
        cf.NeuralCF(n_negatives=0)._check_options()


def test_every_option_is_felt():
    """An option that changes nothing does not belong on the class."""
    ratings = random_ratings(40, 30, 600)
    changed = {
        "layers": (7,), "n_factors": 5, "dot_factors": 3, "dropout": 0.3, "batch_norm": False, "engine": "torch",
        "y_range": (0.0, 6.0), "n_epochs": 2, "learning_rate": 0.02, "weight_decay": 0.5, "batch_size": 20,
        "schedule": "constant", "seed": 1, "averaged": 0.8,
    }  # fmt: skip
    on_torch = {"device", "precision"}
    assert changed.keys() | on_torch | {"n_negatives"} == cf.NeuralCF().options().keys()
    base = {"y_range": (0.5, 5.5), "n_factors": 4, "layers": (8,), "n_epochs": 1}
    plain = cf.NeuralCF(**base).fit(ratings, progress=False).score_users(np.arange(5))
    for name, value in changed.items():
        if value == "torch":
            pytest.importorskip("torch")
        other = cf.NeuralCF(**base | {name: value}).fit(ratings, progress=False)
        assert (other.score_users(np.arange(5)) != plain).any(), name


def test_mixed_precision_ends_near_full_precision(checkerboard, device):
    options = SMALL | {"engine": "torch", "device": device, "y_range": (0.5, 5.5)}
    full, mixed = (
        cf.NeuralCF(**options, precision=one).fit(checkerboard, progress=False) for one in ("float32", "bfloat16")
    )
    apart = mixed.history_[-1].train_loss - full.history_[-1].train_loss
    assert 0 < abs(apart) < 0.1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"device": "cuda"}, "use engine='torch'"),
        ({"precision": "bfloat16"}, "use engine='torch'"),
        ({"engine": "jax"}, "one of fused, torch"),
        ({"engine": "torch", "precision": "float8"}, "one of float32, bfloat16"),
    ],
    ids=str,
)
def test_what_an_engine_cannot_do_is_refused(options, message):
    with pytest.raises(BadOption, match=message):
        cf.NeuralCF(**options)._check_options()
