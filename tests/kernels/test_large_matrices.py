"""Tile by tile the same comes out as at once, whatever the size of tiles."""

import numpy as np
import pytest

from cofactor.kernels.large_matrices import cholesky_of, gram_of, inverse_of_positive


@pytest.fixture(params=[None, 50, 16, 7], ids=lambda n: f"tiles of {n}" if n else "at once")
def tile(request, monkeypatch):
    if request.param:
        monkeypatch.setattr("cofactor.kernels.large_matrices.AT_ONCE", 0)
        monkeypatch.setattr("cofactor.kernels.large_matrices.TILE", request.param)


@pytest.fixture(params=["float32", "float64"])
def rows(request):
    return np.random.default_rng(0).normal(size=(80, 51)).astype(request.param)


def near(rows):
    return {"rtol": 1e-4, "atol": 1e-4} if rows.dtype == np.float32 else {"rtol": 1e-10, "atol": 1e-10}


@pytest.mark.usefixtures("tile")
def test_a_gram_matrix_is_that_of_one_product(rows):
    np.testing.assert_allclose(gram_of(rows), rows.T @ rows, **near(rows))


@pytest.mark.usefixtures("tile")
def test_an_inverse_times_its_matrix_is_the_identity_and_it_is_symmetric(rows):
    matrix = rows.T @ rows + np.eye(51, dtype=rows.dtype)
    inverse = inverse_of_positive(matrix.copy())
    assert inverse.dtype == rows.dtype
    np.testing.assert_allclose(inverse @ matrix, np.eye(51), **near(rows))
    np.testing.assert_array_equal(inverse, inverse.T)


@pytest.mark.usefixtures("tile")
def test_a_cholesky_factor_times_its_transpose_is_the_matrix(rows):
    matrix = rows.T @ rows + np.eye(51, dtype=rows.dtype)
    factor = np.tril(cholesky_of(matrix.copy()))
    np.testing.assert_allclose(factor @ factor.T, matrix, **near(rows))


@pytest.mark.usefixtures("tile")
@pytest.mark.parametrize("at", [0, 30, 50])
def test_what_is_not_positive_definite_is_an_error(rows, at):
    matrix = rows.T @ rows
    matrix[at, at] = -1
    with pytest.raises(np.linalg.LinAlgError):
        inverse_of_positive(matrix.copy())
    with pytest.raises(np.linalg.LinAlgError):
        cholesky_of(matrix)
