"""Similar items: of one or several, among those that match, with the number of people behind them."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

import cofactor as cf
from cofactor.data.ratings import Ratings
from cofactor.errors import BadOption, UnknownIds


@pytest.fixture(scope="module")
def model():
    """Item i was rated by i + 1 of six users."""
    pairs = [(user, item) for item in range(6) for user in range(item + 1)]
    ratings = Ratings.from_arrays(*zip(*pairs))
    known = replace(ratings, titles=np.array(list("abcdef"), object), item_attributes={"year": 1990 + np.arange(6)})
    return cf.ImplicitMF(n_factors=2).fit(known, progress=False)


def test_a_neighbour_says_on_how_many_people_it_stands(model):
    table = model.similar_items("c", n=5)
    assert table.columns == ["item", "title", "rank", "similarity", "ratings"]
    assert dict(zip(table["item"], table["ratings"])) == {0: 1, 1: 2, 3: 4, 4: 5, 5: 6}


def test_neighbours_have_at_least_so_many_ratings_and_match(model):
    assert set(model.similar_items(2, min_ratings=4)["item"]) == {3, 4, 5}
    assert set(model.similar_items(2, where="year < 1995", min_ratings=2)["item"]) == {1, 3, 4}
    assert len(model.similar_items(2, min_ratings=7)) == 0


def test_several_items_have_a_table_each_one_below_the_other(model):
    both = model.similar_items(["c", 5], 2)
    assert both["similar_to"].to_list() == ["c", "c", "5", "5"] or both["similar_to"].to_list() == ["c", "c", 5, 5]
    each = [model.similar_items(one, 2) for one in ("c", 5)]
    assert both.drop("similar_to").equals(pl.concat(each))
    assert model.nearest_items(["c", 5], 2)["item"] == both["item"].to_list()


def test_several_users_too(model):
    table = model.similar_users([1, 2], 2)
    assert table["similar_to"].to_list() == [1, 1, 2, 2]
    assert table.filter(pl.col("similar_to") == 2)["user"].to_list() == model.similar_users(2, 2)["user"].to_list()


def test_nothing_asked_is_an_empty_table(model):
    assert len(model.similar_items([])) == 0


@pytest.mark.parametrize(
    ("ask", "error", "message"),
    [
        (lambda m: m.similar_items([1, "z"]), UnknownIds, "'z'"),
        (lambda m: m.similar_items(1, min_ratings=-1), BadOption, "min_ratings counts ratings, 0 or more, but -1 came"),
        (lambda m: m.similar_items(1, min_ratings="5"), BadOption, "min_ratings must be a whole number, but '5' came"),
        (lambda m: m.similar_items(1, where="yeer = 1"), BadOption, "Did you mean 'year'"),
    ],
)
def test_what_cannot_be_asked_is_refused(model, ask, error, message):
    with pytest.raises(error, match=message):
        ask(model)
