"""The steps of ranking a catalogue, against the same thing said in plain NumPy."""

import numpy as np

from cofactor.kernels.ranking.lists import SeenItems
from cofactor.kernels.ranking.ranks import count_above, mark_hits

inf = np.inf
HELD = np.array([0, 2, 2, 3], np.int64), np.array([0, 3, 1], np.int32)  # rows [0, 3], [], [1]


def test_a_hit_is_a_held_out_item_of_this_very_user():
    hits = np.zeros((2, 2), bool)
    mark_hits(np.array([[3, 1], [0, -1]]), 0, *HELD, hits)
    assert hits.tolist() == [[True, False], [False, False]]


def test_a_later_block_finds_its_own_rows():
    hits = np.zeros((1, 3), bool)
    mark_hits(np.array([[2, 1, 0]]), 2, *HELD, hits)
    assert hits.tolist() == [[False, True, False]]


def test_standing_counts_higher_and_equal_candidates():
    scores = np.array([[2.0, 5.0, 2.0, 7.0], [0, 0, 0, 0], [1.0, 3.0, 3.0, 4.0]])
    seen = SeenItems(np.array([1, -1, -1]), np.array([0, 0, 1]), np.array([3], np.int32))  # the 7 is no candidate
    above, equal = np.full(3, -9), np.full(3, -9)
    count_above(scores, seen, 0, np.array([0, 1, 1, 3]), np.array([0, 1, -1], np.int32), above, equal, np.empty(4))
    assert above.tolist() == [1, 1, 4]  # the last is not in the catalogue: below everything
    assert equal.tolist() == [1, 1, 0]
