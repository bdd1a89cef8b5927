"""One of something is said in the singular, wherever a number is said."""

import pytest

import cofactor as cf
from cofactor.data.describing import describe
from cofactor.errors import ComparisonStopped, FewerLeft, Interrupted, ItemsIgnored, SearchStopped

ONE = {"user": ["ann"], "item": ["heat"], "rating": [5]}


def test_a_table_of_one_rating():
    ratings = cf.read(ONE)
    assert repr(ratings) == "Ratings('ratings': 1 rating of 1 item by 1 user)"
    assert str(ratings.report).startswith("a dict of columns: 1 row read, 1 kept")
    assert str(describe(ratings)).startswith("ratings: 1 rating by 1 user of 1 item\n")
    assert repr(cf.read({"user": ["ann"], "item": ["heat"]})) == "Ratings('ratings': 1 click of 1 item by 1 user)"


def test_a_table_that_cannot_be_split():
    with pytest.raises(cf.CofactorError, match="Nothing is left for test of 1 rating split like this"):
        cf.split(cf.read(ONE))


def test_a_list_with_one_item_left(tmp_path):
    table = {"user": [1, 1, 2], "item": ["heat", "alien", "heat"], "rating": [5, 4, 3]}
    model = cf.Popularity().fit(cf.read(table))
    with pytest.warns(FewerLeft, match="Only 1 of 2 items is left for 2: "):
        model.recommend(2, n=2)
    with pytest.warns(FewerLeft, match=r"Only 0 of 2 items are left for 1 \(and 1 more user\)"):
        model.recommend([1, 2], n=2)
    with pytest.warns(FewerLeft, match="1 of 1 list is shorter than 2, that of 2 with 1"):
        model.recommend_all(tmp_path / "lists.parquet", 2, [2])
    assert str(model.forget(2)).startswith("2 and 1 rating are gone")


@pytest.mark.parametrize(
    ("warning", "said"),
    [
        (ItemsIgnored(["x"], ["x", "heat"], "exclude", 3), "1 of the 2 items in exclude is not among the 3 known ones, "
         "and is ignored: 'x'."),
        (ItemsIgnored(["x", "y"], ["x", "y"], "exclude", 3), "2 of the 2 items in exclude are not among"),
        (Interrupted(1, 1, "sweep"), "after 1 of 1 sweep."),
        (SearchStopped(1), "Stopped after 1 trial:"),
        (ComparisonStopped(["Bias"]), "Bias was not compared"),
        (ComparisonStopped(["Bias", "EASE"]), "Bias, EASE were not compared"),
    ],
)  # fmt: skip
def test_a_warning_of_one(warning, said):
    assert said in str(warning)
