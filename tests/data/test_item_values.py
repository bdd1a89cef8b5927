"""Values of items: what they must say of themselves, and the tables they are read from."""

from datetime import date

import numpy as np
import pandas as pd
import polars as pl
import pytest

import cofactor as cf
from cofactor.data.item_values import ASKED_OF_PEOPLE, ItemValues
from cofactor.errors import BadOption, BadTable, UnknownIds

FACTS = dict(higher_is_better=True, set_by="the editors", set_on="2026-03-01", n_people=0)
ALL_FACTS = FACTS | {"name": "learning"}


def learning(values, **facts):
    return ItemValues("learning", values, **(FACTS | facts))


@pytest.fixture(scope="module")
def films():
    """Three films; two of them are called Heat."""
    titles = np.array(["Heat", "Heat", "Fargo"], object)
    return cf.Ratings.from_arrays(["ann", "ann", "bob"], [10, 20, 30], [5, 3, 4], titles=titles)


# --- what they say of themselves ------------------------------------------------------------------------------------


def test_who_set_them_when_and_from_how_many_people_is_shown():
    asked = ItemValues(
        "regret", {10: 0.25, 20: 0.5}, higher_is_better=False, set_by="a survey", set_on="2026-03-01", n_people=1_240
    )
    assert asked.origin == "regret (lower is better), set by a survey on 2026-03-01, from 1,240 people"
    assert asked.origin in str(asked)
    assert "0.25 to 0.5, mean 0.375" in str(asked)
    assert learning({10: 1}).origin.endswith("nobody was asked")
    assert learning({10: 1}, n_people=1).origin.endswith("from 1 person")


@pytest.mark.parametrize("name", ["wellbeing", "Well-being", "predicted wellbeing 2.0", "Mental  Health", "regret"])
def test_nothing_is_called_wellbeing_unless_people_were_asked(name):
    with pytest.raises(BadOption, match="where nobody was asked .* is what people say of themselves"):
        ItemValues(name, {10: 1}, **FACTS)
    assert ItemValues(name, {10: 1}, **(FACTS | {"n_people": 1})).name == name


def test_the_list_of_such_words_is_the_one_stated():
    for word in ASKED_OF_PEOPLE:
        with pytest.raises(BadOption, match=word):
            ItemValues(word.upper(), {10: 1}, **FACTS)


def test_a_day_may_be_a_date():
    assert learning({10: 1}, set_on=date(2026, 3, 1)).set_on == "2026-03-01"


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ({"set_by": " "}, "set_by of item values is empty"),
        ({"set_by": 3}, "set_by must be a text, but 3 came"),
        ({"set_on": "last May"}, "set_on is a day, such as '2026-03-01', but 'last May' came"),
        ({"n_people": -1}, "n_people counts the people who were asked"),
        ({"n_people": "many"}, "n_people must be a whole number"),
        ({"higher_is_better": 1}, "higher_is_better must be True or False"),
    ],
)
def test_a_fact_that_is_none_is_refused(facts, message):
    with pytest.raises(BadOption, match=message):
        learning({10: 1}, **facts)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({}, "of one item at least"),
        ([1, 2], "given as {item: number}"),
        ({10: "much"}, "the value of 10 must be a finite number, but 'much' came"),
        ({10: float("nan")}, "the value of 10 must be a finite number"),
    ],
)
def test_values_that_are_none_are_refused(values, message):
    with pytest.raises(BadOption, match=message):
        learning(values)


# --- beside ratings -------------------------------------------------------------------------------------------------


def test_they_are_found_by_id_or_title_and_the_others_counted(films):
    found = learning({20: 0.5, "Fargo": 0.25, "Brazil": 1}).aligned(films)
    np.testing.assert_array_equal(found.values, [np.nan, 0.5, 0.25])
    assert found.note() == (
        "1 of 3 items has no value: neither pushed nor held back. Values of 1 unknown item are not used."
    )


def test_an_item_that_is_named_twice_and_values_of_others_alone_are_refused(films):
    with pytest.raises(BadOption, match="values item 30 twice, by its id and by its title"):
        learning({30: 0.5, "Fargo": 0.25}).aligned(films)
    with pytest.raises(UnknownIds, match="2 items are not among the 3 known ones"):
        learning({40: 0.5, "Brazil": 0.25}).aligned(films)


def test_how_sure_each_value_is_may_be_said(films, tmp_path):
    sure = learning({20: 0.5, 10: 0.25}, standard_errors={10: 0.1, 20: 0}, n_answers={20: 9, 10: 4})
    np.testing.assert_array_equal(sure.aligned(films).errors, [0.1, 0, np.nan])
    assert learning({20: 0.5}).aligned(films).errors is None
    again = ItemValues.read(sure.write(tmp_path / "sure.csv"))
    assert list(again.standard_errors.values()) == [0, 0.1]
    assert list(again.n_answers.values()) == [9, 4]
    assert list(again.values.values()) == [0.5, 0.25]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"standard_errors": {10: 0.1}}, "one number for each item that has a value, 2 items"),
        ({"standard_errors": {10: 0.1, 20: -1.0}}, r"standard_errors\[20\] is -1, but 0 or more"),
        ({"n_answers": {10: 0, 20: 3}}, r"n_answers\[10\] is 0, but 1 or more"),
        ({"n_answers": 5}, "n_answers of item values has one number for each item"),
    ],
)
def test_what_does_not_say_how_sure_a_value_is_is_refused(wrong, message):
    with pytest.raises(BadOption, match=message):
        learning({20: 0.5, 10: 0.25}, **wrong)


# --- tables ---------------------------------------------------------------------------------------------------------


def test_a_file_that_was_written_is_read_as_it_was(tmp_path):
    values = learning({"007": 0.7, 'Amélie, or: "so"': -2.0}, set_by="the editors:\nAnn & Bob")
    read = ItemValues.read(values.write(tmp_path / "values.csv"))
    assert read.values == values.values
    assert read.set_by == "the editors: Ann & Bob"
    assert read.origin == values.origin.replace("\n", " ")


def test_a_file_of_somebody_else_is_read_with_the_facts_in_any_order(tmp_path, films):
    file = tmp_path / "values.txt"
    file.write_text(
        "# Values of the spring\n#People asked: 1,200\n# Set on: 2026-03-01\n# set by: a survey\n# name: learning\n"
        "# higher is better: NO\nlearned;movieId\n0,5;10\n;20\n0,25;30\n",
        "utf-8-sig",
    )
    found = ItemValues.read(file)
    assert (found.n_people, found.higher_is_better) == (1_200, False)
    np.testing.assert_array_equal(found.aligned(films).values, [0.5, np.nan, 0.25])
    assert ItemValues.read(str(file), set_by="us").set_by == "us"


def test_a_column_of_titles_is_not_taken_for_the_values():
    found = ItemValues.read(pl.DataFrame({"movieId": [10], "title": ["Heat"], "points": [3]}), **ALL_FACTS)
    assert found.values == {10: 3}


@pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame])
def test_a_frame_is_read_with_the_facts_beside_it(frame, films):
    table = frame({"film": [10, 20, 30], "year": [1990, 1991, 1992], "value": [0.5, None, 0.7]})
    found = ItemValues.read(table, **ALL_FACTS)
    assert found.values == {10: 0.5, 30: 0.7}
    assert ItemValues.read(table, item="film", value="year", **ALL_FACTS).values[20] == 1991


@pytest.mark.parametrize(
    ("table", "options", "message"),
    [
        ({"item": [1, 1], "value": [1, 2]}, {}, "Item 1 has two rows"),
        ({"item": [1, 2], "value": ["high", "3"]}, {}, "finite numbers, but 'high' stands there"),
        ({"item": [1, 2], "value": [1.0, float("inf")]}, {}, "finite numbers, but 'inf' stands there"),
        ({"item": [1], "a": [1], "b": [2]}, {}, "Which column holds the values"),
        ({"item": [1], "a": [1]}, {"value": "b"}, "There is no column 'b'; there are: 'item', 'a'"),
    ],
)
def test_a_table_that_cannot_be_read_says_why(table, options, message):
    with pytest.raises(BadTable, match=f"The item values of a Polars table are not read. .*{message}"):
        ItemValues.read(pl.DataFrame(table), **ALL_FACTS, **options)


def test_what_a_file_does_not_say_of_itself_is_asked_for(tmp_path):
    file = tmp_path / "values.csv"
    file.write_text("# name: learning\nitem,value\n1,2\n")
    with pytest.raises(
        BadOption, match=r"of values\.csv higher_is_better, set_by, .* '# higher is better: …', '# set b"
    ):
        ItemValues.read(file)
    file.write_text("# higher is better: surely\nitem,value\n1,2\n")
    with pytest.raises(BadOption, match="'# higher is better: …' is yes or no, but 'surely' stands there"):
        ItemValues.read(file)
    file.write_text("# people asked: a few\nitem,value\n1,2\n")
    with pytest.raises(BadOption, match="'# people asked: …' is a whole number, but 'a few'"):
        ItemValues.read(file)
    with pytest.raises(BadTable, match="There is no file"):
        ItemValues.read(tmp_path / "nowhere.csv")
