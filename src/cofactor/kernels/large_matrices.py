"""A Gram matrix, and the inverse of a positive definite one, of tens of thousands of rows: computed tile by tile.

On a few threads OpenBLAS ends the process in its factorisation of some 27,000 rows, and in its product of a matrix with
its own transpose of some 45,000, for its threads' buffers are then too small (known since 2014, OpenBLAS issues 352 and
1413). No tile is near that size.
"""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from cofactor.arrays import FloatArray

__all__ = ["cholesky_of", "gram_of", "inverse_of_positive"]

AT_ONCE = 20_000  # rows, up to which OpenBLAS does all of it at once, in half the time
TILE = 8192  # rows and columns of a tile


def gram_of(rows: FloatArray) -> FloatArray:
    """(n, n) rowsᵀ rows. rows: (m, n)"""
    n = rows.shape[1]
    if n <= AT_ONCE:
        return rows.T @ rows
    found = np.empty((n, n), rows.dtype)
    for i, j in _lower(n):
        np.matmul(rows[:, i].T, rows[:, j], out=found[i, j])
    _mirror(found)
    return found


def cholesky_of(matrix: FloatArray) -> FloatArray:
    """L of a positive definite matrix = L Lᵀ (n, n), in its place; what stands above the diagonal is to be ignored.

    Raises `LinAlgError` where it is not positive definite as it is rounded.
    """
    _factorise(matrix, _tiles(len(matrix)) if len(matrix) > AT_ONCE else [slice(0, len(matrix))])
    return matrix


def inverse_of_positive(matrix: FloatArray) -> FloatArray:
    """The inverse of a positive definite matrix (n, n), float32 or float64, in its place.

    Of a large one by the Cholesky factor L, L⁻¹ and L⁻ᵀ L⁻¹, a tile at a time.
    Raises `LinAlgError` where it is not positive definite as it is rounded.
    """
    if len(matrix) <= AT_ONCE:
        matrix[:] = _by_lapack(matrix)
        return matrix
    tiles = _tiles(len(matrix))
    _invert_factor(cholesky_of(matrix), tiles)
    for at, i in enumerate(tiles):  # a row of tiles is written once nothing above it needs it
        for j in tiles[: at + 1]:
            matrix[i, j] = sum(matrix[k, i].T @ matrix[k, j] for k in tiles[at:])
    _mirror(matrix)
    return matrix


def _factorise(matrix: FloatArray, tiles: list[slice]) -> None:
    """L in place of the lower tiles; nothing is said of what lies above them."""
    from scipy.linalg import cholesky, solve_triangular

    for at, k in enumerate(tiles):
        before = tiles[:at]
        for j in before:
            matrix[k, k] -= matrix[k, j] @ matrix[k, j].T
        matrix[k, k] = cholesky(matrix[k, k], lower=True)
        for i in tiles[at + 1 :]:
            for j in before:
                matrix[i, k] -= matrix[i, j] @ matrix[k, j].T
            matrix[i, k] = solve_triangular(matrix[k, k], matrix[i, k].T, lower=True).T


def _invert_factor(factor: FloatArray, tiles: list[slice]) -> None:
    """L⁻¹ in place of L: first the tiles of the diagonal, then below them column by column."""
    from scipy.linalg import solve_triangular

    for k in tiles:
        one = np.eye(k.stop - k.start, dtype=factor.dtype)
        factor[k, k] = solve_triangular(factor[k, k], one, lower=True, overwrite_b=True)
    for at, k in enumerate(tiles):
        for row in range(at + 1, len(tiles)):
            i = tiles[row]
            below = sum(factor[i, j] @ factor[j, k] for j in tiles[at:row])
            factor[i, k] = -(factor[i, i] @ below)


def _by_lapack(matrix: FloatArray) -> FloatArray:
    from scipy.linalg.lapack import get_lapack_funcs

    factorise, invert = get_lapack_funcs(("potrf", "potri"), (matrix,))
    root, failed = factorise(matrix.T, overwrite_a=True, clean=False)  # in the order that LAPACK has, itself symmetric
    inverse, failed_too = invert(root, overwrite_c=True)
    if failed or failed_too:
        raise np.linalg.LinAlgError("The matrix is not positive definite.")
    upper = np.triu(inverse)  # the other triangle still holds the matrix
    upper += np.triu(upper, 1).T
    return upper


def _tiles(n: int) -> list[slice]:
    return [slice(start, end) for start, end in pairwise([*range(0, n, TILE), n])]


def _lower(n: int) -> Iterator[tuple[slice, slice]]:
    """Rows and columns of the tiles on and below the diagonal."""
    tiles = _tiles(n)
    return ((i, j) for at, i in enumerate(tiles) for j in tiles[: at + 1])


def _mirror(matrix: FloatArray) -> None:
    """Copy what lies below the diagonal to above it."""
    for i, j in _lower(len(matrix)):
        if i != j:
            matrix[j, i] = matrix[i, j].T
