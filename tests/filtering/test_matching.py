"""Which items a condition holds for, missing values among them."""

from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from cofactor.arrays import object_array
from cofactor.data.ratings import Ratings
from cofactor.errors import BadOption
from cofactor.filtering.columns import item_column
from cofactor.filtering.matching import items_where

ITEMS = {
    "year": np.array([1980, 1990, np.nan, 2000]),
    "genres": object_array(["Comedy|Drama", "Comedy Club", None, " Drama | Comedy "]),
    "tags": object_array([["old", "good"], [], None, ["good"]]),
    "is_new": object_array([False, True, None, True]),
    "released": object_array([date(1980, 5, 1), date(1990, 5, 1), None, date(2000, 5, 1)]),
    "price": object_array([Decimal("1.5"), 2, None, 2.5]),
    "studio": object_array(["a", "b", float("nan"), "it's"]),
}


@pytest.fixture(scope="module")
def ratings():
    return Ratings.from_arrays([1, 1, 2, 2], [0, 1, 2, 3], item_attributes=ITEMS)


@pytest.mark.parametrize(
    ("where", "items"),
    [
        ("year >= 1990", [1, 3]),
        ("year != 1990", [0, 3]),
        ("not year >= 1990", [0]),
        ("year in (1980, 2000.0)", [0, 3]),
        ("year not in (1980)", [1, 3]),
        ("genres has 'Comedy'", [0, 3]),
        ("genres has ' Drama'", [0, 3]),
        ("genres has 'comedy'", []),
        ("genres not has 'Comedy'", [1]),
        ("genres = 'Comedy Club'", [1]),
        ("tags has 'good'", [0, 3]),
        ("not tags has 'good'", [1]),
        ("is_new = true", [1, 3]),
        ("is_new != true", [0]),
        ("released > '1985'", [1, 3]),
        ("released = '1990-05-01'", [1]),
        ("price <= 2", [0, 1]),
        ("studio in ('a', 'it''s')", [0, 3]),
        ("studio != 'a'", [1, 3]),
        ("year > 1985 and genres has 'Drama'", [3]),
        ("year > 1985 or genres has 'Drama'", [0, 1, 3]),
        ("not (year > 1985 and genres has 'Drama')", [0, 1]),
        ("not (year > 1995 or studio = 'a')", [1]),
        ("year >= 0 or not year >= 0", [0, 1, 3]),
    ],
)
def test_an_item_matches_where_the_condition_is_known_to_hold(ratings, where, items):
    assert np.flatnonzero(items_where(ratings, where)).tolist() == items


@pytest.mark.parametrize(
    ("where", "message"),
    [
        ("yaer > 1", "where names the attribute 'yaer', which items do not have. Did you mean 'year'?"),
        ("GENRES has 'x'", "Did you mean 'genres'?"),
        ("zzz = 1", "They have: year, genres, tags, is_new, released, price, studio."),
        ("year = '1990'", "'year' with the text '1990', but its values are numbers, such as 1980.0. Write a number"),
        ("studio = 5", "'studio' with the number 5, but its values are texts, such as 'a'. Write the text in quotes"),
        ("is_new = 1", "'is_new' with the number 1, but its values are truths, such as False. Write true or false"),
        ("is_new > true", "'is_new' by >, but it is true or false. Use = or !=."),
        ("year has '1990'", "which words 'year' has, but its values are numbers. Compare them: year = 1980.0"),
    ],
)
def test_a_condition_that_these_items_cannot_answer_says_what_they_could(ratings, where, message):
    with pytest.raises(BadOption) as refused:
        items_where(ratings, where)
    assert message in str(refused.value)


def test_a_condition_is_a_text(ratings):
    with pytest.raises(BadOption, match="where must be a text, but 7 came"):
        items_where(ratings, 7)  # pyright: ignore[reportArgumentType]


def test_items_without_attributes_are_told_how_they_get_some():
    plain = Ratings.from_arrays([1, 2], [1, 2])
    with pytest.raises(BadOption, match="'year', but these items have none. Give them when the ratings are read"):
        items_where(plain, "year = 1")


def test_the_same_condition_is_matched_once_and_some_are_kept(ratings):
    first = items_where(ratings, "year > 1985")
    assert items_where(ratings, "year > 1985") is first
    assert not first.flags.writeable
    for year in range(100):
        items_where(ratings, f"year > {year}")
    again = items_where(ratings, "year > 1985")
    assert again is not first
    np.testing.assert_array_equal(again, first)


def test_a_column_is_made_once_for_each_table(ratings):
    assert item_column(ratings, "year", "where") is item_column(ratings, "year", "where")
    assert item_column(ratings, "genres", "where").codes_of_words == {"Comedy": 0, "Drama": 1, "Comedy Club": 2}
