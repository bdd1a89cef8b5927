"""Operations on pairs of rows whose width n is known at compile time, so that loops over it are unrolled."""

from typing import Any

from numba.core import types

from cofactor.kernels.arithmetic.vector_code import (
    INDEX,
    LANES,
    REGISTERS,
    ZERO,
    intrinsic,
    load,
    multiply_add,
    pointer,
    splat,
    store,
    sum_lanes,
)  # fmt: skip
from cofactor.kernels.arithmetic.vectors import ask_for

__all__ = ["dot_of", "prefetch_row", "pull_together"]

_literal: Any = intrinsic(prefer_literal=True)  # a constant argument is passed with its value
VECTORS_AT_ONCE = REGISTERS.n // 4  # vectors of each of two rows that are changed together


@_literal
def dot_of(_, X, x_at, Y, y_at, n):
    """Σ X[x_at + j] · Y[y_at + j] over n numbers, n a constant and a multiple of 16."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        rows = _row_vectors(context, builder, signature, args, n.literal_value)
        sums = [ZERO, ZERO]  # two, as the additions of one depend on each other
        for j, (x, y) in enumerate(rows):
            sums[j % 2] = multiply_add(builder, load(builder, x), load(builder, y), sums[j % 2])
        return sum_lanes(builder, builder.fadd(*sums))

    return types.float32(X, types.intp, Y, types.intp, n), code


@_literal
def pull_together(_, X, x_at, Y, y_at, n, keep, pull):
    """x ← keep · x + pull · y and y ← keep · y + pull · x at once, for rows of n numbers as in `dot_of`."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        rows = _row_vectors(context, builder, signature, args, n.literal_value)
        keep, pull = splat(builder, args[5]), splat(builder, args[6])
        for first in range(0, len(rows), VECTORS_AT_ONCE):
            places = rows[first : first + VECTORS_AT_ONCE]
            # all are read before one is written: so what `dot_of` has just read is not read again
            pairs = [(load(builder, x), load(builder, y)) for x, y in places]
            for (x, y), (a, b) in zip(places, pairs, strict=True):
                store(builder, multiply_add(builder, pull, b, builder.fmul(keep, a)), x)
                store(builder, multiply_add(builder, pull, a, builder.fmul(keep, b)), y)
        return context.get_dummy_value()

    return types.void(X, types.intp, Y, types.intp, n, types.float32, types.float32), code


@_literal
def prefetch_row(_, X, at, n):
    """`prefetch` for the n numbers from X[at] on, n a constant."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        start = pointer(context, builder, signature.args[0], args[0], args[1])
        ask_for(builder, start, n.literal_value)
        return context.get_dummy_value()

    return types.void(X, types.intp, n), code


def _row_vectors(context: Any, builder: Any, signature: Any, args: Any, n: int) -> list[tuple[Any, Any]]:
    """Where the vectors of the two rows (X, x_at), (Y, y_at) begin."""
    x = pointer(context, builder, signature.args[0], args[0], args[1])
    y = pointer(context, builder, signature.args[2], args[2], args[3])
    return [(builder.gep(x, [INDEX(j)]), builder.gep(y, [INDEX(j)])) for j in range(0, n, LANES)]
