"""Variances of all rows at once against the inverse of each row's precision."""

import numpy as np

from cofactor.data.csr_rows import Rows
from cofactor.posterior.row_variances import row_variances

D = 5


def world(n_ratings, spread):
    """Rows rated by random others; the exact traces of each row's covariance with two forms."""
    rng = np.random.default_rng(0)
    root = rng.normal(size=(D, D))
    precision, others = root @ root.T + 3 * np.eye(D), rng.normal(size=(300, D)) * spread
    raters = [np.sort(rng.choice(300, n, replace=False)) for n in n_ratings]
    rows = Rows(np.append(0, np.cumsum(n_ratings)), np.concatenate(raters).astype(np.int32), np.ones(1, np.float32))
    forms = np.diag([0.0, 1, 2, 3, 4]), np.eye(D)[[0]].T @ np.eye(D)[[0]]
    exact = [np.linalg.inv(precision + others[at].T @ others[at]) for at in raters]
    return row_variances(rows, others, precision, forms), [[np.trace(form @ v) for v in exact] for form in forms]


def test_a_row_without_ratings_has_the_variance_of_the_prior():
    found, exact = world([0, 50], np.ones(D))
    np.testing.assert_allclose([one[0] for one in found], [one[0] for one in exact])


def test_they_are_those_of_the_inverse_but_for_a_bit_and_in_the_same_order():
    counts = np.repeat([1, 3, 10, 30, 100, 300], 5)
    for found, exact in zip(*world(counts, np.linspace(0.5, 2, D)), strict=True):
        np.testing.assert_allclose(found, exact, rtol=0.4)
        assert np.median(np.abs(np.array(found) / exact - 1)) < 0.15
        assert np.corrcoef(np.log(found), np.log(exact))[0, 1] > 0.99
