"""The posterior of many rows, the other side being given: gather, rank updates, factor, solve or draw, in one pass.

    precision = Λ + ridge_r I + Σ_j w_j q_j q_jᵀ         mean = precision⁻¹ (pull_r + Σ_j y_j q_j)
    w_j = weight + weight_gain · v_j                     y_j = pull + pull_gain · v_j - w_j · offset_j

v_j are the row's values, q_j rows of `design`, each with a row of `third` added where there is one; where ratings
have weights of their own, w_j and y_j are multiplied by them. A row's ratings are gathered 128 at a time into a
block that stays in the first cache, weighted by √w, and the block's product with itself is added to the precision
tile by tile: 8 × 48 sums stay in registers while all 128 ratings run through. The factor is A = Uᵀ U, upper, by
blocks of 16; a draw is mean + U⁻¹ z. Nothing is allocated: `space` holds it all, and a row's width is a multiple of 16.
"""

from typing import Any

import numpy as np
from numba import njit

from cofactor.kernels.adam_loops import FAST
from cofactor.kernels.posterior import BLOCK, Law, Part, Prior
from cofactor.kernels.vectors import (
    LANES,
    TILE_ROWS,
    add_tiles,
    dot,
    factor_corner,
    forward_block,
    prefetch,
    solve_corner,
    subtract_tiles,
)  # fmt: skip

__all__ = ["Law", "Part", "Prior", "solve_rows"]  # machine code is made of these, found here by name

AHEAD = 8  # ratings whose rows are asked for in advance
FRESH: dict[str, Any] = FAST | {"cache": False}  # closures around intrinsics; `Native` keeps the machine code


def _block_row(tiles):
    one, two, three = tiles

    @njit(**FRESH)
    def update(A, k, Z, left, n, b):
        """Rows b:b + 16 of A, from the diagonal on: ± Σ_{t<n} of the outer products of Z's rows."""
        for i in range(b, b + LANES, TILE_ROWS):
            j = b
            while j < k:
                width = (k - j) // LANES
                if width == 2 or width == 4:
                    two(A, i * k + j, k, Z, left + i, left + j, k, n)
                    j += 2 * LANES
                elif width == 1:
                    one(A, i * k + j, k, Z, left + i, left + j, k, n)
                    j += LANES
                else:
                    three(A, i * k + j, k, Z, left + i, left + j, k, n)
                    j += 3 * LANES

    return update


_add_products = _block_row(add_tiles)
_subtract_products = _block_row(subtract_tiles)


@njit(**FRESH)
def factor(A, k, inverse):
    """A = Uᵀ U in the upper triangle of A (k, k, flat); inverse (k,): 1 / U's diagonal."""
    for b in range(0, k, LANES):
        _subtract_products(A, k, A, 0, b, b)
        corner = b * k + b
        factor_corner(A, corner, k, inverse, b)
        for c in range(b + LANES, k, LANES):
            solve_corner(A, corner, b * k + c, k, inverse, b)


@njit(**FRESH)
def forward(A, k, inverse, x):
    """x ← (Uᵀ)⁻¹ x"""
    for b in range(0, k, LANES):
        forward_block(A, b, k, inverse, x, b)


@njit(**FRESH)
def backward(A, k, inverse, x):
    """x ← U⁻¹ x"""
    for i in range(k - 1, -1, -1):
        block = (i // LANES + 1) * LANES
        rest = x[i] - dot(A, i * k + block, x, block, k - block)
        for j in range(i + 1, block):
            rest -= A[i * k + j] * x[j]
        x[i] = rest * inverse[i]


@njit(**FRESH)
def _mix(number):
    """The finaliser of SplitMix64: neighbours become strangers."""
    z = number + np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@njit(**FRESH)
def add_normals(x, key, row):
    """x += standard normal numbers z that depend on key and row alone, two at a time by Box and Muller; gives |z|²."""
    squares = np.float32(0)
    start = _mix(np.uint64(key) ^ _mix(np.uint64(row)))
    for j in range(0, x.size, 2):
        bits = _mix(start + np.uint64(j))
        share = (np.float32(bits >> np.uint64(40)) + np.float32(1)) * np.float32(1 / 16777217)
        angle = np.float32(bits & np.uint64(0xFFFFFF)) * np.float32(2 * np.pi / 16777216)
        length = np.sqrt(np.float32(-2) * np.log(share))
        x[j] += length * np.cos(angle)
        x[j + 1] += length * np.sin(angle)
        squares += length * length
    return squares


@njit(**FRESH)
def _gather(A, b, Z, k, design, offset, third, part, law, row):
    """The row's ratings into precision A and right-hand side b."""
    begin, end = part.indptr[row], part.indptr[row + 1]
    for first in range(begin, end, BLOCK):
        last = min(first + BLOCK, end)
        for at in range(first, last):
            if at + AHEAD < end:
                prefetch(design[part.indices[at + AHEAD]])
            other, value = part.indices[at], part.values[at]
            w = law.weight + law.weight_gain * value
            y = law.pull + law.pull_gain * value - w * offset[other]
            q, z = design[other], Z[(at - first) * k : (at - first + 1) * k]
            if part.weights.size:
                w *= part.weights[at]
                y *= part.weights[at]
            root = np.sqrt(w)
            if part.joined.size:
                t = third[part.joined[at]]
                for j in range(k):
                    both = q[j] + t[j]
                    b[j] += y * both
                    z[j] = root * both
            else:
                for j in range(k):
                    b[j] += y * q[j]
                    z[j] = root * q[j]
        for block in range(0, k, LANES):
            _add_products(A, k, Z, 0, last - first, block)


@njit(**FRESH)
def solve_rows(out, explained, design, offset, third, part, law, prior, space, order, start, stop, draw, key):
    """out[order[start:stop]] (n, k) ← the mean, or with draw = 1 a draw, of those rows' posteriors.

    explained (n,) ← 2 b · x - x · precision x, b being pull_r + Σ_j y_j q_j: by how much x lowers the squared error
    design (m, k), offset (m,)     third (l, k)     part: `Part`     law: `Law`     prior: `Prior`
    space: (k² + (BLOCK + 1) k,)
    """
    k = out.shape[1]
    A, Z, inverse = space[: k * k], space[k * k : k * k + BLOCK * k], space[k * k + BLOCK * k :]
    for at in range(start, stop):
        row = order[at]
        b, pull, ridge = out[row], prior.pull[row % prior.pull.shape[0]], prior.ridge[row % prior.ridge.size]
        for j in range(k * k):
            A[j] = prior.precision[j]
        for j in range(k):
            A[j * k + j] += ridge
            b[j] = pull[j]
        _gather(A, b, Z, k, design, offset, third, part, law, row)
        factor(A, k, inverse)
        forward(A, k, inverse, b)
        explained[row] = dot(b, 0, b, 0, k)
        if draw:
            explained[row] -= add_normals(b, key, row)
        backward(A, k, inverse, b)
