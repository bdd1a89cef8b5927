"""Systems A x = b of a positive definite matrix, by its factor A = Uᵀ U, upper, by blocks as wide as a vector."""

from numba import njit

from cofactor.kernels.arithmetic.products_loops import subtract_products
from cofactor.kernels.arithmetic.triangles import backward_block, factor_corner, forward_block, solve_corner
from cofactor.kernels.arithmetic.vector_code import LANES
from cofactor.kernels.compiling.jit import JIT

__all__ = ["backward", "factor", "forward"]


@njit(**JIT)
def factor(A, k, inverse):
    """A = Uᵀ U in the upper triangle of A (k, k, flat); inverse (k,): 1 / U's diagonal."""
    for b in range(0, k, LANES):
        subtract_products(A, k, A, 0, b, b)
        corner = b * k + b
        factor_corner(A, corner, k, inverse, b)
        for c in range(b + LANES, k, LANES):
            solve_corner(A, corner, b * k + c, k, inverse, b)


@njit(**JIT)
def forward(A, k, inverse, x):
    """x ← (Uᵀ)⁻¹ x"""
    for b in range(0, k, LANES):
        forward_block(A, b, k, inverse, x, b)


@njit(**JIT)
def backward(A, k, inverse, x):
    """x ← U⁻¹ x"""
    for b in range(k - LANES, -1, -LANES):
        backward_block(A, b * k + b, k, inverse, x, b, k - LANES - b)
