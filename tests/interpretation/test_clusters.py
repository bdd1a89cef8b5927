"""Clusters: those that were put in are found and named; the same seed gives the same."""

import numpy as np
import pytest
from given_vectors import model_of

import cofactor as cf
from cofactor.errors import BadOption
from cofactor.interpretation.clusters import clusters
from cofactor.interpretation.spherical_kmeans import spherical_kmeans

DIRECTIONS = np.eye(4)


@pytest.fixture
def four():
    """200 items around four directions, each with a genre of its own and one that is noise."""
    rng = np.random.default_rng(0)
    which = rng.integers(4, size=200)
    vectors = DIRECTIONS[which] * rng.uniform(1, 4, (200, 1)) + 0.1 * rng.normal(size=(200, 4))
    genres = np.array([f"genre {at}|{'AB'[rng.integers(2)]}" for at in which], object)
    return model_of(vectors, genres=genres), which


def test_directions_that_were_put_in_are_found_and_named(four):
    model, which = four
    found = clusters(model, 4)
    assert {label.split(", ")[0] for label in found.labels} == {f"genre {at}" for at in range(4)}
    for cluster, label in enumerate(found.labels):
        assert {f"genre {at}" for at in which[found.members == cluster]} == {label.split(", ")[0]}


def test_the_largest_comes_first_and_every_row_is_in_one(four):
    found = clusters(four[0], 6)
    assert (np.diff(found.sizes) <= 0).all()
    assert found.sizes.sum() == len(found.rows) == len(found.table())


def test_a_label_stands_in_the_middle_of_its_members(four):
    found = clusters(four[0], 4)
    corners = np.arange(8.0).reshape(4, 2)
    np.testing.assert_array_equal(found.label_places(corners[found.members]), corners)


def test_rows_that_few_rated_are_left_out_or_count_less():
    """40 items of two directions; 30 of a third were rated once each."""
    vectors = np.repeat(np.eye(3), [20, 20, 30], axis=0) - 0.3
    model = model_of(vectors, [50] * 40 + [1] * 30)
    assert len(clusters(model, 2, min_ratings=2).rows) == 40
    apart, mixed = (clusters(model, 2, damping=damping).members for damping in (200, 0))
    assert apart[0] != apart[20]
    assert mixed[0] == mixed[20] != mixed[40]


def test_users_have_clusters_too(tastes):
    model = cf.ExplicitALS(n_factors=4, n_epochs=1).fit(tastes, progress=False)
    assert clusters(model, 3, side="user").table().columns == ["user", "ratings", "cluster", "label"]


def test_clusters_of_noise_have_no_name():
    """In 10 tables of noise hardly any cluster is named: in 0 to 2 of them by the binomial law, but for one in 90."""
    rng = np.random.default_rng(0)
    named = 0
    for _ in range(10):
        genres = np.array(["|".join(w for w in "ABCDEFGH" if rng.random() < 0.3) for _ in range(150)], object)
        named += any(clusters(model_of(rng.normal(size=(150, 3)), genres=genres), 5).labels)
    assert named <= 2


def test_the_same_seed_gives_the_same_and_another_may_not(four):
    members = [clusters(four[0], 9, seed=seed).members for seed in (0, 0, 1)]
    np.testing.assert_array_equal(members[0], members[1])
    assert (members[0] != members[2]).any()


def test_what_was_rated_once_counts_little():
    x, weights = np.array([[1.0, 0.0]] * 9 + [[0.0, 1.0]] * 9 + [[-1.0, 0.0]]), np.ones(19)
    weights[18] = 0.01
    members, directions = spherical_kmeans(x, weights, 2, seed=0)
    assert len(set(members[:9])) == len(set(members[9:18])) == 1
    assert np.abs(directions @ [1, 0]).max() > 0.99


def test_tastes_has_a_cluster_of_animation(tastes):
    found = clusters(cf.ExplicitALS(n_factors=8).fit(tastes, progress=False), 6)
    assert any("Animation" in label for label in found.labels)
    assert "told apart by" in str(found)


@pytest.mark.parametrize(("n", "message"), [(0, "between 1 and 48"), (49, "between 1 and 48"), (2.5, "whole number")])
def test_a_number_out_of_range_is_refused(four, n, message):
    with pytest.raises(BadOption, match=message):
        clusters(four[0], n)
