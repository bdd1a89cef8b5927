"""Ids of text that stay packed answer as a list of Python's texts would."""

import numpy as np
import pytest
from hypothesis import given, strategies as st

from cofactor.data.ids import IdMap
from cofactor.data.text_ids import TextIds

LETTERS = st.text(st.sampled_from("ab\0é\U0001f600\ud800"), max_size=20)  # many are alike, or begin so
ANY_ORDER = st.lists(LETTERS, unique=True)


@given(st.one_of(ANY_ORDER, ANY_ORDER.map(sorted)))
def test_every_text_comes_back_and_is_found(ids):
    packed, places = TextIds.of(ids), np.arange(len(ids))
    assert packed.objects().tolist() == packed.gather(places).tolist() == ids
    assert packed.find(ids).tolist() == places.tolist()
    assert packed.are_text
    assert packed.are_unique


@given(st.one_of(ANY_ORDER, ANY_ORDER.map(sorted)), st.lists(LETTERS))
def test_strangers_are_in_no_place(ids, asked):
    expected = [ids.index(one) if one in ids else -1 for one in asked]
    assert TextIds.of(ids).find(asked).tolist() == expected


@given(st.lists(LETTERS))
def test_a_text_that_stands_twice_is_seen_in_any_order(ids):
    assert TextIds.of(ids).are_unique == (len(set(ids)) == len(ids))


def test_texts_of_one_key_are_told_apart(monkeypatch):
    monkeypatch.setattr("cofactor.data.text_ids.keys_of_texts", lambda _, lengths: np.full(len(lengths), 7, np.uint64))
    ids = TextIds.of(["cyd", "ann", "bob"])
    assert ids.are_unique
    assert ids.find(["ann", "bob", "cyd", "dan"]).tolist() == [1, 2, 0, -1]
    assert not TextIds.of(["cyd", "ann", "bob", "ann"]).are_unique


@given(ANY_ORDER, st.data())
def test_those_of_a_mask_stay_in_their_order(ids, data):
    keep = np.array(data.draw(st.lists(st.booleans(), min_size=len(ids), max_size=len(ids))), np.bool_)
    assert TextIds.of(ids).only(keep).objects().tolist() == [one for one, stays in zip(ids, keep, strict=True) if stays]


def test_what_is_no_text_is_none_of_the_ids():
    assert TextIds.of(["7", "ann"]).find([7, None, ["ann"], np.str_("ann")]).tolist() == [-1, -1, -1, 1]


@pytest.mark.parametrize(
    ("text", "ends"),
    [(b"\xff", [1]), ("é".encode(), [1, 2]), ("aé".encode(), [2, 3])],
    ids=["no UTF-8", "a character cut in two", "and one that is whole as a whole"],
)
def test_bytes_that_are_no_text_are_seen(text, ends):
    assert not TextIds(np.frombuffer(text, np.uint8), np.array(ends)).are_text


def test_an_id_map_of_packed_texts_is_that_of_the_texts():
    names = ["ann", "bob", "cyd"]
    packed, plain = IdMap(TextIds.of(names)), IdMap.of(names)
    assert packed.digest == plain.digest
    assert packed.holds == plain.holds == "text"
    assert packed.example == "ann"
    assert packed.only(packed.all_but(["bob"])).values.tolist() == ["ann", "cyd"]
    assert "values" not in vars(packed)  # nobody has asked for all of them as objects
    assert packed.values.tolist() == names
