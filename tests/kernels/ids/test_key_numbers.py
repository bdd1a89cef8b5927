"""Ids are numbered as they come, by key and text."""

import numpy as np
from hypothesis import given, strategies as st

from cofactor.kernels.absent import NO_CODES, NO_INDICES
from cofactor.kernels.ids.key_numbers import FIRST_SIZE, KeyNumbers, number_ids


def of_keys(keys):
    return np.array(keys, np.uint64), NO_INDICES, NO_CODES


def of_texts(texts, key=7):
    data = [one.encode("utf-8", "surrogatepass") for one in texts]
    lengths, text = np.array([len(one) for one in data], np.int32), np.frombuffer(b"".join(data), np.uint8)
    return np.full(len(texts), key, np.uint64), lengths, text


def test_numbers_go_on_over_several_blocks():
    known = KeyNumbers()
    assert number_ids(known, *of_keys([9, 4, 9])).tolist() == [0, 1, 0]
    assert number_ids(known, *of_keys([5, 4])).tolist() == [2, 1]
    assert known.found.keys.tolist() == [9, 4, 5]


def test_there_is_room_for_any_number_of_ids():
    keys, known = np.arange(3 * FIRST_SIZE, dtype=np.uint64) << np.uint64(20), KeyNumbers()  # which all look alike
    assert number_ids(known, *of_keys(keys[::-1])).tolist() == list(range(len(keys)))
    assert number_ids(known, *of_keys(keys)).tolist() == list(reversed(range(len(keys))))


@given(st.lists(st.text(min_size=1, max_size=20)))
def test_ids_of_one_key_are_told_apart_by_their_texts(texts):
    known = KeyNumbers()
    order = list(dict.fromkeys(texts))
    assert number_ids(known, *of_texts(texts)).tolist() == [order.index(one) for one in texts]
    assert known.found.text.tobytes() == "".join(order).encode("utf-8", "surrogatepass")


def test_a_text_that_is_longer_than_all_room_is_kept_whole():
    texts = ["a", "b" * 100 * FIRST_SIZE, "c"]
    known = KeyNumbers()
    assert number_ids(known, *of_texts(texts)).tolist() == [0, 1, 2]
    assert np.diff(known.found.text_ends).tolist() == [1, 100 * FIRST_SIZE, 1]
