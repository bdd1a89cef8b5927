"""Repeated pairs are found whatever their number of bits, and merged as asked."""

import numpy as np
import pytest
from hypothesis import given, strategies as st

from cofactor.data.ratings import NO_TIME
from cofactor.data.rows.duplicates import merge_repeats, repeated_pairs

PAIRS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1)


@given(PAIRS, st.sampled_from([4, 2**31 - 1]), st.sampled_from([0, 2**31 - 5]))
def test_later_rows_of_a_pair_are_those_seen_before(pairs: list[tuple[int, int]], n_items: int, first_user: int):
    """With many users and items a pair takes 32, 62 or, with its row, more than 63 bits."""
    users, items = np.array(pairs, np.int32).T
    later = [at for at, pair in enumerate(pairs) if pair in pairs[:at]]
    assert repeated_pairs(users + np.int32(first_user), items, n_items).later.tolist() == later


@pytest.mark.parametrize(
    ("times", "stays"),
    [(None, 2), ([1, 9, 5], 1), ([9, 9, 5], 1), ([NO_TIME, NO_TIME, NO_TIME], 2), ([NO_TIME, 3, NO_TIME], 1)],
)
def test_the_latest_stays_the_last_row_where_times_do_not_tell(times: list[int] | None, stays: int):
    one_pair = repeated_pairs(np.zeros(3, np.int32), np.zeros(3, np.int32), 1)
    out, _ = merge_repeats(one_pair, np.ones(3, np.float32), None if times is None else np.array(times), "last")
    assert {0, 1, 2} - set(out.tolist()) == {stays}
