"""The diagonal blocks of a blocked Cholesky factor A = Uᵀ U, LANES rows each, in registers.

The time of a factorisation is that of its chain of pivots: 1 / pivot, the row below, the next pivot. So each row adds
one division and one multiplication to the chain, and the square roots are taken at the end, all at once.
"""

from typing import Any

from numba.core import types

from cofactor.kernels.arithmetic.vector_code import (
    FLOAT,
    INDEX,
    LANES,
    VECTOR,
    WORD,
    ZERO,
    accumulate,
    element,
    intrinsic,
    lane,
    load,
    masked,
    multiply_add,
    pointer,
    splat,
    store,
    sums_of,
    transposed,
    vector_sqrt,
)  # fmt: skip

__all__ = ["backward_block", "factor_corner", "forward_block", "solve_corner", "transpose_block"]


@intrinsic
def factor_corner(_, A, at, stride, inverse, i_at):
    """Cholesky of the square block at A[at], LANES wide, upper, in registers; inverse[i_at:] gets 1 / its diagonal."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        a = pointer(context, builder, signature.args[0], args[0], args[1])
        ones = pointer(context, builder, signature.args[3], args[3], args[4])
        places = [element(builder, a, i, args[2]) for i in range(LANES)]
        rows = [load(builder, place) for place in places]
        for j in range(LANES):
            pivot = builder.extract_element(rows[j], WORD(j))
            builder.store(pivot, builder.gep(ones, [INDEX(j)]))
            minus = splat(builder, builder.fdiv(FLOAT(-1.0), pivot))
            for i in range(j + 1, LANES):
                product = builder.fmul(lane(builder, rows[j], i), rows[j])
                rows[i] = multiply_add(builder, minus, product, rows[i])
        scales = builder.fdiv(VECTOR([1.0] * LANES), vector_sqrt(builder, load(builder, ones)))
        store(builder, scales, ones)
        for j in range(LANES):
            store(builder, builder.fmul(rows[j], lane(builder, scales, j)), places[j])
        return context.get_dummy_value()

    return types.void(A, types.intp, types.intp, inverse, types.intp), code


@intrinsic
def solve_corner(_, A, corner, at, stride, inverse, i_at):
    """The square block at A[at] ← (Uᵀ)⁻¹ of it, U being the factor at A[corner] before it in the same rows."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        u = pointer(context, builder, signature.args[0], args[0], args[1])
        b = pointer(context, builder, signature.args[0], args[0], args[2])
        ones = pointer(context, builder, signature.args[4], args[4], args[5])
        places = [element(builder, b, i, args[3]) for i in range(LANES)]
        rows = [load(builder, place) for place in places]
        for j in range(LANES):
            scale = builder.load(builder.gep(ones, [INDEX(j)]))
            rows[j] = builder.fmul(rows[j], splat(builder, scale))
            store(builder, rows[j], places[j])
            minus = builder.fneg(rows[j])
            for i in range(j + 1, LANES):
                above = builder.load(element(builder, u, j, args[3], i))
                rows[i] = multiply_add(builder, splat(builder, above), minus, rows[i])
        return context.get_dummy_value()

    return types.void(A, types.intp, types.intp, types.intp, inverse, types.intp), code


def _substitute(builder: Any, rest: Any, columns: list[Any], scales: Any, order: Any) -> Any:
    """The unknowns of a LANES × LANES triangle, whose column j lacks the unknowns that come before j in `order`."""
    rest = builder.fmul(rest, scales)
    for count, j in enumerate(order, 1):
        later = set(list(order)[count:])
        column = masked(builder, builder.fmul(columns[j], scales), later.__contains__)
        rest = multiply_add(builder, builder.fneg(lane(builder, rest, j)), column, rest)
    return rest


@intrinsic
def forward_block(_, A, at, stride, inverse, x, b):
    """Solve Uᵀ x = c for x[b:b + LANES], the unknowns before b being solved; `at`: the place of U[0, b]."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        u = pointer(context, builder, signature.args[0], args[0], args[1])
        scales = load(builder, pointer(context, builder, signature.args[3], args[3], args[5]))
        known = pointer(context, builder, signature.args[4], args[4], 0)
        place, n_sums = builder.gep(known, [args[5]]), 4  # four sums, so that none waits for another

        def subtract(t: Any, held: list[Any]) -> list[Any]:
            new = list[Any]()
            for c in range(n_sums):
                row = builder.add(t, INDEX(c))
                minus = splat(builder, builder.fneg(builder.load(builder.gep(known, [row]))))
                new.append(multiply_add(builder, minus, load(builder, element(builder, u, row, args[2])), held[c]))
            return new

        starts = [load(builder, place)] + [ZERO] * (n_sums - 1)
        s = accumulate(builder, args[5], starts, n_sums, subtract)
        rest = builder.fadd(builder.fadd(s[0], s[1]), builder.fadd(s[2], s[3]))
        corner = element(builder, u, args[5], args[2])
        rows = [load(builder, element(builder, corner, j, args[2])) for j in range(LANES)]
        store(builder, _substitute(builder, rest, rows, scales, range(LANES)), place)
        return context.get_dummy_value()

    return types.void(A, types.intp, types.intp, inverse, x, types.intp), code


@intrinsic
def backward_block(_, A, at, stride, inverse, x, b, n):
    """Solve U x = c for x[b:b + LANES], the n unknowns after them being solved; `at`: the place of U[b, b]."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        u = pointer(context, builder, signature.args[0], args[0], args[1])
        scales = load(builder, pointer(context, builder, signature.args[3], args[3], args[5]))
        place = pointer(context, builder, signature.args[4], args[4], args[5])
        lines = [element(builder, u, i, args[2]) for i in range(LANES)]

        def add(t: Any, held: list[Any]) -> list[Any]:
            after = builder.add(t, INDEX(LANES))
            both = load(builder, builder.gep(place, [after]))
            rows = [load(builder, builder.gep(line, [after])) for line in lines]
            return [multiply_add(builder, row, both, one) for row, one in zip(rows, held, strict=True)]

        sums = sums_of(builder, accumulate(builder, args[6], [ZERO] * LANES, LANES, add))
        rest = builder.fsub(load(builder, place), sums)
        columns = transposed(builder, [load(builder, line) for line in lines])
        store(builder, _substitute(builder, rest, columns, scales, range(LANES - 1, -1, -1)), place)
        return context.get_dummy_value()

    return types.void(A, types.intp, types.intp, inverse, x, types.intp, types.intp), code


@intrinsic
def transpose_block(_, T, t_at, t_stride, Z, z_at, z_stride, scale, s_at):
    """The square block at T[t_at] ← the transposed one at Z[z_at], its row j times scale[s_at + j]."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        kinds = signature.args
        target = pointer(context, builder, kinds[0], args[0], args[1])
        source = pointer(context, builder, kinds[3], args[3], args[4])
        scales = load(builder, pointer(context, builder, kinds[6], args[6], args[7]))
        rows = [builder.fmul(load(builder, element(builder, source, i, args[5])), scales) for i in range(LANES)]
        for j, column in enumerate(transposed(builder, rows)):
            store(builder, column, element(builder, target, j, args[2]))
        return context.get_dummy_value()

    at = types.intp
    return types.void(T, at, at, Z, at, at, scale, at), code
