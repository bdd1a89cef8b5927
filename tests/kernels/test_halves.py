"""Draws are kept in half precision, and read back exactly."""

import numpy as np
import pytest

from cofactor.kernels.halves import widened


def test_every_finite_number_is_read_as_numpy_reads_it():
    every = np.arange(2**16, dtype=np.uint16).view(np.float16)
    finite = every[np.isfinite(every)]
    normal = finite[(np.abs(finite) >= np.finfo(np.float16).tiny) | (finite == 0)]
    np.testing.assert_array_equal(widened(normal), normal.astype(np.float32))
    np.testing.assert_allclose(widened(finite), finite.astype(np.float32), rtol=0, atol=np.finfo(np.float16).tiny)


@pytest.mark.parametrize("shape", [(0, 3, 4), (5, 3, 0), (1, 1), (7, 3, 5), (100, 2, 33)])
def test_any_shape_and_any_column(shape):
    halves = np.random.default_rng(0).normal(size=shape).astype(np.float16)
    np.testing.assert_array_equal(widened(halves), halves.astype(np.float32))
    if len(shape) == 3:
        for column in range(shape[1]):
            np.testing.assert_array_equal(widened(halves, column), halves[:, column].astype(np.float32))


def test_a_view_of_some_columns_is_read_too():
    halves = np.random.default_rng(0).normal(size=(6, 5, 4)).astype(np.float16)
    np.testing.assert_array_equal(widened(halves[:, :3]), halves[:, :3].astype(np.float32))
    np.testing.assert_array_equal(widened(halves[:, :3], 2), halves[:, 2].astype(np.float32))
