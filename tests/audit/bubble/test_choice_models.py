"""Choice models: who takes what, as often as their formulas say."""

import numpy as np
import pytest

from cofactor.audit.bubble.choice_models import (
    CHOICE_MODELS,
    THRESHOLD,
    independent_choice,
    logit_choice,
    position_choice,
)

N_USERS = 20_000  # the share of a probability of 1/2 lies within 0.015 of it in all but one of 20,000 draws


def shares(choose, utility):
    """How often each place of a list of these utilities is taken."""
    return choose(np.tile(utility, (N_USERS, 1)), np.random.default_rng(0)).mean(axis=0)


def test_by_the_logit_two_items_at_the_threshold_and_nothing_are_taken_equally_often():
    assert shares(logit_choice, [THRESHOLD, THRESHOLD]) == pytest.approx([1 / 3, 1 / 3], abs=0.015)


def test_by_the_logit_nobody_takes_two():
    taken = logit_choice(np.full((N_USERS, 3), 5.0), np.random.default_rng(0))
    assert taken.sum(axis=1).max() == 1


def test_independent_choice_does_not_know_the_rank():
    assert shares(independent_choice, [THRESHOLD] * 3) == pytest.approx([1 / 2] * 3, abs=0.015)


def test_with_position_bias_the_second_place_is_looked_at_half_as_often():
    assert shares(position_choice, [THRESHOLD] * 4) == pytest.approx([1 / 2, 1 / 4, 1 / 6, 1 / 8], abs=0.015)


@pytest.mark.parametrize("name", CHOICE_MODELS)
def test_what_is_liked_more_is_taken_more_and_nothing_behind_the_end(name):
    liked, disliked, end = shares(CHOICE_MODELS[name], [1.5, -1.0, -np.inf])
    assert liked > disliked > end == 0
