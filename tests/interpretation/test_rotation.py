"""Varimax: simple structure is found again, however it was rotated."""

import numpy as np
import pytest

from cofactor.interpretation.rotation import varimax


def sparse_rows(m=300, n=3):
    """Rows that lie on one axis each."""
    rng = np.random.default_rng(0)
    rows = np.zeros((m, n))
    rows[np.arange(m), rng.integers(n, size=m)] = 2 + rng.normal(size=m)
    return rows


def criterion(places):
    return np.square(places).var(axis=0).sum()


@pytest.mark.parametrize("seed", range(5))
def test_rows_that_lie_on_one_axis_each_lie_on_one_axis_again(seed):
    rows = sparse_rows()
    mixed = rows @ np.linalg.qr(np.random.default_rng(seed).normal(size=(3, 3)))[0]
    back = mixed @ varimax(mixed)
    np.testing.assert_allclose(np.sort(np.abs(back), axis=1)[:, :2], 0, atol=1e-2)


def test_it_is_a_rotation_and_no_small_turn_of_two_axes_does_better():
    places = np.random.default_rng(1).gamma(0.5, size=(200, 4))
    rotation = varimax(places)
    np.testing.assert_allclose(rotation @ rotation.T, np.eye(4), atol=1e-12)
    best = places @ rotation
    for a in range(4):
        for b in range(a):
            for angle in (-0.02, 0.02):
                turned = best.copy()
                turned[:, a] = np.cos(angle) * best[:, a] - np.sin(angle) * best[:, b]
                turned[:, b] = np.sin(angle) * best[:, a] + np.cos(angle) * best[:, b]
                assert criterion(turned) < criterion(best)


def test_one_axis_stays_what_it_is():
    np.testing.assert_array_equal(varimax(np.ones((5, 1))), [[1]])
