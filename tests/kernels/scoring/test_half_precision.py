"""Draws are kept in half precision, and read back exactly."""

import numpy as np
import pytest

from cofactor.kernels.scoring.half_precision import (
    MAX_STREAMED_ROWS,
    HalfPrecisionSide,
    draw_scores,
    multiply_halves,
    single_precision,
)


def test_every_finite_number_is_read_as_numpy_reads_it():
    every = np.arange(2**16, dtype=np.uint16).view(np.float16)
    finite = every[np.isfinite(every)]
    normal = finite[(np.abs(finite) >= np.finfo(np.float16).tiny) | (finite == 0)]
    np.testing.assert_array_equal(single_precision(normal), normal.astype(np.float32))
    np.testing.assert_allclose(
        single_precision(finite), finite.astype(np.float32), rtol=0, atol=np.finfo(np.float16).tiny
    )


@pytest.mark.parametrize("shape", [(0, 3, 4), (5, 3, 0), (1, 1), (7, 3, 5), (100, 2, 33)])
def test_any_shape_and_any_column(shape):
    halves = np.random.default_rng(0).normal(size=shape).astype(np.float16)
    np.testing.assert_array_equal(single_precision(halves), halves.astype(np.float32))
    if len(shape) == 3:
        for column in range(shape[1]):
            np.testing.assert_array_equal(single_precision(halves, column), halves[:, column].astype(np.float32))


def test_a_view_of_some_columns_is_read_too():
    halves = np.random.default_rng(0).normal(size=(6, 5, 4)).astype(np.float16)
    np.testing.assert_array_equal(single_precision(halves[:, :3]), halves[:, :3].astype(np.float32))
    np.testing.assert_array_equal(single_precision(halves[:, :3], 2), halves[:, 2].astype(np.float32))


@pytest.mark.parametrize("n_rows", [0, 1, MAX_STREAMED_ROWS, MAX_STREAMED_ROWS + 1])
def test_a_product_is_the_same_made_as_halves_are_read_or_by_blas(n_rows):
    rng = np.random.default_rng(n_rows)
    rows, halves = rng.normal(size=(n_rows, 33)).astype(np.float32), rng.normal(size=(50, 33)).astype(np.float16)
    np.testing.assert_allclose(multiply_halves(rows, halves), rows @ halves.astype(np.float32).T, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("with_days", [False, True])
def test_each_draw_multiplies_two_by_two_and_adds_biases_and_knows_what_stands_for_nobody(with_days):
    rng, n_draws, d = np.random.default_rng(0), 3, 5

    def side(m):
        halves, unknown = rng.normal(size=(m, n_draws, d)).astype(np.float16), rng.normal(size=(n_draws, d))
        return HalfPrecisionSide(halves, unknown.astype(np.float32), rng.integers(-1, m, 40))

    def rows(one):
        return np.concatenate([one.halves.astype(np.float32), one.unknown[None]])[one.idx]

    users, items, days = side(7), side(9), side(4)
    p, q, t = map(rows, (users, items, days))
    expected = (p * q)[..., :-1].sum(axis=-1) + p[..., -1] + q[..., -1]
    if with_days:
        expected += (p * t + q * t)[..., :-1].sum(axis=-1) + t[..., -1]
    scores = draw_scores(users, items, days if with_days else None)
    np.testing.assert_allclose(scores, expected, rtol=1e-5, atol=1e-5)
