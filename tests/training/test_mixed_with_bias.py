"""What a training adds to `Bias` is kept as far as it helps on ratings that it has not seen."""

import numpy as np
import pytest

import cofactor as cf
from cofactor.nets.embeddings import Embeddings
from cofactor.nets.perceptron import N_BIASES, Network
from cofactor.training.mixed_with_bias import Biases, MixedWithBias, kept_share
from small_tables import random_ratings

PAIRS = np.array([0, 1, 2, 1], np.int32), np.array([3, 0, 2, 2], np.int32)
EMBEDDINGS = Embeddings.random(3, 4, 5, seed=0, scale=1.0)
NETWORK = Network.random((3, 4), (5, 6), (7,), batch_norm=True, dot=2, seed=0)


class Trained:
    """An engine whose training is over."""

    def __init__(self, parameters):
        self.parameters = parameters


@pytest.mark.parametrize("parameters", [EMBEDDINGS, NETWORK], ids=["dot product", "perceptron"])
@pytest.mark.parametrize("kept", [0.0, 0.25, 1.0])
@pytest.mark.parametrize("unit", [1.0, 2.5])
def test_a_prediction_is_the_share_that_is_kept_of_the_whole_one_and_the_rest_of_bias(parameters, kept, unit):
    rng = np.random.default_rng(1)
    base, bias = (Biases(*(rng.normal(size=n).astype(np.float32) for n in (3, 4))) for _ in range(2))
    mixed = MixedWithBias(Trained(parameters), lambda: parameters, 0.0, base=base, bias=bias, unit=unit)
    mixed.kept = kept
    of_base, of_bias = (one.of_user[PAIRS[0]] + one.of_item[PAIRS[1]] for one in (base, bias))
    whole = of_base + unit * parameters.scores(*PAIRS, None)
    np.testing.assert_allclose(mixed.predict(*PAIRS), kept * whole + (1 - kept) * of_bias, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("model", [cf.MatrixFactorization(), cf.NeuralCF()], ids=lambda one: one.model_name())
def test_of_ratings_that_hold_no_taste_bias_alone_is_left(model):
    ratings = random_ratings(60, 40, 1200, seed=3)
    assert kept_share(model._begun, ratings, model._n_epochs, seed=0) < 0.1


@pytest.mark.parametrize("model", [cf.MatrixFactorization(n_epochs=60, learning_rate=0.05), cf.NeuralCF(n_epochs=60)])
def test_of_ratings_that_are_all_taste_most_is_kept(model):
    users, items = np.divmod(np.arange(60 * 40), 40)
    likes = np.where((users + items) % 2, 5.0, 1.0)  # which no bias can tell
    ratings = cf.Ratings.from_arrays(users, items, likes)
    assert kept_share(model._begun, ratings, model._n_epochs, seed=0) > 0.8


def test_biases_make_no_items_alike(checkerboard):
    """They are the last numbers of the rows, and no part of the vectors."""
    model = cf.NeuralCF(n_factors=6, layers=(5,)).fit(checkerboard, progress=False)
    assert model.item_factors_.shape[1] == 6 + N_BIASES
    assert model.row_vectors("item").shape == (12, 6)


def test_a_perceptron_is_trained_on_a_wide_scale_in_its_own_unit(checkerboard):
    def scores(times):
        users, items, values = checkerboard.user_idx, checkerboard.item_idx, checkerboard.values
        model = cf.NeuralCF(n_factors=6, layers=(5,))
        return model.fit(cf.Ratings.from_arrays(users, items, values * times), progress=False).score_users(users)

    np.testing.assert_allclose(scores(1000.0) / 1000, scores(1.0), rtol=1e-3)


@pytest.mark.parametrize("model", [cf.MatrixFactorization(), cf.NeuralCF()], ids=lambda one: one.model_name())
def test_of_too_few_ratings_to_hold_any_out_bias_alone_is_left(model):
    """Whose net has seen nothing but noise would otherwise be all there is."""
    two = cf.Ratings.from_arrays(["ann", "bob"], ["heat", "alien"], [5.0, 1.0], scale=(1, 5))
    assert kept_share(model._begun, two, model._n_epochs, seed=0) == 0.0
    found, bias = (one.fit(two, progress=False).predict("ann", "heat") for one in (model, cf.Bias()))
    assert abs(found - bias) < 0.5
