"""Keys are the same everywhere, those of whole numbers can be undone, and those of texts are as their formula says."""

import numpy as np
import polars as pl
from hypothesis import given, strategies as st

from cofactor.data.id_keys import ids_of_keys, keyed_ids, keys_of
from cofactor.kernels.arithmetic.splitmix_numpy import mix_one


def key_of_text(text):
    """The formula, in Python's own integers."""
    data = text.encode()
    key = mix_one(len(data))
    for at in range(0, len(data), 8):
        key = mix_one(key ^ int.from_bytes(data[at : at + 8], "little"))
    return key


def test_the_key_of_a_number_is_published_splitmix64():
    assert keys_of(np.array([1234567])).tolist() == [6457827717110365317]


def test_the_key_of_a_text_never_changes():
    assert keys_of(np.array(["ann"], object)).tolist() == [key_of_text("ann")] == [4043504466283325091]


@given(st.lists(st.integers(-(2**63), 2**63 - 1)))
def test_whole_numbers_are_their_keys_undone(ids):
    assert ids_of_keys(keys_of(np.array(ids, np.int64))).tolist() == ids


@given(st.lists(st.text(max_size=30)))
def test_texts_of_any_length_follow_the_formula(texts):
    assert keys_of(np.array(texts, object)).tolist() == [key_of_text(text) for text in texts]


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=20)))
def test_a_column_has_the_keys_of_its_ids(texts):
    column = pl.Series(texts, dtype=pl.String)
    assert keyed_ids(column).keys.tolist() == keys_of(np.array(texts, object)).tolist()
