"""Shares of a row: what each rating adds along a direction, for posterior means and for trained rows."""

import numpy as np
import pytest

from cofactor.kernels.posterior.single_row import row_mean
from cofactor.posterior.row_shares import posterior_shares, trained_shares

F, M = 4, 30


@pytest.fixture
def problem():
    rng = np.random.default_rng(0)
    return rng.normal(size=(M, F)), rng.normal(size=M), rng.normal(size=F)


def test_shares_times_targets_are_the_posterior_mean_along_the_direction(problem):
    design, targets, direction = problem
    precision = np.diag([1.0, 2.0, 3.0, 4.0])
    shares = posterior_shares(design, precision, direction)
    assert shares @ targets == pytest.approx(row_mean(design, targets, precision) @ direction)


@pytest.mark.parametrize("scale", [1.0, 0.4])
@pytest.mark.parametrize("strength", [0.01, 1.0, 10.0])
def test_a_row_that_is_a_scaled_ridge_regression_is_explained_as_a_whole(problem, strength, scale):
    """Whatever its strength and its scale, of which the function is told nothing."""
    design, targets, direction = problem
    penalty = strength * np.trace(design.T @ design) / F * np.eye(F)
    row = scale * row_mean(design, targets, penalty)
    shares = trained_shares(design, targets, row, np.eye(F), direction)
    np.testing.assert_allclose(shares @ targets, row @ direction, rtol=1e-6)


def test_of_a_row_that_its_ratings_do_not_say_a_part_is_left(problem):
    """What the metric cares for is explained first: here the first of the row's numbers, not the direction."""
    rng = np.random.default_rng(1)
    design, targets, row, wide = rng.normal(size=(M, 12)), rng.normal(size=M), rng.normal(size=12), np.eye(12)
    left = [abs(trained_shares(design, targets, row, metric, wide[0]) @ targets - row[0]) for metric in
            (wide, np.diag([1e6, *[1.0] * 11]))]  # fmt: skip
    assert left[1] < 0.01 < left[0]


def test_of_no_ratings_there_are_no_shares():
    nothing = np.zeros((0, F)), np.zeros(0), np.ones(F), np.eye(F), np.ones(F)
    assert trained_shares(*nothing).shape == (0,)
