"""The measures of one round, each by an example that one can check by hand."""

from dataclasses import replace

import numpy as np
import pytest

from cofactor.audit.bubble.attribute import distribution_of_log
from cofactor.audit.bubble.measures import (
    attribute_distribution,
    attribute_entropy,
    intra_list_diversity,
    jaccard,
    sample_pairs,
    total_variation,
)
from cofactor.audit.popularity_groups import user_groups
from cofactor.audit.popularity_metrics import mean_over_list
from cofactor.contract.attribute_shares import attribute_shares
from cofactor.data.ratings import Ratings
from cofactor.errors import BadOption

DRAMA, COMEDY, BOTH, NEITHER = range(4)
SHARES = np.array([[1, 0], [0, 1], [0.5, 0.5], [0, 0]])


@pytest.fixture
def films():
    """Ann has seen the drama and the film of both genres, Bob the comedy."""
    genres = np.array(["Drama", "Comedy", "Drama|Comedy", None], object)  # the ids are in this order, too
    table = Ratings.from_arrays(["bob"] * 4, [DRAMA, COMEDY, BOTH, NEITHER], item_attributes={"genres": genres})
    seen = Ratings.from_arrays(["ann", "ann", "bob"], [DRAMA, BOTH, COMEDY])
    return replace(
        table, users=seen.users, user_idx=seen.user_idx, item_idx=np.array([DRAMA, BOTH, COMEDY]), values=seen.values
    )


def test_diversity_is_one_minus_the_mean_cosine_of_pairs():
    lists = np.array([[DRAMA, COMEDY, BOTH], [DRAMA, DRAMA, DRAMA]])
    by_hand = 1 - (0 + np.sqrt(0.5) + np.sqrt(0.5)) / 3
    assert intra_list_diversity(lists, SHARES) == pytest.approx([by_hand, 0])


def test_items_without_a_genre_and_ends_of_lists_are_in_no_pair():
    lists = np.array([[DRAMA, NEITHER, COMEDY], [DRAMA, COMEDY, -1], [DRAMA, NEITHER, -1]])
    np.testing.assert_allclose(intra_list_diversity(lists, SHARES), [1, 1, np.nan])


def test_a_list_of_a_drama_and_a_film_of_both_is_three_quarters_drama():
    found = attribute_distribution(np.array([[DRAMA, BOTH, NEITHER, -1], [NEITHER, -1, -1, -1]]), SHARES)
    np.testing.assert_allclose(found, [[0.75, 0.25], [np.nan, np.nan]])


def test_entropy_is_two_bits_of_four_equal_genres_and_none_of_one():
    found = attribute_entropy(np.array([[0.25] * 4, [1, 0, 0, 0], [np.nan] * 4]))
    np.testing.assert_allclose(found, [2, 0, np.nan])


def test_drift_is_the_share_of_a_profile_that_would_have_to_move():
    assert total_variation(np.array([[0.75, 0.25]]), np.array([[0.25, 0.75]])) == pytest.approx([0.5])


def test_overlap_is_what_two_lists_share_of_all_that_is_on_either():
    lists = np.array([[1, 2, 3], [3, 2, 4], [1, -1, -1], [-1, -1, -1], [-1, -1, -1]])
    found = jaccard(lists, np.array([[0, 1], [0, 2], [2, 3], [3, 4]]))
    np.testing.assert_allclose(found, [2 / 4, 1 / 3, 0, np.nan])


def test_popularity_of_a_list_is_the_mean_of_its_items():
    found = mean_over_list(np.array([[0, 1], [2, -1], [-1, -1]]), np.array([0.2, 0.4, 0.9]))
    np.testing.assert_allclose(found, [0.3, 0.9, np.nan])


def test_all_pairs_are_compared_where_they_are_few_and_nobody_with_themselves():
    assert sample_pairs(3, 3, np.random.default_rng(0)).tolist() == [[0, 1], [0, 2], [1, 2]]
    drawn = sample_pairs(50, 200, np.random.default_rng(0))
    assert drawn.shape == (200, 2)
    assert (drawn[:, 0] != drawn[:, 1]).all()


def test_a_film_of_two_genres_is_half_in_each(films):
    np.testing.assert_equal(attribute_shares(films, "genres", "attribute"), SHARES)
    with pytest.raises(BadOption, match="Did you mean 'genres'"):
        attribute_shares(films, "genre", "attribute")


def test_a_profile_spreads_over_genres_as_its_films_do(films):
    assert distribution_of_log(films, SHARES).tolist() == [[0.75, 0.25], [0, 1]]


def test_who_has_rated_nothing_is_in_no_group():
    assert user_groups(np.array([0.1, 0.5, np.nan, 0.5, 0.5, 0.9])).tolist() == [0, 1, -1, 1, 1, 2]
