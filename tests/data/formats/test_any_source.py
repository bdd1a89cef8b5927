"""Sources that nobody expects: some found by `dev.py fuzz`, and a little of it at every run."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

import cofactor as cf
from cofactor.errors import BadOption, BadTable
from fuzz.fuzz_read import (  # noqa: F401  (these are tests)
    test_read_gives_sound_ratings_or_our_own_error,
    test_read_keeps_ids_values_and_times_as_they_came,
    test_read_takes_a_matrix_as_scipy_adds_it_up,
)

TWO = {"user": ["ann", "bob"], "item": [1, 2]}


@pytest.mark.parametrize(
    "library", [dict, pl.DataFrame, pl.LazyFrame, pd.DataFrame, lambda table: pl.DataFrame(table).to_arrow()]
)
@pytest.mark.parametrize("name", ["*", "^.*$", "", " ", "read"])
def test_a_column_may_have_any_name(name: str, library: Callable[[Any], Any]):
    ratings = cf.read(library(TWO | {name: [7, 8]}), items=library({"item": [2, 1], name: ["b", "a"]}))
    assert ratings.users.values.tolist() == ["ann", "bob"]
    assert [column.tolist() for column in ratings.item_attributes.values()] == ([["a", "b"]] if name.strip() else [])


@pytest.mark.parametrize("name", ["*", "^.*$"])
def test_a_column_of_a_text_may_have_any_name(name: str):
    assert cf.read(f"{name},user,item\n1,ann,1\n2,bob,2\n".encode()).users.values.tolist() == ["ann", "bob"]
    assert cf.read(f"{name},user,item\n1,ann,1\n2,bob,2\n".encode(), rating=name).values.tolist() == [1, 2]


@pytest.mark.parametrize(
    ("column", "value"),
    [("rating", "\ud800"), ("rating", "good"), ("rating", (1,)), ("time", "\ud800"), ("time", (1,))],
)
def test_a_value_of_any_type_is_understood_or_refused(column: str, value: Any):
    with pytest.raises(BadTable, match=r"not a (number|time)|in row 1"):
        cf.read(TWO | {column: ["1", value]})


def test_a_decimal_that_is_no_number_is_missing():
    for table in (
        TWO | {"rating": [Decimal("4.5"), Decimal("sNaN")]},
        pd.DataFrame(TWO | {"rating": [Decimal("4.5"), Decimal("sNaN")]}),
    ):
        with pytest.raises(BadTable, match="rating is missing in row 1"):
            cf.read(table)


@pytest.mark.parametrize("values", ["ab", b"ab", 7, None, {"a": 1, "b": 2}, np.array(7)])
def test_a_column_is_a_list_of_values(values: Any):
    with pytest.raises(BadTable, match="'rating' is .*, not a list of values"):
        cf.read(TWO | {"rating": values})
    with pytest.raises(BadTable, match="not a list of values"):
        cf.read(TWO, items={"item": [1, 2], "rating": values})


def test_an_attached_table_needs_a_column():
    with pytest.raises(BadTable, match="no columns"):
        cf.read(TWO, items={})


def test_attributes_and_titles_may_be_of_any_type():
    about = {
        "item": [2, 1],
        "title": [(2,), b"\xff"],
        "maker": [{3}, {4}],
        "genres": [["a"], ["b", "c"]],
        "year": [1990, None],
    }
    ratings = cf.read(TWO, items=about)
    assert ratings.titles.tolist() == ["b'\\xff'", "(2,)"]
    assert ratings.item_attributes["maker"].tolist() == [{4}, {3}]
    assert ratings.item_attributes["genres"].tolist() == [["b", "c"], ["a"]]
    np.testing.assert_array_equal(ratings.item_attributes["year"], [np.nan, 1990])


def test_unrated_rows_of_any_kind_of_id_are_kept():
    ratings = cf.read(
        {"user": [1, 2], "item": [("a",), ("b",)]}, items={"item": [("c",), ("b",), ("c",)]}, unrated="keep"
    )
    assert ratings.items.values.tolist() == [("a",), ("b",), ("c",)]


@pytest.mark.parametrize(
    "options",
    [{"user": object()}, {"item": np.array([1, 2])}, {"rating": True}, {"user": False}, {"title": 1.5}, {"scale": 5},
     {"scale": "15"}, {"scale": (1, "five")}, {"scale": (1, float("nan"))}, {"scale": np.array([1, 2, 3])},
     {"duplicates": ["last"]}, {"missing": np.array([1, 2])}, {"unrated": None}, {"separator": "\n"},
     {"separator": '"'}, {"separator": 7}, {"encoding": b"utf-8"}, {"has_header": "no"}, {"name": 7}],
)  # fmt: skip
def test_an_option_without_sense_is_refused_by_its_name(options: dict[str, Any]):
    with pytest.raises(BadOption, match=next(iter(options))):
        cf.read(TWO, **options)


def test_a_position_may_be_numpys():
    assert cf.read({"a": [1, 2], "b": [3, 4]}, user=np.int64(1), item=np.int32(0)).users.values.tolist() == [3, 4]


def test_a_header_of_several_signs_may_miss_its_last_separator():
    assert cf.read(b"user::item::rating\n1::2::3::\n2::3::4::\n").values.tolist() == [3, 4]


@pytest.mark.parametrize("name", ["~nobody-of-that-name/ratings.csv", "x" * 5000, "ratings.csv"])
def test_a_path_that_the_system_refuses_is_told_as_a_table_that_cannot_be_read(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ratings.csv").write_text("user,item\n1,2\n")

    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(BadTable, match="cannot be read: "):
        cf.read(name)


def test_an_empty_column_behind_the_last_separator_holds_no_items():
    with pytest.raises(BadTable, match="The item id is missing in 2 lines: 2, 3"):
        cf.read(b"a\tb\tc\n1\t2\t3\t::\n2\t3\t4\t::\n", item=1)
