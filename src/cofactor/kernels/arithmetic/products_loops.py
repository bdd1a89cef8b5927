"""Sums of products of rows, tile by tile; a tile stays in registers while the products of all rows are added.

Matrices are flat, row by row; widths are multiples of 16.
"""

from numba import njit

from cofactor.kernels.arithmetic.triangles import transpose_block
from cofactor.kernels.arithmetic.vector_code import LANES
from cofactor.kernels.arithmetic.vectors import (
    TILE_ROWS,
    TILE_VECTORS,
    add_tile,
    dots,
    gather,
    subtract_tile,
    weighted_sums,
)
from cofactor.kernels.compiling.jit import JIT

__all__ = [
    "add_outer_products", "add_product", "add_weighted", "all_dots", "gather_columns", "n_vectors",
    "subtract_products", "transpose_scaled",
]  # fmt: skip

gather_eight, gather_four, gather_two, gather_one = gather
weigh_eight, weigh_four, weigh_two, weigh_one = weighted_sums


@njit(**JIT)
def n_vectors(left):
    """The width of the next tile where `left` vectors are left: as few tiles as possible, of about equal widths."""
    n_tiles = (left + TILE_VECTORS - 1) // TILE_VECTORS
    return (left + n_tiles - 1) // n_tiles


@njit(**JIT)
def transpose_scaled(T, Z, z_at, n, k, scale):
    """T (k, n) ← Zᵀ of Z (n, k), its row j times scale[j]; n and k multiples of LANES."""
    for t in range(0, n, LANES):
        for j in range(0, k, LANES):
            transpose_block(T, j * n + t, n, Z, z_at + t * k + j, k, scale, j)


def _block_row(tile):
    @njit(**JIT)
    def update(A, k, Z, left, n, b):
        """Rows b:b + LANES of A, from the diagonal on: ± Σ_{t<n} of the outer products of Z's rows."""
        for i in range(b, b + LANES, TILE_ROWS):
            j = b
            while j < k:
                size = n_vectors((k - j) // LANES)
                tile(size, A, i * k + j, k, Z, left + i, 1, k, Z, left + j, k, n)
                j += size * LANES

    return update


_add_products = _block_row(add_tile)
subtract_products = _block_row(subtract_tile)


@njit(**JIT)
def add_outer_products(A, k, Z, n):
    """A (k, k) += Zᵀ Z of n rows, in A's upper triangle."""
    for block in range(0, k, LANES):
        _add_products(A, k, Z, 0, n, block)


@njit(**JIT)
def gather_columns(Z, b, width, Q, stride, start, indices, first, last, end, roots, pulls):
    """Z (n, width) ← roots · Q's rows, b (width,) += pulls · Q's rows; of Q the columns from `start` on."""
    n, j = last - first, 0
    while j < width:
        left = width - j
        if left >= 8 * LANES:
            gather_eight(Z, j, width, b, j, Q, start + j, stride, indices, first, n, end, roots, pulls)
            j += 8 * LANES
        elif left >= 4 * LANES:
            gather_four(Z, j, width, b, j, Q, start + j, stride, indices, first, n, end, roots, pulls)
            j += 4 * LANES
        elif left >= 2 * LANES:
            gather_two(Z, j, width, b, j, Q, start + j, stride, indices, first, n, end, roots, pulls)
            j += 2 * LANES
        else:
            gather_one(Z, j, width, b, j, Q, start + j, stride, indices, first, n, end, roots, pulls)
            j += LANES


@njit(**JIT)
def add_weighted(b, width, Z, start, stride, weights, n):
    """b (width,) += Σ_{t<n} weights[t] · Z[start + t · stride]"""
    j = 0
    while j < width:
        left = width - j
        if left >= 8 * LANES:
            weigh_eight(b, j, Z, start + j, stride, weights, 0, n)
            j += 8 * LANES
        elif left >= 4 * LANES:
            weigh_four(b, j, Z, start + j, stride, weights, 0, n)
            j += 4 * LANES
        elif left >= 2 * LANES:
            weigh_two(b, j, Z, start + j, stride, weights, 0, n)
            j += 2 * LANES
        else:
            weigh_one(b, j, Z, start + j, stride, weights, 0, n)
            j += LANES


@njit(**JIT)
def all_dots(s, Z, start, stride, x, k, n):
    """s[t] ← Z[start + t · stride] · x for t < n, LANES at a time."""
    for t in range(0, n, LANES):
        dots(s, t, Z, start + t * stride, stride, x, 0, k)


@njit(**JIT)
def add_product(C, c_at, X, x_at, x_row, x_step, Y, y_at, rows, width, n):
    """C (rows, width) += X Y, with X[i, t] at x_at + i · x_row + t · x_step and Y (n, width)."""
    j = 0
    while j < width:
        size = n_vectors((width - j) // LANES)
        for i in range(0, rows, TILE_ROWS):
            add_tile(size, C, c_at + i * width + j, width, X, x_at + i * x_row, x_row, x_step, Y, y_at + j, width, n)
        j += size * LANES
