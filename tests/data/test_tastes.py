"""The embedded data set: real films, generated ratings, and a truth that can be asked for."""

import hashlib

import numpy as np
import pytest

from cofactor.data.sources import tastes
from cofactor.errors import BadOption


@pytest.fixture(scope="module")
def ratings():
    return tastes.load()


@pytest.fixture(scope="module")
def truth():
    return tastes.truth()


def test_it_says_that_it_is_synthetic(ratings):
    assert ratings.synthetic
    assert "synthetic" in repr(ratings)


def test_the_same_seed_gives_the_same_table_on_every_machine(ratings):
    digest = hashlib.sha256()
    for column in (ratings.user_idx, ratings.item_idx, ratings.values, ratings.timestamps):
        digest.update(column.astype("<i8").tobytes())
    assert digest.hexdigest() == "2a419ef25598cfb2bbaa1001667820c50724f8618a69d542e7f3e85e7331682a"


def test_another_seed_gives_another_table(ratings):
    assert tastes.load(seed=1).fingerprint != ratings.fingerprint


def test_the_films_of_the_lecture_are_in_it(ratings):
    films = [
        "Inception (2010)", "The Matrix (1999)", "Toy Story (1995)", "Frozen (2013)", "Interstellar (2014)",
        "Shrek (2001)", "Requiem for a Dream (2000)", "The Godfather (1972)", "Fargo (1996)",
        "Star Wars (1977)", "The Silence of the Lambs (1991)", "Titanic (1997)",
    ]  # fmt: skip
    assert (ratings.find_items(films) >= 0).all()


def test_a_film_is_found_by_its_id_and_by_its_title(ratings):
    by_id, by_title = ratings.find_items(["amelie-2001", "Amélie (2001)"])
    assert by_id == by_title >= 0


def test_every_place_on_an_axis_lies_between_its_ends(truth):
    assert np.abs(truth.item_axes).max() == 1.0


def test_toy_story_and_the_matrix_lie_at_opposite_ends_of_the_first_axis(ratings, truth):
    toy_story, matrix = truth.item_axes[ratings.find_items(["Toy Story (1995)", "The Matrix (1999)"]), 0]
    assert toy_story < -0.8
    assert matrix > 0.8


def test_it_is_as_sparse_as_real_ratings(ratings):
    assert 40_000 < len(ratings) < 60_000
    assert 0.85 < 1 - ratings.density < 0.93


def test_every_user_has_rated_enough_to_be_known_and_a_few_rate_far_more(ratings):
    assert ratings.user_counts.min() == 15
    assert np.percentile(ratings.user_counts, 99) > 5 * np.median(ratings.user_counts)


def test_every_film_has_been_rated_and_the_first_tenth_gets_a_third_of_all_ratings(ratings):
    descending = np.sort(ratings.item_counts)[::-1]
    assert descending[-1] > 0
    assert descending[: ratings.n_items // 10].sum() > len(ratings) / 3


def test_ratings_are_whole_stars_with_the_usual_mean(ratings):
    assert set(np.unique(ratings.values)) == {1, 2, 3, 4, 5}
    assert 3.4 < ratings.mean < 3.8


def test_nobody_rates_a_film_twice(ratings):
    pairs = ratings.user_idx.astype(np.int64) * ratings.n_items + ratings.item_idx
    assert len(np.unique(pairs)) == len(ratings)


def test_people_rate_what_they_like(ratings, truth):
    """Not missing at random: taste agrees with what was rated more than with the rest of the catalogue."""
    agreement = truth.user_axes @ truth.item_axes.T
    assert agreement[ratings.user_idx, ratings.item_idx].mean() > agreement.mean() + 0.2


def test_blockbusters_are_rated_more_than_art_house_films(ratings, truth):
    assert np.corrcoef(ratings.item_counts, truth.item_axes[:, 2])[0, 1] < -0.3


def test_age_says_a_little_about_taste(ratings, truth):
    age = ratings.user_attributes["age_group"]
    first_axis = truth.user_axes[:, 0]
    assert first_axis[age == "18-24"].mean() > first_axis[age == "55+"].mean() + 0.1


def test_no_film_is_rated_before_it_came_out(ratings):
    years_rated = 1970 + ratings.timestamps / (365.25 * 86_400)
    assert (years_rated > ratings.item_attributes["year"][ratings.item_idx]).all()


def test_rows_come_in_the_order_of_time(ratings):
    assert (np.diff(ratings.timestamps) >= 0).all()


def test_ratings_come_in_sessions(ratings):
    """Most of a user's ratings follow the one before within two minutes, some after hours or days."""
    order = np.lexsort((ratings.timestamps, ratings.user_idx))
    pause = np.diff(ratings.timestamps[order])[np.diff(ratings.user_idx[order]) == 0]
    assert 0.8 < (pause < 120).mean() < 0.95


def test_the_truth_explains_the_ratings_up_to_the_noise(ratings, truth):
    """Rounding to whole stars adds 1/12 to the variance; clipping at 1 and 5 takes some away."""
    rest = ratings.values - np.clip(truth.score(ratings.user_idx, ratings.item_idx), 1, 5)
    assert np.sqrt(np.mean(rest**2)) == pytest.approx(np.sqrt(truth.noise_sd**2 + 1 / 12), rel=0.08)


def test_nothing_beats_the_best_possible_rmse(ratings, truth):
    rest = ratings.values - np.clip(truth.score(ratings.user_idx, ratings.item_idx), 1, 5)
    biases_only = truth.mean + truth.user_bias[ratings.user_idx] + truth.item_bias[ratings.item_idx]
    assert truth.best_possible_rmse < np.sqrt(np.mean(rest**2))
    assert truth.best_possible_rmse < np.sqrt(np.mean((ratings.values - biases_only) ** 2)) - 0.15


def test_factors_of_the_residuals_are_the_axes_that_were_put_in(ratings, truth):
    """The cosines between two subspaces are 1 where they agree; two random ones of 4 in 547 reach 0.15."""
    residual = np.zeros((ratings.n_users, ratings.n_items))
    biases = truth.mean + truth.user_bias[ratings.user_idx] + truth.item_bias[ratings.item_idx]
    residual[ratings.user_idx, ratings.item_idx] = ratings.values - biases
    found = np.linalg.svd(residual, full_matrices=False)[2][:4].T
    put_in = np.linalg.qr(truth.item_axes)[0]
    cosines = np.linalg.svd(put_in.T @ found)[1]
    assert (cosines[:2] > 0.6).all()


def test_plain_tables_hold_the_same_ratings(ratings):
    tables = tastes.tables()
    assert (tables["ratings"]["user"] == ratings.users.gather(ratings.user_idx)).all()
    assert (tables["ratings"]["item"] == ratings.items.gather(ratings.item_idx)).all()
    assert tables["items"]["title"].tolist() == ratings.titles.tolist()


def test_a_table_without_users_is_refused():
    with pytest.raises(BadOption, match="at least one user"):
        tastes.load(n_users=0)
