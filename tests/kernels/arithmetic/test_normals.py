"""Our logarithm, sine and cosine against NumPy's, and what is made of them."""

import numpy as np
import pytest
from numba import njit

from cofactor.kernels.arithmetic.normals import add_normals, natural_log, sine_and_cosine


@njit
def logarithms(numbers):
    return np.array([natural_log(one) for one in numbers])


@njit
def waves(turns):
    found = np.empty((2, turns.size), np.float32)
    for at, one in enumerate(turns):
        found[0, at], found[1, at] = sine_and_cosine(one)
    return found


@njit
def drawn(n, key, row):
    x = np.zeros(n, np.float32)
    return x, add_normals(x, key, row)


def test_the_logarithm_is_exact_to_single_precision():
    numbers = np.concatenate([np.arange(1, 2**24, 4099) / 2**24, [1e-30, 0.7071067, 0.7071068, 1, 1.5, 3e30]])
    numbers = numbers.astype(np.float32)
    np.testing.assert_allclose(logarithms(numbers), np.log(numbers.astype(np.float64)), rtol=3e-7)


def test_sine_and_cosine_are_exact_to_single_precision_all_around():
    turns = np.concatenate([np.linspace(0, 1, 9973, endpoint=False), np.arange(8) / 8]).astype(np.float32)
    angle = 2 * np.pi * turns.astype(np.float64)
    np.testing.assert_allclose(waves(turns), [np.sin(angle), np.cos(angle)], atol=5e-7)


def test_numbers_are_standard_normal_and_tell_their_squares():
    rows = [drawn(64, 7, row) for row in range(4000)]
    numbers = np.stack([x for x, _ in rows]).astype(np.float64)
    assert abs(numbers.mean()) < 4 / np.sqrt(numbers.size)
    assert numbers.var() == pytest.approx(1, abs=4 * np.sqrt(2 / numbers.size))
    assert (numbers**4).mean() == pytest.approx(3, abs=4 * np.sqrt(96 / numbers.size))
    assert np.abs(np.corrcoef(numbers.T) - np.eye(64)).max() < 5 / np.sqrt(4000)
    np.testing.assert_allclose([told for _, told in rows], np.square(numbers).sum(axis=1), rtol=1e-5)
