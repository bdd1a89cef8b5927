"""One's own axis, from one item or set of items to another."""

import numpy as np
import pytest
from given_vectors import model_of

import cofactor as cf
from cofactor.errors import BadOption, UnknownIds
from cofactor.interpretation.between import axis_between

SQUARE = [[-1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, -1.0], [2.0, 3.0]]


def test_the_ends_lie_at_minus_one_and_one_and_the_rest_where_it_projects():
    axis = axis_between(model_of(SQUARE), 0, 1, damping=0)
    np.testing.assert_allclose(axis.places, [-1, 1, 0, 0, 2], atol=1e-12)
    assert axis.title == "0 ↔ 1"
    assert axis.extremes(1) == (["0"], ["4"])


def test_a_set_stands_for_its_mean():
    axis = axis_between(model_of(SQUARE), [0, 3], [1, 2], damping=0)
    np.testing.assert_allclose(axis.places[[0, 3]].mean(), -1)
    np.testing.assert_allclose(axis.places[[1, 2]].mean(), 1)
    assert axis.title == "0 + 3 ↔ 1 + 2"


def test_ends_keep_their_places_however_rarely_they_were_rated_and_others_are_damped():
    vectors = [[-1.0], [1.0], [4.0], [-4.0]]
    axis = axis_between(model_of(vectors, [1, 1, 20, 20]), 0, 1, damping=20)
    np.testing.assert_allclose(axis.places, [-1, 1, 2, -2], atol=1e-12)


def test_its_ends_are_named_by_what_lies_there(tastes):
    model = cf.ExplicitALS(n_factors=8).fit(tastes, progress=False)
    names = axis_between(model, ["Toy Story (1995)", "Frozen (2013)"], "Alien (1979)").names()
    assert {"Animation", "Family"} & set(names.low.split(", "))
    assert {"Sci-Fi", "Horror", "Thriller"} & set(names.high.split(", "))


def test_users_can_be_its_ends_too(tastes):
    model = cf.ExplicitALS(n_factors=4, n_epochs=1).fit(tastes, progress=False)
    axis = axis_between(model, "u0001", "u0002", side="user")
    assert axis.table().columns == ["user", "ratings", "place"]


@pytest.mark.parametrize(
    ("low", "high", "error", "message"),
    [
        (0, 0, BadOption, "same vectors"),
        ([], 1, BadOption, "at least one id for low"),
        (0, "x", UnknownIds, "'x'"),
        (0, 3, BadOption, "3 is not among these items: it has too few ratings"),
    ],
)
def test_what_is_no_axis_is_refused(low, high, error, message):
    with pytest.raises(error, match=message):
        axis_between(model_of(SQUARE, [9, 9, 9, 1, 9]), low, high, min_ratings=2)
