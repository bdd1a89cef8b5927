"""Exposure floors: the lists that lose least take an item in."""

import numpy as np
import pytest

from cofactor.reranking.exposure import ExposureFloors, with_floors

LISTS = np.array([[0, 1], [0, 2], [1, 2], [3, -1]]), np.array([[5.0, 4.0], [5.0, 3.0], [5.0, 2.0], [5.0, -np.inf]])


def floored(scores, items, shares):
    return with_floors(LISTS, np.array(scores), ExposureFloors(np.array(items), np.array(shares)))


@pytest.mark.parametrize(
    ("share", "takers"),
    [(0.0, []), (0.24, []), (0.25, [3]), (0.5, [2, 3]), (0.75, [1, 2, 3]), (1.0, [0, 1, 2, 3])],
)
def test_empty_places_are_filled_first_and_then_what_costs_least(share, takers):
    """The last entries' scores less the item's are 4, 2 and 1; the fourth list has an empty place."""
    idx, scores = floored([[0.0], [1.0], [1.0], [0.0]], [7], [share])
    assert np.flatnonzero((idx == 7).any(axis=1)).tolist() == takers
    assert idx[:, 0].tolist() == [0, 0, 1, 3]
    assert scores[idx == 7].tolist() == [[0.0, 1.0, 1.0, 0.0][user] for user in takers]


def test_what_already_stands_on_a_list_counts_and_stays():
    idx, _ = floored([[5.0, 0], [5.0, 2], [-np.inf, 1], [-np.inf, 0]], [0, 9], [0.5, 0.25])
    assert idx.tolist() == [[0, 1], [0, 2], [1, 2], [3, 9]]


def test_an_item_takes_the_place_of_no_other_that_a_floor_holds():
    idx, _ = floored(np.zeros((4, 3)), [7, 8, 9], [1, 1, 1])
    assert idx.tolist() == [[8, 7]] * 4


def test_whoever_may_not_be_shown_an_item_is_not():
    idx, _ = floored([[-np.inf], [-np.inf], [0.0], [-np.inf]], [7], [1.0])
    assert idx.tolist() == [[0, 1], [0, 2], [1, 7], [3, -1]]


def test_lists_of_nobody_and_lists_without_places_stay_empty():
    floors = ExposureFloors(np.array([7]), np.array([1.0]))
    empty = np.zeros((0, 2), np.int64), np.zeros((0, 2))
    assert with_floors(empty, np.zeros((0, 1)), floors)[0].shape == (0, 2)
