"""Shares of a row: what each rating adds along a direction, for posterior means and for trained rows."""

import numpy as np
import pytest

from cofactor.kernels.posterior.single_row import row_mean
from cofactor.posterior.row_shares import nearest_ridge, posterior_shares

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
@pytest.mark.parametrize("strength", [2.0**-3, 1.0, 2.0**4])
def test_a_row_that_is_a_scaled_ridge_regression_is_explained_as_a_whole(problem, strength, scale):
    """Whatever its strength and its scale, of which the function is told nothing."""
    design, targets, direction = problem
    penalty = strength * np.trace(design.T @ design) / F * np.eye(F)
    row = scale * row_mean(design, targets, penalty)
    shares = nearest_ridge(design, targets, row, np.eye(F), direction)
    np.testing.assert_allclose(shares, scale * posterior_shares(design, penalty, direction), rtol=1e-9, atol=1e-12)


def test_of_a_row_that_opposes_its_ratings_nothing_is_explained(problem):
    design, targets, direction = problem
    row = -row_mean(design, targets, np.eye(F))
    assert not nearest_ridge(design, targets, row, np.eye(F), direction).any()


def test_of_no_ratings_there_are_no_shares():
    nothing = np.zeros((0, F)), np.zeros(0), np.ones(F), np.eye(F), np.ones(F)
    assert nearest_ridge(*nothing).shape == (0,)
