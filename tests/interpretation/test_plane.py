"""How many true neighbours are neighbours on the plane."""

import numpy as np
import pytest
from given_vectors import model_of

from cofactor.errors import BadOption
from cofactor.interpretation.between import axis_between
from cofactor.interpretation.factors import factors
from cofactor.interpretation.plane import neighbours_kept


def circle(m=100, n_more=0):
    """m directions in a plane; n_more: dimensions more, of which that plane shows nothing."""
    angles = 2 * np.pi * np.arange(m) / m
    more = 0.5 * np.random.default_rng(0).normal(size=(m, n_more))
    return np.column_stack([np.cos(angles), np.sin(angles), more])


def test_a_plane_that_shows_everything_keeps_all_neighbours():
    model = model_of(circle())
    kept = neighbours_kept(model, *factors(model, 2).axes, k=4)
    assert (kept.kept == 4).all()
    assert str(kept) == (
        "4.0 of the 4 nearest neighbours are among the 4 nearest on this plane (100 of 100 items checked)."
    )


def test_true_neighbours_are_those_of_similar_items():
    model = model_of(circle(60, 3))
    found = factors(model, 2)
    kept = neighbours_kept(model, *found.axes, k=5)
    for item in (0, 17, 59):
        true = set(model.similar_items(item, 5)["item"])
        apart = np.linalg.norm(found.places - found.places[item], axis=1)
        near = set(np.argsort(apart)[1:6].tolist())
        assert kept.kept[item] == len(true & near)
        assert neighbours_kept(model, *found.axes, ids=item, k=5).kept.tolist() == [kept.kept[item]]


def test_another_plane_keeps_others():
    model = model_of(circle(60, 3))
    found = factors(model, 4)
    assert neighbours_kept(model, *found.axes[:2]).mean > neighbours_kept(model, *found.axes[2:]).mean


def test_a_sample_says_that_it_is_one_and_depends_on_the_seed_alone():
    model = model_of(circle(300, 3))
    found = factors(model, 2)
    some, same, other = (neighbours_kept(model, *found.axes, n_sample=50, seed=seed) for seed in (0, 0, 1))
    assert "(50 of 300 items checked)" in str(some)
    np.testing.assert_array_equal(some.checked, same.checked)
    assert (some.checked != other.checked).any()
    whole = neighbours_kept(model, *found.axes)
    np.testing.assert_array_equal(some.kept, whole.kept[some.checked])


def test_small_tables_have_as_many_neighbours_as_there_are():
    model = model_of(np.eye(3))
    assert neighbours_kept(model, *factors(model, 2).axes).k == 2
    alone = model_of([[1.0]])
    with pytest.raises(BadOption, match="One row alone"):
        neighbours_kept(alone, *2 * factors(alone, 1).axes)


def test_what_makes_no_plane_is_refused():
    model = model_of(np.eye(3))
    x, _ = factors(model, 2).axes
    with pytest.raises(BadOption, match="two axes, such as factors"):
        neighbours_kept(model, x, 1)
    with pytest.raises(BadOption, match="axes of the same rows"):
        neighbours_kept(model, x, factors(model_of(np.eye(4)), 1).axis(0))


def test_an_axis_of_ones_own_makes_a_plane_with_a_factor():
    model = model_of(circle(60, 3))
    own = axis_between(model, 0, 30)
    assert neighbours_kept(model, own, factors(model, 2).axis(1)).mean > 0
