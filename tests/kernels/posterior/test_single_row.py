"""The posterior of one row against its formula."""

import numpy as np

from cofactor.kernels.posterior.pairwise_row import pairwise_pulls, pairwise_row
from cofactor.kernels.posterior.single_row import row_mean, rows_without_each, sigmoid_row_mean


def test_the_row_mean_is_ridge_regression_on_the_prior():
    rng = np.random.default_rng(0)
    design, targets, precision = rng.normal(size=(9, 3)), rng.normal(size=9), np.diag([1.0, 2.0, 3.0])
    stacked = np.vstack([design, np.sqrt(precision)])
    exact = np.linalg.lstsq(stacked, np.append(targets, np.zeros(3)), rcond=None)[0]
    np.testing.assert_allclose(row_mean(design, targets, precision), exact)


def test_no_ratings_give_the_priors_mean():
    assert row_mean(np.zeros((0, 3)), np.zeros(0), np.eye(3)).tolist() == [0, 0, 0]


def test_the_squashed_mean_stands_where_its_cost_is_flat():
    rng = np.random.default_rng(1)
    design, offset, precision = rng.normal(size=(20, 4)), rng.normal(size=20), 0.5 * np.eye(4)
    ratings = rng.integers(1, 6, 20).astype(float)

    def cost(x):
        return np.sum((ratings - 0.5 - 5 / (1 + np.exp(-(design @ x + offset)))) ** 2) + x @ precision @ x

    x = sigmoid_row_mean(design, offset, ratings, precision, 0.5, 5.5)
    slopes = [(cost(x + 1e-5 * e) - cost(x - 1e-5 * e)) / 2e-5 for e in np.eye(4)]
    np.testing.assert_allclose(slopes, 0, atol=1e-2)


def test_a_rating_beyond_the_range_stays_finite():
    x = sigmoid_row_mean(np.ones((1, 1)), np.zeros(1), np.array([9.0]), np.eye(1) * 1e-6, 0.0, 5.0)
    assert np.isfinite(x).all()


def test_where_the_prior_is_lost_beside_huge_factors_the_shortest_row_that_fits_is_taken():
    np.testing.assert_allclose(row_mean(np.full((1, 2), 2.0**60), np.array([2.0**60]), np.eye(2)), [0.5, 0.5])


def test_a_row_without_each_of_its_ratings_is_that_of_the_others():
    """Of a straight line one Newton step is the whole way."""
    rng = np.random.default_rng(2)
    design, ratings, precision = rng.normal(size=(6, 3)), rng.normal(size=6), np.diag([1.0, 2.0, 3.0])
    row = row_mean(design, ratings, precision)
    found = rows_without_each(lambda x: (design @ x, design), row, ratings, precision)
    for left_out in range(6):
        others = np.arange(6) != left_out
        np.testing.assert_allclose(found[left_out], row_mean(design[others], ratings[others], precision), atol=1e-12)


def test_without_a_prior_a_row_that_one_rating_determines_stays_finite():
    design = np.eye(2)[:1]
    found = rows_without_each(lambda x: (design @ x, design), np.array([3.0, 0]), np.array([3.0]), np.zeros((2, 2)))
    assert np.isfinite(found).all()


def test_the_pulls_of_likes_add_up_to_the_row_that_puts_them_first():
    rng = np.random.default_rng(3)
    likes, others, bias = rng.normal(size=(4, 3)), rng.normal(size=(9, 3)), (rng.normal(size=4), rng.normal(size=9))
    row = pairwise_row(likes, others, *bias, 0.1)
    np.testing.assert_allclose(pairwise_pulls(row, likes, others, *bias, 0.1).sum(axis=0), row, atol=1e-6)
