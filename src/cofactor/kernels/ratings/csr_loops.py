"""One rating's value, inside loops."""

from numba import njit

from cofactor.kernels.compiling.jit import JIT

__all__ = ["value_at"]


@njit(**JIT)
def value_at(ratings, at):
    """The value of one rating."""
    return ratings.values[ratings.codes[at] if ratings.codes.size else at if ratings.values.size > 1 else 0]
