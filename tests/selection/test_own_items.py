"""Lists of users who have candidates, or exclusions, of their own."""

import numpy as np
import pytest

from cofactor.kernels.ranking.lists import SeenItems
from cofactor.selection import exact
from cofactor.selection.own_items import OwnItems, rank_own_items

SCORES = np.array([[1.0, 2, 3, 4], [4, 3, 2, 1], [1, 1, 1, 1]], np.float32)
NOBODY_IS_OUT = np.zeros(4, bool)


@pytest.mark.parametrize("block", [4, 4_000_000])
@pytest.mark.parametrize(
    ("own", "lists"),
    [
        (OwnItems([np.array([0, 1]), np.array([2]), np.array([], int)], None), [[1, 0], [2, -1], [-1, -1]]),
        (OwnItems(None, [np.array([3]), np.array([], int), np.array([0, 1])]), [[2, 1], [0, 1], [2, 3]]),
        (OwnItems([np.array([0, 1])] * 3, [np.array([1])] * 3), [[0, -1], [0, -1], [0, -1]]),
        (None, [[3, 2], [0, 1], [0, 1]]),
    ],
)
def test_each_list_holds_what_is_its_users_own(own, lists, block, monkeypatch):
    monkeypatch.setattr(exact, "BLOCK", block)
    idx, _ = rank_own_items(lambda at: SCORES[at], 3, 2, SeenItems.none(3), NOBODY_IS_OUT, own)
    assert idx.tolist() == lists


def test_some_users_keep_what_is_their_own():
    own = OwnItems([np.array([0]), np.array([1]), np.array([2])], None)
    assert np.flatnonzero(own.rows(np.array([2, 0])).excluded(2, 4)).tolist() == [0, 1, 3, 5, 6, 7]


def test_the_items_of_several_rows_are_seen_by_each():
    seen = SeenItems.of_rows([np.array([3, 1]), np.array([], int), np.array([2])])
    assert [seen.of_row(row).tolist() for row in range(3)] == [[1, 3], [], [2]]
    assert SeenItems.of_rows([np.array([3, 1])]).of_row(0).tolist() == [1, 3]
