"""At most so many items of a group in a list, the best that this allows."""

import numpy as np
import pytest

from cofactor.kernels.ranking.top_scores import top_scores
from cofactor.reranking.caps import GroupCaps, first_within_caps, joined_caps, within_caps
from cofactor.reranking.longer_lists import lists_from_longer

FILMS = GroupCaps(np.array([[0, -1], [0, 1], [1, -1], [-1, -1], [0, -1]]), np.array([1, 1]))


@pytest.mark.parametrize(
    ("ranked", "n", "taken"),
    [
        ([0, 1, 2, 3, 4], 5, [0, 2, 3]),
        ([1, 0, 2, 3, 4], 5, [1, 3]),
        ([0, 1, 2, 3, 4], 2, [0, 2]),
        ([3, 4, -1, -1, -1], 5, [3, 4]),
    ],
)
def test_an_item_is_taken_where_each_of_its_groups_has_room(ranked, n, taken):
    kept = within_caps(np.array([ranked]), n, FILMS)[0]
    assert np.array(ranked)[kept].tolist() == taken


def literally(scores, n, caps):
    """The definition, item by item."""
    found, counts = [], np.zeros(len(caps.limits), int)
    for item in np.argsort(-scores, kind="stable"):
        groups = [one for one in caps.groups[item] if one >= 0]
        if len(found) < n and np.isfinite(scores[item]) and (counts[groups] < caps.limits[groups]).all():
            found.append(int(item))
            counts[groups] += 1
    return found


def test_lists_are_the_greedy_choice_whatever_had_to_be_fetched_for_them():
    rng = np.random.default_rng(0)
    scores = rng.normal(size=(6, 400)).astype(np.float32)
    scores[0, 5:] = -np.inf
    groups = np.where(rng.random((400, 3)) < 0.5, rng.integers(0, 9, (400, 3)), -1)
    groups = np.array(
        [np.pad(one := np.unique(row[row >= 0]), (0, 3 - len(one)), constant_values=-1) for row in groups]
    )
    groups[np.argsort(-scores[1])[:300], 0] = 9  # a user whose best are all of one group
    caps, lengths = GroupCaps(groups, rng.integers(1, 4, 10)), []

    def fetch(rows, n):
        lengths.append(n)
        return top_scores(scores[rows], n)

    idx, best = lists_from_longer(fetch, lambda _, found: first_within_caps(found, 20, caps), 6, 20, 400, 50)
    for row in range(6):
        expected = literally(scores[row], 20, caps)
        assert idx[row, : len(expected)].tolist() == expected
        assert (idx[row, len(expected) :] == -1).all()
        np.testing.assert_array_equal(best[row, : len(expected)], scores[row, expected])
    assert lengths == [80, 320, 400]


def test_nobody_gets_no_lists():
    def fetch(rows, n):
        return top_scores(np.zeros((len(rows), 5)), n)

    idx, scores = lists_from_longer(fetch, lambda _, found: first_within_caps(found, 3, FILMS), 0, 3, 5, 50)
    assert idx.shape == scores.shape == (0, 3)


def test_joined_caps_hold_both():
    both = joined_caps(FILMS, GroupCaps(np.array([[0], [-1], [0], [0], [-1]]), np.array([1])))
    assert both
    assert within_caps(np.array([[0, 3, 2, 1]]), 4, FILMS).tolist() == [[True, True, True, False]]
    assert within_caps(np.array([[0, 3, 2, 1]]), 4, both).tolist() == [[True, False, False, False]]
    assert joined_caps(FILMS, None) is joined_caps(None, FILMS) is FILMS
    assert joined_caps(None, None) is None
