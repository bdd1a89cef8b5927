"""Between what people write and the rows of our arrays there is one door."""

import numpy as np
import pytest
from hypothesis import given, strategies as st

from cofactor.data.ids import UNKNOWN, IdMap
from cofactor.errors import BadTable, UnknownIds

WHOLE = st.integers(-(2**63), 2**63 - 1)
COLUMNS = st.one_of(
    st.lists(WHOLE, min_size=1),
    st.lists(st.text(), min_size=1),
    st.lists(st.dates(), min_size=1),
    st.lists(st.one_of(st.text(), st.tuples(st.integers(), st.text())), min_size=1),
)


@given(COLUMNS)
def test_encoding_and_gathering_gives_the_column_back(column: list[object]):
    ids, idx = IdMap.encode(column)
    assert ids.gather(idx).tolist() == column


@given(COLUMNS)
def test_every_id_is_found_where_it_stands(column: list[object]):
    ids, idx = IdMap.encode(column)
    assert ids.index_of(column).tolist() == idx.tolist()


@given(st.lists(st.text(), min_size=1))
def test_ids_are_sorted_whatever_their_order(column: list[str]):
    assert IdMap.encode(column)[0].values.tolist() == sorted(set(column))


def test_a_stranger_has_the_index_minus_one_which_models_know_for_nobody():
    assert IdMap.of(["ann", "bob"]).find(["bob", "eve"]).tolist() == [1, -1]


@given(st.lists(WHOLE, unique=True), st.lists(WHOLE))
def test_strangers_are_unknown(known: list[int], asked: list[int]):
    ids = IdMap.of(np.array(known, np.int64))
    expected = [known.index(one) if one in known else UNKNOWN for one in asked]
    assert ids.find(asked).tolist() == ids.find(np.array(asked, np.int64)).tolist() == expected


def test_a_whole_number_is_also_found_by_its_text():
    ids = IdMap.of([196, -7])
    assert ids.index_of(["196", "-7"]).tolist() == [0, 1]
    assert "196.0" not in ids


@pytest.mark.parametrize(
    "text", ["--5", "5-", "-", "", "007", "+7", "-0", "७", "7 ", "7.0", "1_0", "9" * 5000, "99999999999999999999"]
)
def test_what_is_not_written_as_the_number_is_a_stranger(text: str):
    assert text not in IdMap.of([5, 7, 0, 10, -5])


def test_a_truth_is_no_number():
    assert True not in IdMap.of([1, 2])
    assert IdMap.of([0, 1]).find(np.array([True, False])).tolist() == [UNKNOWN, UNKNOWN]


def test_a_number_beyond_64_bits_is_a_stranger():
    asked = np.array([2**64 - 1, 1], np.uint64)
    assert IdMap.of([-1, 1]).find(asked).tolist() == [UNKNOWN, 1]


def test_the_largest_number_of_64_bits_is_told_from_the_next_one():
    """Which would be -2**63, had it a sign."""
    largest, beyond = np.array([2**63 - 1], np.uint64), np.array([2**63], np.uint64)
    assert IdMap.of([-(2**63), 2**63 - 1]).find(np.append(largest, beyond)).tolist() == [1, UNKNOWN]
    assert IdMap.of(largest).values.tolist() == [2**63 - 1]
    assert IdMap.of(beyond).values.tolist() == [2**63]


def test_text_is_not_found_by_a_number():
    assert 196 not in IdMap.of(["196"])


@given(
    st.one_of(st.lists(st.integers(), unique=True), st.lists(st.text(), unique=True)), st.integers(0, 9), st.randoms()
)
def test_a_sample_is_of_the_same_ids_in_whatever_order_they_come(ids: list[object], n: int, random):
    shuffled = random.sample(ids, len(ids))
    samples = list[list[object]]()
    for order in (ids, shuffled):
        found = (one := IdMap.of(order)).sample(np.arange(len(ids)), n)
        assert (np.diff(found) > 0).all()
        samples.append(one.gather(found).tolist())
    assert len(samples[0]) == min(n, len(ids))
    assert set(samples[0]) == set(samples[1])


def test_strangers_are_named_in_the_error():
    with pytest.raises(UnknownIds, match="2 users are not.*'cleo', 'dora'") as caught:
        IdMap.of(["ann", "bob"]).index_of(["ann", "cleo", "dora", "cleo"])
    assert caught.value.ids == ["cleo", "dora"]


def test_an_id_may_stand_once_only():
    with pytest.raises(BadTable, match="unique"):
        IdMap.of(["ann", "ann"])


def test_what_cannot_be_an_id_is_in_no_map():
    assert ["ann"] not in IdMap.of(["ann"])


@pytest.mark.parametrize("pairs", [[(1, 2), (3, 4)], ["a", ("b", "c")], [2**63, -1], [True, False]])
def test_no_id_is_turned_into_something_else(pairs: list[object]):
    assert IdMap.of(pairs).values.tolist() == pairs
