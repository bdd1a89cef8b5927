"""A table is packed and comes back, row by row; how little of it lies there twice."""

from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import pytest

from cofactor.data.ids import IdMap
from cofactor.data.packing.ratings import pack_ratings, unpack_ratings
from cofactor.data.ratings import NO_TIME, Ratings
from cofactor.errors import BadModelFolder, BadOption


def back(ratings: Ratings) -> Ratings:
    return unpack_ratings(*pack_ratings(ratings))


def assert_same(again: Ratings, ratings: Ratings) -> None:
    for name in ("user_idx", "item_idx", "values", "timestamps"):
        np.testing.assert_array_equal(getattr(again, name), getattr(ratings, name), strict=True)
    for one, other in zip(again.by_user, ratings.by_user, strict=True):
        np.testing.assert_array_equal(one, other)
    assert again.fingerprint == ratings.fingerprint


SORTED = Ratings.from_arrays(["ann", "ann", "bob"], [1, 2, 1], [5, 3, 4])
TABLES = {
    "sorted": SORTED,
    "in another order": Ratings.from_arrays(["bob", "ann", "ann"], [1, 2, 1], [5, 3, 4]),
    "items of a user descending": Ratings.from_arrays(["ann", "ann", "bob"], [2, 1, 1], [5, 3, 4]),
    "a pair twice": Ratings.from_arrays(["ann", "ann", "ann"], [1, 2, 1], [5, 3, 4]),
    "a pair twice, one after the other": Ratings.from_arrays(["ann", "ann", "bob"], [1, 1, 1], [5, 3, 4]),
    "clicks": Ratings.from_arrays([3, 1, 2], [1, 1, 2]),
    "one rating": Ratings.from_arrays([1], [1], [3]),
    "more than 256 values": Ratings.from_arrays(range(300, 0, -1), [1] * 300, np.arange(300) / 7),
    "times, some unknown": replace(SORTED, timestamps=np.array([10**9, NO_TIME, -5])),
    "a part of a table": SORTED.subset(np.array([2])),
    "users and items that nobody rated": replace(
        SORTED, users=IdMap.of(["ann", "bob", "cyd"]), items=IdMap.of([1, 2, 3])
    ),
    "ids beyond 64 bits": Ratings.from_arrays([2**70, 2**70 + 1, -(2**70)], [1, 2, 1], [5, 3, 4]),
    "ids of signs that nobody sees": Ratings.from_arrays(["\u200b", " ", "ä\n\0"], [1, 2, 1], [5, 3, 4]),
    "text that no file may hold": replace(SORTED, titles=np.array(["\ud800", None], object)),
}


@pytest.mark.parametrize("kind", TABLES)
def test_a_table_comes_back_row_by_row(kind):
    assert_same(back(TABLES[kind]), TABLES[kind])


def test_a_table_that_is_sorted_lies_there_once():
    def lies(kind: str) -> set[str]:
        return {"user_idx", "item_idx"} & pack_ratings(TABLES[kind])[0].keys()

    assert lies("sorted") == set()
    assert lies("items of a user descending") == {"item_idx"}
    assert lies("in another order") == lies("a pair twice") == {"user_idx", "item_idx"}


def test_an_opened_table_is_laid_out_already():
    assert "by_user" in vars(back(TABLES["in another order"]))


def test_numbers_that_numpy_counted_are_the_same_ids_when_they_come_back():
    for ids in ([np.int64(7), 8, np.int8(9)], [np.str_("x"), "y", "z"]):
        ratings = Ratings.from_arrays(ids, [1, 2, 3], [5, 3, 4])
        assert_same(back(ratings), ratings)
        assert back(ratings).users.find(ids).tolist() == [0, 1, 2]


def test_ids_of_text_stay_packed_until_somebody_asks_for_all_of_them():
    ratings = back(SORTED)
    assert ratings.fingerprint == SORTED.fingerprint
    assert ratings.users.find(["bob"]).tolist() == [1]
    assert ratings.users.gather(np.array([0])).tolist() == ["ann"]
    assert "values" not in vars(ratings.users)


@pytest.mark.parametrize(
    ("text", "ends", "telling"),
    [
        (b"annann", [3, 6], "its users cannot be those"),
        (b"bobann", [3, 4], "its text-ends/users cannot be those"),
        (b"ann\xff", [3, 4], "its users cannot be those"),
        ("a\u00e9".encode(), [2, 3], "its users cannot be those"),
    ],
    ids=["one twice", "more text than the ends tell", "no UTF-8", "a character cut in two"],
)
def test_ids_that_cannot_be_are_refused(text, ends, telling):
    arrays, about = pack_ratings(SORTED)
    arrays |= {"text/users": np.frombuffer(text, np.uint8), "text-ends/users": np.array(ends)}
    with pytest.raises(BadModelFolder, match=telling):
        unpack_ratings(arrays, about, verify=False)


def with_cells(*cells: object) -> Ratings:
    column = np.empty(len(cells), object)
    column[:] = cells
    return replace(SORTED, user_attributes={"about": column})


@pytest.mark.parametrize(
    "cells",
    [
        (None, "text"), (True, 2), (2.5, None), (date(2020, 1, 31), None), (["a", "b"], []),
        (datetime(2020, 1, 31, 12, 30, 0, 5), datetime(2020, 1, 31, tzinfo=UTC)), ([date(2020, 1, 1)], [[None]]),
    ],
)  # fmt: skip
def test_a_cell_of_an_attribute_comes_back_as_it_was(cells):
    again = back(with_cells(*cells)).user_attributes["about"].tolist()
    assert again == list(cells)
    assert list(map(type, again)) == list(map(type, cells))


@pytest.mark.parametrize("dtype", [np.int8, np.uint64, np.float32, np.float64, bool])
def test_a_column_of_numbers_keeps_its_type(dtype):
    ratings = replace(SORTED, user_attributes={"n": np.array([1, 0], dtype)})
    np.testing.assert_array_equal(back(ratings).user_attributes["n"], ratings.user_attributes["n"], strict=True)


@pytest.mark.parametrize(
    ("ratings", "telling"),
    [
        (Ratings.from_arrays([(1, 2), (3, 4)], [1, 2], [5, 3]), r"users holds \(1, 2\) of type tuple.*Turn such ids"),
        (Ratings.from_arrays([date(2020, 1, 1), date(2020, 1, 2)], [1, 2], [5, 3]), "type date"),
        (with_cells({"a": 1}, None), "item:about|user:about holds .* of type dict.*Turn such cells"),
        (replace(SORTED, titles=np.array([1, 2], object)), "its titles cannot be those"),
        (replace(SORTED, user_attributes={"short": np.array([1])}), "its user:short cannot be those"),
        (Ratings(users=IdMap.of(["a", "b"]), items=IdMap(np.array([1, 1])), user_idx=np.array([0, 1], np.int32),
                 item_idx=np.array([0, 1], np.int32), values=np.ones(2, np.float32)), "its items cannot be those"),
    ],
)  # fmt: skip
def test_what_would_not_come_back_is_refused(ratings, telling):
    with pytest.raises(BadOption, match=telling):
        pack_ratings(ratings)


@pytest.mark.parametrize("name", ["indices", "user_idx", "item_idx"])
def test_an_index_of_the_row_behind_the_last_is_refused(name):
    """There are two users and two items, 0 and 1."""
    arrays, about = pack_ratings(TABLES["in another order"])
    arrays[name] = np.append(arrays[name][:-1], np.int32(2))
    with pytest.raises(BadModelFolder, match=f"its .*{name}.* cannot be those of this table"):
        unpack_ratings(arrays, about)


def test_another_fingerprint_is_refused_unless_nobody_asks():
    arrays, about = pack_ratings(SORTED)
    about["fingerprint"] = "0" * 64
    with pytest.raises(BadModelFolder, match="its fingerprint is another one"):
        unpack_ratings(arrays, about)
    assert len(unpack_ratings(arrays, about, verify=False)) == 3
