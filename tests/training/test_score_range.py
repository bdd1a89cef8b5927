"""A y_range that leaves out ratings of the table is refused before training, with one that fits."""

import pytest

import cofactor as cf
from cofactor.errors import BadOption

TABLE = cf.read({"user": [1, 1, 2, 2], "item": [1, 2, 1, 3], "rating": [5, 1, 4, 3]})
CLICKS = cf.read({"user": [1, 1, 2, 2], "item": [1, 2, 1, 3]})
MODELS = [cf.MatrixFactorization, cf.NeuralCF]


@pytest.mark.parametrize("model", MODELS)
def test_ratings_outside_the_range_are_an_error_that_says_a_fitting_one(model):
    said = (
        r"y_range goes from 0 to 1, but the ratings from 1 to 5: 3 of 4 ratings lie outside, .* "
        r"such as y_range=\(0\.5, 5\.5\)\."
    )
    for ask in (model(y_range=(0, 1)).fit, model(y_range=(0, 1)).lr_find):
        with pytest.raises(BadOption, match=said):
            ask(TABLE)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("y_range", [(0.5, 5.5), (1, 5)])
def test_a_range_that_holds_them_all_is_taken(model, y_range):
    assert model(y_range=y_range, n_epochs=1).fit(TABLE, progress=False).predict(1, 1) < y_range[1]


def test_clicks_are_probabilities_whatever_the_range():
    assert 0 < cf.NeuralCF(y_range=(2, 3), n_epochs=1).fit(CLICKS, progress=False).score(1, 3) < 1


def test_ratings_that_are_all_equal_have_a_fitting_range_too():
    equal = cf.read({"user": [1, 2], "item": [1, 2], "rating": [3, 3]})
    with pytest.raises(BadOption, match=r"such as y_range=\(2.5, 3.5\)"):
        cf.MatrixFactorization(y_range=(4, 5)).fit(equal)


def test_the_course_s_learner_only_warns():
    pd = pytest.importorskip("pandas")
    pytest.importorskip("torch")
    from cofactor.collab import CollabDataLoaders, collab_learner

    frame = pd.DataFrame({"user": [1, 1, 2, 2] * 5, "item": [1, 2, 1, 3] * 5, "rating": [5, 1, 4, 3] * 5})
    dls = CollabDataLoaders.from_df(frame, bs=4, seed=1)
    with pytest.warns(UserWarning, match="y_range goes from 0 to 1, but the ratings from 1 to 5"):
        collab_learner(dls, n_factors=2, y_range=(0, 1))
