"""All scores of some users, with what may not be shown taken out."""

import numpy as np

from cofactor.kernels.ranking.lists import SeenItems
from cofactor.selection.own_items import OwnItems, allowed_scores

SCORES = np.arange(8, dtype=np.float32).reshape(2, 4)
NOBODY, NOTHING = np.zeros(4, bool), SeenItems.none(2)


def shown(seen=NOTHING, excluded=NOBODY, own=None):
    """The items of each user that are left."""
    found = allowed_scores(SCORES, seen, excluded, own)
    assert (found[np.isfinite(found)] == SCORES[np.isfinite(found)]).all()
    return [np.flatnonzero(row).tolist() for row in np.isfinite(found)]


def test_what_each_has_seen_what_is_excluded_and_what_is_not_theirs_is_out():
    assert shown() == [[0, 1, 2, 3]] * 2
    assert shown(seen=SeenItems.of_rows([np.array([3, 1]), np.array([], int)])) == [[0, 2], [0, 1, 2, 3]]
    assert shown(excluded=np.array([True, False, False, False])) == [[1, 2, 3]] * 2
    assert shown(own=OwnItems([np.array([0, 2]), np.array([3])], None)) == [[0, 2], [3]]
    assert shown(own=OwnItems(None, [np.array([0, 2]), np.array([], int)])) == [[1, 3], [0, 1, 2, 3]]


def test_the_scores_stay_as_they_are():
    before = SCORES.copy()
    shown(seen=SeenItems.of_rows([np.array([0]), np.array([1])]), excluded=np.array([False, False, True, True]))
    np.testing.assert_array_equal(SCORES, before)
