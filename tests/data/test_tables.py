"""A table holds what it was made of: no value becomes another on its way out."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from cofactor.data import tables
from cofactor.data.tables import make_table

COLUMNS = {
    "a number and text": [1, "1", 2], "a truth and text": [True, "true"], "a truth and a number": [1, True],
    "tuples": [("a", 1), ("b", 2)], "tuples of one type": [("a", "b"), ("c", "d")], "beyond 64 bits": [2**70, 1],
    "dates": [date(2024, 5, 31)], "a date and a time": [date(2024, 5, 31), datetime(2024, 5, 31)],
    "zones": [datetime(2024, 5, 31, tzinfo=UTC), datetime(2024, 5, 31)], "UUIDs": [UUID(int=1)], "bytes": [b"\xff"],
    "truths": [True, False], "text and nothing": ["a", None], "a decimal and a whole number": [Decimal("1.5"), 1],
}  # fmt: skip


@pytest.mark.parametrize("library", ["polars", "pandas", "arrow"])
@pytest.mark.parametrize("values", COLUMNS.values(), ids=COLUMNS)
def test_values_come_out_as_they_went_in(values: list[Any], library: str):
    table = make_table({"id": values}, library)
    found = table["id"].to_pylist() if "pyarrow" in type(table).__module__ else table["id"].to_list()
    assert [one for one in found if one == one] == [one for one in values if one is not None or library != "pandas"]
    assert [type(one) for one in found if isinstance(one, bool)] == [
        type(one) for one in values if isinstance(one, bool)
    ]


def test_what_arrow_cannot_hold_comes_in_polars():
    assert isinstance(make_table({"id": [UUID(int=1)]}, "arrow"), pl.DataFrame)
    assert not isinstance(make_table({"id": ["a"]}, "arrow"), pl.DataFrame)


def test_numbers_of_both_kinds_are_decimals():
    assert make_table({"score": [1, 2.5, None]}, "polars")["score"].to_list() == [1.0, 2.5, None]


@pytest.mark.parametrize(
    ("library", "kind"),
    [("pandas", pd.DataFrame), ("arrow", pa.Table), ("polars", pl.DataFrame), ("other", pl.DataFrame)],
)
def test_a_table_is_of_the_library_that_is_asked_for_and_of_polars_otherwise(library: str, kind: type):
    table = make_table({"item": ["a", None], "score": [0.5, 1]}, library)
    assert type(table) is kind
    assert list(table["score"].to_numpy()) == [0.5, 1]


@pytest.mark.parametrize("library", ["pandas", "arrow"])
def test_what_is_not_installed_is_polars(library: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tables, "find_spec", lambda name: None)
    assert type(make_table({"score": [0.5]}, library)) is pl.DataFrame


def test_text_that_no_encoding_holds_is_in_a_pandas_table_as_it_came():
    pytest.importorskip("pandas")
    table = make_table({"user": ["\ud800", "ann"], "rank": [1, 2]}, "pandas")
    assert table["user"].tolist() == ["\ud800", "ann"]
