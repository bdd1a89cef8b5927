"""Held-out ratings: which are relevant, and what each gains."""

import numpy as np
import pytest

from cofactor.data.ratings import Ratings
from cofactor.evaluation.held_out import HeldOut

STARS = np.array([0, 1, 3, 7, 15, 31]) / 32  # the gain of each number of stars


@pytest.mark.parametrize(
    ("scale", "lowest"), [((1.0, 5.0), 4.0), ((0.5, 5.0), 4.0), ((1.0, 10.0), 8.0), ((0.0, 100.0), 70.0)]
)
def test_relevant_is_what_lies_70_percent_up_the_scale(scale, lowest):
    steps = np.arange(scale[0], scale[1] + 0.1, 0.5 if scale[0] == 0.5 else 1.0)
    test = Ratings.from_arrays(range(len(steps)), range(len(steps)), steps, scale=scale)
    train = Ratings.from_arrays([0], [999], [scale[0]], scale=scale)
    assert HeldOut.of(train, test).relevant_from == lowest


def test_other_scales_are_laid_over_one_to_five_stars():
    """Of the ratings 100, 75 and 0 of a hundred, which are 5, 4 and 1 of five stars."""
    train = Ratings.from_arrays([0], [9], [50.0], scale=(0.0, 100.0))
    test = Ratings.from_arrays([0, 0, 0], [1, 2, 3], [100.0, 75, 0], scale=(0.0, 100.0))
    np.testing.assert_array_equal(HeldOut.of(train, test, relevant=0).relevant.gains, STARS[[5, 4, 1]])


def test_of_a_scale_of_one_rating_every_one_is_the_best():
    train, test = (Ratings.from_arrays([0], [item], [3.0]) for item in (1, 2))
    assert HeldOut.of(train, test).relevant.gains.tolist() == [STARS[5]]


def test_every_click_gains_a_half():
    train, test = (Ratings.from_arrays([0], [item]) for item in (1, 2))
    assert HeldOut.of(train, test).relevant.gains.tolist() == [0.5]


def test_a_pair_that_is_held_out_twice_counts_once():
    train = Ratings.from_arrays([0], [9], [3.0], scale=(1.0, 5.0))
    test = Ratings.from_arrays([0, 0], [1, 1], [4.0, 5.0], scale=(1.0, 5.0))
    assert HeldOut.of(train, test).n_relevant.tolist() == [1]
