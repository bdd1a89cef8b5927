"""Coefficients of sparse columns: the draws against the posterior by the formula."""

import numpy as np
import pytest

from cofactor.kernels.absent import NO_NUMBERS
from cofactor.kernels.gibbs.coefficients import Rotation, column_sums, draw_coefficients


def make_columns(rng, n=60, f=5):
    x = np.where(rng.random((n, f)) < 0.4, rng.normal(size=(n, f)), 0).astype(np.float32)
    column, rows = np.nonzero(x.T)
    indptr = np.concatenate([[0], np.cumsum(np.bincount(column, minlength=f))])
    return x, (indptr, rows.astype(np.int32), x[rows, column], NO_NUMBERS)


def as_it_is(d):
    return Rotation(np.eye(d, dtype=np.float32), np.eye(d, dtype=np.float32))


def drawn(columns, residual, coefficients, *prior, key, rotation=None):
    """The new coefficients and residual, the given ones untouched."""
    left, new = residual.astype(np.float32), coefficients.astype(np.float32)
    draw_coefficients(columns, left, new, rotation or as_it_is(left.shape[1]), *prior, key)
    return new, left


def test_the_residual_that_comes_back_is_that_of_the_coefficients():
    rng = np.random.default_rng(0)
    x, columns = make_columns(rng)
    y, a = rng.normal(size=(60, 20)), rng.normal(size=(5, 20))
    new, left = drawn(columns, y - x @ a, a, np.ones(20), np.zeros(20), key=1)
    np.testing.assert_allclose(left, y - x @ new, atol=1e-4)
    assert not np.isclose(new, a).any()


def test_in_the_long_run_the_draws_have_the_posteriors_mean_and_covariance():
    """Each coordinate is a ridge regression of its own, drawn towards its prior's mean."""
    rng = np.random.default_rng(1)
    x, columns = make_columns(rng)
    y, sure, centre = rng.normal(size=(60, 2)), np.array([1.0, 4.0]), np.array([0.5, -1.0])
    a, left, draws = np.zeros((5, 2)), y, []
    for key in range(4000):
        a, left = drawn(columns, left, a, sure, centre, key=key)
        draws.append(a.copy())
    for j in range(2):
        precision = x.T @ x + sure[j] * np.eye(5)
        mean = np.linalg.solve(precision, x.T @ y[:, j] + sure[j] * centre[j])
        found = np.array(draws)[200:, :, j]
        covariance = np.linalg.inv(precision)
        np.testing.assert_allclose(found.mean(axis=0), mean, atol=0.15 * np.sqrt(np.diag(covariance).max()))
        np.testing.assert_allclose(np.cov(found.T), covariance, atol=0.1 * np.diag(covariance).max())


def test_in_other_coordinates_the_residual_is_that_of_the_coefficients_too():
    rng = np.random.default_rng(2)
    x, columns = make_columns(rng, n=5000)
    forward = rng.normal(size=(20, 20)) + 4 * np.eye(20)
    rotation = Rotation(forward.astype(np.float32), np.linalg.inv(forward).astype(np.float32))
    y, a = rng.normal(size=(5000, 20)), rng.normal(size=(5, 20))
    new, left = drawn(columns, y - x @ a, a, np.ones(20), np.zeros(20), key=1, rotation=rotation)
    np.testing.assert_allclose(left, y - x @ new, atol=2e-4)
    own, _ = drawn(columns, (y - x @ a) @ forward, a @ forward, np.ones(20), np.zeros(20), key=1)
    np.testing.assert_allclose(new @ forward, own, atol=2e-3)


def test_a_column_of_nothing_is_drawn_from_its_prior():
    columns = (np.array([0, 0]), np.zeros(0, np.int32), NO_NUMBERS, NO_NUMBERS)
    nothing, y = np.zeros((1, 4000)), np.zeros((3, 4000))
    new, left = drawn(columns, y, nothing, np.full(4000, 4.0), np.full(4000, 2.0), key=3)
    assert new.mean() == pytest.approx(2, abs=0.05)
    assert new.std() == pytest.approx(0.5, abs=0.03)
    assert not left.any()


def test_entries_that_are_alike_in_a_row_need_not_be_said_one_by_one():
    rng = np.random.default_rng(4)
    _, (indptr, rows, *_) = make_columns(rng)
    shares, y, a = rng.random(60).astype(np.float32), rng.normal(size=(60, 20)), rng.normal(size=(5, 20))
    one_by_one, by_row = (indptr, rows, shares[rows], NO_NUMBERS), (indptr, rows, NO_NUMBERS, shares)
    np.testing.assert_array_equal(column_sums(one_by_one), column_sums(by_row))
    found = [drawn(columns, y, a, np.ones(20), np.zeros(20), key=1) for columns in (one_by_one, by_row)]
    for left, right in zip(*found, strict=True):
        np.testing.assert_array_equal(left, right)
