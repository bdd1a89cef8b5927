"""Rows by ranges of their keys, and the sum that tells whether they are still the same rows."""

import numpy as np
import pytest

from cofactor.kernels.ids.key_ranges import KeyedRows, by_key_range, fingerprint

KEYS = (np.array([3, 0, 1, 3, 0], np.uint64) << np.uint64(62)) + np.array([8, 9, 7, 8, 9], np.uint64)
ROWS = KeyedRows(KEYS, np.arange(5, dtype=np.int32), np.array([5, 4, 3, 2, 1], np.float32))
TEXTS = ["ann", "b", "", "cäcilie", "dd"]
WITH_TEXT = ROWS._replace(
    lengths=np.array([len(one.encode()) for one in TEXTS], np.int32),
    text=np.frombuffer("".join(TEXTS).encode(), np.uint8),
)


def test_rows_keep_their_order_within_a_range():
    rows, counts, _ = by_key_range([ROWS], n_bits=2)
    assert counts.tolist() == [2, 1, 0, 2]
    assert rows.items.tolist() == [1, 4, 2, 0, 3]
    assert rows.values.tolist() == [4, 1, 3, 5, 2]


def test_earlier_parts_come_first():
    rows, counts, _ = by_key_range([ROWS, ROWS], n_bits=0)
    assert counts.tolist() == [10]
    assert rows.items.tolist() == [0, 1, 2, 3, 4] * 2


def test_texts_go_with_their_rows():
    rows, _, n_bytes = by_key_range([WITH_TEXT], n_bits=2)
    assert n_bytes.tolist() == [3, 0, 0, 11]
    assert rows.text.tobytes().decode() == "bddanncäcilie"
    assert rows.lengths.tolist() == [1, 2, 0, 3, 8]


@pytest.mark.parametrize(
    "others",
    [
        KeyedRows(*(column[1:] for column in ROWS)), KeyedRows(*(np.append(column, column[:1]) for column in ROWS)),
        ROWS._replace(values=np.array([2, 4, 3, 5, 1], np.float32)), ROWS._replace(items=ROWS.items[::-1].copy()),
    ],
    ids=["lost", "doubled", "of another rating of the same user", "of other items"],
)  # fmt: skip
def test_a_row_that_changed_is_told(others):
    assert fingerprint(others) != fingerprint(ROWS)


def test_rows_in_another_order_are_the_same():
    assert fingerprint(by_key_range([ROWS], n_bits=2)[0]) == fingerprint(ROWS)
