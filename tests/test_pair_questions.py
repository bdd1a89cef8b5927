"""Scores and predictions of pairs, given as ids, as tables or as tuples."""

import numpy as np
import pandas as pd
import polars as pl
import pytest

import cofactor as cf
from cofactor.errors import BadOption, BadTable, UnknownIds, Unsupported

TITLES = np.array([f"film {at}" for at in range(12)], object)


@pytest.fixture(scope="module")
def model(checkerboard):
    from dataclasses import replace

    return cf.Bias().fit(replace(checkerboard, titles=TITLES))


PAIRS = {"userId": [3, 4, 3], "movieId": [1, 2, 7]}


@pytest.mark.parametrize(
    "pairs",
    [
        pl.DataFrame(PAIRS),
        pd.DataFrame(PAIRS),
        pl.DataFrame(PAIRS).to_arrow(),
        pd.DataFrame({"who": [3, 4, 3], "what": [1, 2, 7]}),
        pl.DataFrame({"rating": [1.0, 2, 3], "item": ["film 1", "2", "film 7"], "user": ["3", "4", "3"]}),
        pl.DataFrame({"user": [3.0, 4, 3], "title": ["film 1", "film 2", "film 7"]}),
        [(3, 1), (4, "film 2"), ("3", 7)],
    ],
    ids=["polars", "pandas", "arrow", "by position", "text", "titles", "tuples"],
)
def test_a_table_of_pairs_is_scored_in_its_order(model, pairs):
    expected = model.predict([3, 4, 3], [1, 2, 7])
    np.testing.assert_array_equal(model.predict(pairs), expected)
    np.testing.assert_array_equal(model.score(pairs), expected)


def test_a_file_of_pairs_is_read_with_the_ids_of_the_model(tmp_path):
    ratings = cf.read(b"user,item,rating\n007,a,5\n12,b,3\n007,b,2\n", ids="text")
    model = cf.Bias().fit(ratings)
    (tmp_path / "pairs.csv").write_text("item,user\na,12\nb,007\n")
    np.testing.assert_array_equal(model.predict(tmp_path / "pairs.csv"), model.predict(["12", "007"], ["a", "b"]))


def test_a_table_may_hold_strangers_where_that_is_asked_for(model):
    pairs = pl.DataFrame({"user": ["zoe", "3"], "item": [1, 2]})
    with pytest.raises(UnknownIds, match="'zoe'"):
        model.predict(pairs)
    assert np.isfinite(model.predict(pairs, unknown="fallback")).all()
    assert model.predict(pairs, unknown="fallback", interval=None).shape == (2,)


@pytest.mark.parametrize(
    ("pairs", "error", "message"),
    [
        (
            pl.DataFrame({"user": [1]}),
            BadTable,
            "Pairs are a table of users and items, or both given by themselves. No",
        ),
        (7, BadTable, "Pairs are a table of users and items, .* A table cannot be made of int"),
        ([3, 4], BadOption, r"a list of \(user, item\), but 3 came. Give users and items"),
        ({1: 5}, BadOption, "Say which items are meant: predict"),
    ],
)
def test_what_is_no_table_of_pairs_is_refused(model, pairs, error, message):
    with pytest.raises(error, match=message):
        model.predict(pairs)


def test_a_ranking_model_scores_but_does_not_predict(checkerboard):
    model = cf.EASE(reg=10.0).fit(checkerboard)
    shown = model.rank(3, 12, hide_seen=False)
    np.testing.assert_allclose(model.score(3, shown.idx[0]), shown.scores[0], rtol=1e-6)
    with pytest.raises(
        Unsupported, match=r"predicts no values .* score\(…\) gives the number .* such as MatrixFactorization"
    ):
        model.predict(3, 1)


def test_a_score_is_that_of_the_list_where_predictions_are_others(checkerboard):
    model = cf.RankerAndRater(cf.EASE(reg=10.0), cf.ExplicitALS(n_factors=2)).fit(checkerboard, progress=False)
    shown = model.rank(3, 12, hide_seen=False)
    np.testing.assert_allclose(model.score(3, shown.idx[0]), shown.scores[0], rtol=1e-5)
    assert model.predict(3, 1) != model.score(3, 1)
    newcomer = model.rank({0: 5.0}, 12, hide_seen=False)
    np.testing.assert_allclose(model.score({0: 5.0}, newcomer.idx[0]), newcomer.scores[0], rtol=1e-5)


def test_an_unknown_item_is_the_average_one_to_somebody_new(model):
    known = model.predict({0: 5}, list(range(12)))
    found = model.predict({0: 5}, [3, "nothing"], unknown="fallback")
    np.testing.assert_allclose(found, [known[3], known.mean()], rtol=1e-6)


def test_pairs_are_of_one_newcomer_at_a_time(model):
    for ask in (model.predict, model.score):
        with pytest.raises(BadOption, match="one newcomer at a time, .* but a list of several came"):
            ask([{0: 5}, {1: 5}], 3, unknown="fallback")


def test_one_pair_has_one_score_and_an_unknown_item_is_last_for_newcomers(model):
    assert model.score(3, 1) == model.predict(3, 1)
    assert model.score({0: 5}, 1) == model.score_newcomer({0: 5})[1]
    assert model.score({0: 5}, [1, "nothing"], unknown="fallback")[1] == -np.inf
    with pytest.raises(UnknownIds, match="'nothing'"):
        model.score({0: 5}, "nothing")
