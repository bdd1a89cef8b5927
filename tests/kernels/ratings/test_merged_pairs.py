"""One rating of each pair is kept, the latest, and it gets the value that is asked for."""

import numpy as np
import pytest

from cofactor.kernels.absent import NO_NUMBERS
from cofactor.kernels.ids.key_ranges import NO_TIMES
from cofactor.kernels.ratings.repeats import PairOrder, latest_of_pairs

VALUES = [1, 2, 3, 4, 5]


def order():
    """Two rows: items 3, 8, 8, 8 and item 8, by the ratings 4, 0, 1, 2 and 3 of the table."""
    return PairOrder(np.array([0, 4, 5]), np.array([3, 8, 8, 8, 8], np.int32), np.array([4, 0, 1, 2, 3]))


@pytest.mark.parametrize(("times", "latest"), [(NO_TIMES, 2), ([1, 9, 5, 0, 0], 1), ([9, 9, 5, 0, 0], 1)])
def test_the_latest_stays_the_last_where_times_do_not_tell(times, latest):
    kept = latest_of_pairs(order(), NO_NUMBERS, np.array(times, np.int64), "last", 1e30)
    assert (kept.indptr.tolist(), kept.indices.tolist()) == ([0, 2, 3], [3, 8, 8])
    assert kept.places.tolist() == [4, latest, 3]


@pytest.mark.parametrize(
    ("policy", "largest", "value"), [("last", 1e30, 3), ("mean", 1e30, 2), ("sum", 1e30, 6), ("sum", 5.5, 5.5)]
)
def test_its_value_is_that_of_the_pair(policy, largest, value):
    values = np.array(VALUES, np.float32)
    kept = latest_of_pairs(order(), values, NO_TIMES, policy, largest)
    assert values[kept.places].tolist() == [5, value, 4]
