"""What may be an id, which kinds do not mix, and how text is made of those that must."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import numpy as np
import pandas as pd
import polars as pl
import pytest

import cofactor as cf
from cofactor.data.ratings import Ratings
from cofactor.errors import BadOption, BadTable

ONE_KIND = {
    "text": ["b", "a"], "whole numbers": [2, 1], "beyond 64 bits": [2**80, 1],
    "dates": [date(2024, 1, 2), date(2024, 1, 1)],
    "times": [datetime(2024, 1, 1, 12), datetime(2024, 1, 1)], "tuples": [("a", 1), ("a", 2)],
    "tuples of one type": [("a", "b"), ("c", "d")], "truths": [True, False], "bytes": [b"b", b"a"],
    "UUIDs": [UUID(int=2), UUID(int=1)],
}  # fmt: skip
SEVERAL_KINDS = {
    "a number and text": ([1, "1", 2], ("whole numbers (1)", "text ('1')")),
    "text first": (["a", 1], ("text ('a')", "whole numbers (1)")),
    "a truth and a number": ([1, True], ("whole numbers (1)", "true or false (True)")),
    "a decimal and text": ([1.0, "a"], ("decimals (1.0)", "text ('a')")),
    "a date and a time": ([date(2024, 1, 1), datetime(2024, 1, 1)], ("dates", "times")),
    "bytes and text": ([b"a", "a"], ("bytes", "text")),
}  # fmt: skip
NO_IDS = {
    "lists": [[1], [2]], "dicts": [{"a": 1}, {"a": 2}], "sets": [{1}, {2}],
    "half a character": ["\ud800", "a"], "decimals": [0.5, 1.5],
}  # fmt: skip


def both_doors(column: list[Any], **options: Any) -> list[Ratings]:
    """As users and as items, through `read` and through `from_arrays`."""
    other = list(range(len(column)))
    return [
        cf.read({"user": column, "item": other}, **options), cf.read({"user": other, "item": column}, **options),
        Ratings.from_arrays(column, other, **options), Ratings.from_arrays(other, column, **options),
    ]  # fmt: skip


def own(ratings: Ratings, at: int) -> list[Any]:
    """The ids of the side that `both_doors` gave them to, row by row."""
    ids, idx = (ratings.items, ratings.item_idx) if at % 2 else (ratings.users, ratings.user_idx)
    return ids.gather(idx).tolist()


@pytest.mark.parametrize("ids", ONE_KIND.values(), ids=ONE_KIND)
def test_ids_of_one_kind_are_kept_as_they_came(ids: list[Any]):
    for at, ratings in enumerate(both_doors(ids)):
        assert own(ratings, at) == ids
        assert [type(one) for one in own(ratings, at)] == [type(one) for one in ids]


@pytest.mark.parametrize(("ids", "named"), SEVERAL_KINDS.values(), ids=SEVERAL_KINDS)
@pytest.mark.parametrize("side", ["user", "item"])
def test_ids_of_several_kinds_are_refused_with_one_of_each(ids: list[Any], named: tuple[str, ...], side: str):
    other = list(range(len(ids)))
    table = {"user": ids, "item": other} if side == "user" else {"user": other, "item": ids}
    for read in (cf.read, lambda table: Ratings.from_arrays(*table.values())):
        with pytest.raises(BadTable, match="several kinds") as caught:
            read(table)
        assert all(word in str(caught.value) for word in (*named, f"{side} ids", "ids='text'"))


@pytest.mark.parametrize("ids", NO_IDS.values(), ids=NO_IDS)
def test_what_cannot_be_an_id_is_refused(ids: list[Any]):
    for read in (cf.read, lambda table: Ratings.from_arrays(*table.values())):
        with pytest.raises(BadTable, match="olumn"):
            read({"user": ids, "item": [1, 2]})


def test_a_number_that_python_cannot_write_is_no_id():
    with pytest.raises(BadTable, match="more than 4,000 digits"):
        Ratings.from_arrays([10**5000, 1], [1, 2])


@pytest.mark.parametrize(("time", "unit"), [("2024-01-01T00:00:00.000000001", "ns"), ("20000-01-01", "s")])
def test_a_time_that_pythons_datetime_cannot_hold_is_no_id(time: str, unit: str):
    """It knows microseconds, and the years up to 9999."""
    with pytest.raises(BadTable, match="users holds times that Python's datetime cannot. Turn them into text"):
        Ratings.from_arrays(np.array(["2024-01-01", time], f"M8[{unit}]"), [1, 2])
    exact = np.array(["2024-01-01", "2024-05-31T16:00:00.000001"], "M8[us]")
    for same in (exact, exact.astype("M8[ns]")):
        assert Ratings.from_arrays(same, [1, 2]).users.values.tolist() == exact.tolist()
    last = np.array(["2024-01-01", "9999-12-31"], "M8[s]")
    assert Ratings.from_arrays(last, [1, 2]).users.values.tolist() == last.tolist()


def test_lists_and_structs_of_a_frame_cannot_be_ids():
    for ids in ([[1], [2]], [{"a": 1}, {"a": 2}]):
        with pytest.raises(BadTable, match="'user' holds .* cannot be an id"):
            cf.read(pl.DataFrame({"user": ids, "item": [1, 2]}))


@pytest.mark.parametrize("nothing", [None, float("nan"), pd.NA, pd.NaT, Decimal("nan"), np.datetime64("NaT")])
def test_a_missing_id_is_missing_whatever_says_so(nothing: Any):
    with pytest.raises(BadTable, match="user id is missing in row 1"):
        cf.read({"user": ["a", nothing, "b"], "item": [1, 2, 3]})
    with pytest.raises(BadTable, match="user id is missing in row 1"):
        Ratings.from_arrays(["a", nothing, "b"], [1, 2, 3])


def test_missing_ids_of_a_pandas_table_are_missing():
    frame = pd.DataFrame({"user": pd.array([1, None, 3], "Int64"), "item": ["a", "b", "c"]})
    assert cf.read(frame, missing="drop").users.values.tolist() == [1, 3]
    as_objects = frame.astype({"user": object})
    assert cf.read(as_objects, missing="drop").users.values.tolist() == [1, 3]


def test_missing_ids_of_a_text_leave_the_others_whole_numbers():
    ratings = cf.read(b"user,item,rating\n1,7,5\n,8,4\n22,9,3\n", missing="drop")
    assert ratings.users.values.tolist() == [1, 22]


# ---- ids="text" -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "text"),
    [([12, 7], ["12", "7"]), ([12.0, 7.0], ["12", "7"]), ([1.5, 2.0], ["1.5", "2"]), ([1, "1b"], ["1", "1b"]),
     ([2**80, 1], [str(2**80), "1"]), ([date(2024, 5, 31), date(2024, 6, 1)], ["2024-05-31", "2024-06-01"]),
     ([True, False], ["True", "False"]), ([b"a", b"b"], ["a", "b"]), ([Decimal("12"), Decimal("1.50")], ["12", "1.50"]),
     ([12.0, "7"], ["12", "7"])],
)  # fmt: skip
def test_text_is_made_of_any_id_as_it_is_written(column: list[Any], text: list[str]):
    for at, ratings in enumerate(both_doors(column, ids="text")):
        assert own(ratings, at) == text


def test_text_keeps_what_a_file_holds():
    ratings = cf.read(b"user,item,rating\n007,1,5\n12,+2,4\n", ids="text")
    assert ratings.users.values.tolist() == ["007", "12"]
    assert ratings.items.values.tolist() == ["+2", "1"]


def test_text_may_be_asked_of_one_side():
    for ids in ({"user": "text"}, {"user": "text", "item": "auto"}):
        ratings = cf.read(b"user,item,rating\n7,1,5\n12,2,4\n", ids=ids)
        assert (ratings.users.values.tolist(), ratings.items.values.tolist()) == (["12", "7"], [1, 2])
        assert Ratings.from_arrays([7, 12], [1, 2], ids=ids).items.values.tolist() == [1, 2]


def test_attached_tables_are_matched_to_ids_that_became_text():
    people = pd.DataFrame({"user": [7.0, 12.0, None], "age": [30, 40, 50]})
    ratings = cf.read({"user": [12, 7], "item": [1, 2]}, ids="text", users=people)
    assert dict(zip(ratings.users.values, ratings.user_attributes["age"], strict=True)) == {"7": 30, "12": 40}


def test_a_wish_that_is_none_is_refused():
    for ids in ("texts", {"users": "text"}, {"user": "number"}, {"user": "text", "item": ["text"]}, None, 7):
        with pytest.raises(BadOption, match=r"ids=.*'auto' or 'text'"):
            cf.read({"user": [1, 2], "item": [1, 2]}, ids=ids)


def test_bytes_that_are_no_text_do_not_become_it():
    with pytest.raises(BadTable, match="UTF-8"):
        cf.read({"user": [b"\xff", b"a"], "item": [1, 2]}, ids="text")


# ---- the other columns of `from_arrays` -------------------------------------------------------------------


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), 1e39, None, np.nan])
def test_a_value_that_is_no_finite_number_is_refused(value: Any):
    with pytest.raises(BadTable, match="not a finite number .* in row 1"):
        Ratings.from_arrays(["ann", "bob"], [1, 2], [4, value])


@pytest.mark.parametrize("values", [["5", "bad"], [[1, 2], [3]], [10**400, 1], [object(), 1]])
def test_values_that_are_no_numbers_are_refused(values: list[Any]):
    with pytest.raises(BadTable, match="not all numbers"):
        Ratings.from_arrays(["ann", "bob"], [1, 2], values)


def test_a_column_of_ids_may_be_handed_over_one_by_one():
    ratings = Ratings.from_arrays((name for name in ("bob", "ann")), iter([1, 2]))
    assert own(ratings, 0) == ["bob", "ann"]


def test_text_is_no_column_of_ids():
    with pytest.raises(BadTable, match="users is str, not a list"):
        Ratings.from_arrays("ab", [1, 2])


def test_an_array_is_a_column_of_ids_where_it_has_one_dimension():
    assert Ratings.from_arrays(np.array(["b", "a"]), [1, 2]).users.values.tolist() == ["a", "b"]
    for no_column in (np.array([["a", "b"]]), np.array([[1, 2], [3, 4]]), np.array(7)):
        with pytest.raises(BadTable, match="users is ndarray, not a list"):
            Ratings.from_arrays(no_column, [1, 2])
