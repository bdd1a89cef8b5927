"""One rating's value, inside loops."""

from numba import njit

from cofactor.kernels.compiling.jit import JIT

__all__ = ["value_at"]


@njit(**JIT)
def value_at(part, at):
    """The value of one rating."""
    return part.values[part.codes[at] if part.codes.size else at if part.values.size > 1 else 0]
