"""How many people have some of one person's ratings: by hand, and as a plain loop over everybody counts them."""

import numpy as np
import pytest

from cofactor.audit.privacy.detail import Detail
from cofactor.audit.privacy.person_search import PersonSearch
from cofactor.data.ratings import Ratings
from cofactor.errors import BadOption, UnknownIds

DAY = 86_400


@pytest.fixture(scope="module")
def four() -> Ratings:
    """ann and bob rate alike, on other days; eve differs in a value, dan has an item of his own."""
    return Ratings.from_arrays(
        ["ann", "ann", "bob", "bob", "eve", "eve", "dan"], [1, 2, 1, 2, 1, 2, 3], [5, 3, 5, 3, 5, 4, 1],
        timestamps=np.array([0, 0, DAY, DAY, 0, 0, 0]),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("detail", "matching"),
    [(Detail(None), [3, 3]), (Detail(), [3, 2]), (Detail(dates="1 day"), [2, 1]), (Detail(None, "1 day"), [2, 2])],
)
def test_the_crowd_shrinks_as_more_is_known(four, detail, matching):
    assert PersonSearch.of(four, detail).n_matching("ann", [1, 2]) == matching


def test_each_single_rating_has_its_crowd(four):
    assert PersonSearch.of(four).crowds("eve") == {1: 3, 2: 1}


def test_nothing_known_matches_nobody_in_particular(four):
    assert PersonSearch.of(four).n_matching("ann", []) == []


def test_the_counts_are_those_of_a_plain_loop_over_everybody(tastes):
    rated = [dict(zip(*map(np.ndarray.tolist, tastes.by_user.of(u)), strict=True)) for u in range(tastes.n_users)]
    known = list(rated[7].items())[:4]
    expected = [sum(all(one.get(i) == v for i, v in known[: m + 1]) for one in rated) for m in range(len(known))]
    items = tastes.items.gather(np.array([item for item, _ in known])).tolist()
    assert PersonSearch.of(tastes).n_matching(tastes.users.gather(np.array([7]))[0], items) == expected


def test_of_a_pair_that_occurs_twice_the_last_counts():
    table = Ratings.from_arrays(["ann", "ann", "bob"], [1, 1, 1], [1, 5, 5])
    assert PersonSearch.of(table).crowds("ann") == {1: 2}


def test_what_cannot_be_looked_for_is_named(four):
    search = PersonSearch.of(four)
    with pytest.raises(BadOption, match="Name items that they rated"):
        search.n_matching("dan", [1])
    with pytest.raises(UnknownIds):
        search.n_matching("zoe", [1])
    with pytest.raises(BadOption, match="no times"):
        PersonSearch.of(Ratings.from_arrays([1, 2], [1, 1]), Detail(None, "1 day"))
