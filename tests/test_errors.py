"""Errors and warnings as values."""

import pickle

import pytest

from cofactor.errors import FewerLeft, ItemsIgnored, MissingExtra, NotSaved, UnknownIds

SAID = [
    UnknownIds("user", ["ann"], 3), MissingExtra("A cluster", "distributed"), NotSaved("The disk is full."),
    ItemsIgnored([7], [7, 8], "exclude", 9), FewerLeft.among(1, 2, 9),
]  # fmt: skip


@pytest.mark.parametrize("said", SAID, ids=lambda one: type(one).__name__)
def test_what_a_worker_says_is_said_here(said):
    again = pickle.loads(pickle.dumps(said))
    assert (type(again), str(again), vars(again)) == (type(said), str(said), vars(said))
