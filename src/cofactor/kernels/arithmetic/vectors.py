"""Sums over ratings whose vectors stay in registers throughout, which Numba does not generate by itself.

Each function here is a few vector instructions on flat float32 arrays and offsets into them; the loops that read
like formulas are in `posterior/solve_loops.py` and `gradient/adam_loops.py`.
"""

from typing import Any

from llvmlite import ir
from numba.core import cgutils, types

from cofactor.kernels.arithmetic.vector_code import (
    INDEX,
    LANES,
    REGISTERS,
    WORD,
    ZERO,
    accumulate,
    element,
    intrinsic,
    load,
    multiply_add,
    pointer,
    splat,
    store,
    sum_lanes,
    sums_of,
    switch_on,
)  # fmt: skip

__all__ = [
    "GROUP_SIZES", "LANES", "TILE_ROWS", "add_tile", "dot", "dots", "gather", "next_piece", "prefetch",
    "subtract_tile", "weighted_sums",
]  # fmt: skip

TILE_ROWS, TILE_VECTORS = REGISTERS.tile_rows, REGISTERS.tile_vectors  # of sums that stay in registers
GROUP_SIZES = (8, 4, 2, 1)  # vectors of a row that are summed at once
RATINGS_AHEAD = 8  # ratings between the prefetch of a row and its use
CACHE_LINE_FLOATS = 16  # float32 of a cache line


def _tiles(*, negative: bool) -> Any:
    @intrinsic
    def tiles(_, size, A, a_at, stride, X, x_at, x_row, x_step, Y, y_at, y_step, n):
        def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            kinds = signature.args
            a = pointer(context, builder, kinds[1], args[1], args[2])
            x = pointer(context, builder, kinds[4], args[4], args[5])
            y = pointer(context, builder, kinds[8], args[8], args[9])
            lefts = [element(builder, x, i, args[6]) for i in range(TILE_ROWS)]

            def add_tile(width: int) -> None:
                places = [element(builder, a, i, args[3], LANES * j) for i in range(TILE_ROWS) for j in range(width)]

                def add_outer(t: Any, held: list[Any]) -> list[Any]:
                    row = [load(builder, element(builder, y, t, args[10], LANES * j)) for j in range(width)]
                    new = list[Any]()
                    for i in range(TILE_ROWS):
                        number = builder.load(element(builder, lefts[i], t, args[7]), align=4)
                        both = splat(builder, builder.fneg(number) if negative else number)
                        for j in range(width):
                            new.append(multiply_add(builder, both, row[j], held[i * width + j]))
                    return new

                starts = [load(builder, place) for place in places]
                for vector, place in zip(accumulate(builder, args[11], starts, 1, add_outer), places, strict=True):
                    store(builder, vector, place)

            switch_on(builder, args[0], range(1, TILE_VECTORS + 1), add_tile)
            return context.get_dummy_value()

        at = types.intp
        return types.void(at, A, at, at, X, at, at, at, Y, at, at, at), code

    return tiles


# add_tile(size, A, a_at, stride, X, x_at, x_row, x_step, Y, y_at, y_step, n), a tile of A with `size` vectors a row:
#     A[a_at + i·stride + j] ±= Σ_{t<n} X[x_at + i·x_row + t·x_step] · Y[y_at + t·y_step + j]
add_tile, subtract_tile = _tiles(negative=False), _tiles(negative=True)


def _gather(width: int) -> Any:
    @intrinsic
    def gather(_, Z, z_at, z_stride, b, b_at, Q, q_at, q_stride, indices, i_at, n, last, roots, pulls):
        def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            kinds = signature.args
            z = pointer(context, builder, kinds[0], args[0], args[1])
            sums = pointer(context, builder, kinds[3], args[3], args[4])
            q = pointer(context, builder, kinds[5], args[5], args[6])
            index = pointer(context, builder, kinds[8], args[8], 0)
            root, pull = (pointer(context, builder, kinds[at], args[at], 0) for at in (12, 13))
            places = [builder.gep(sums, [INDEX(LANES * j)]) for j in range(width)]

            def row_of(rating: Any) -> Any:
                row = builder.sext(builder.load(builder.gep(index, [rating])), INDEX)
                return element(builder, q, row, args[7])

            def copy_and_add(t: Any, held: list[Any]) -> list[Any]:
                at = builder.add(t, args[9])
                later = builder.add(at, INDEX(RATINGS_AHEAD))
                later = builder.select(builder.icmp_signed("<", later, args[11]), later, at)
                ask_for(builder, row_of(later), width * LANES)
                here = row_of(at)
                scale, y = (splat(builder, builder.load(builder.gep(base, [t]))) for base in (root, pull))
                new = list[Any]()
                for j in range(width):
                    vector = load(builder, builder.gep(here, [INDEX(LANES * j)]))
                    store(builder, builder.fmul(scale, vector), element(builder, z, t, args[2], LANES * j))
                    new.append(multiply_add(builder, y, vector, held[j]))
                return new

            starts = [load(builder, place) for place in places]
            for vector, place in zip(accumulate(builder, args[10], starts, 1, copy_and_add), places, strict=True):
                store(builder, vector, place)
            return context.get_dummy_value()

        at = types.intp
        return types.void(Z, at, at, b, at, Q, at, at, indices, at, at, at, roots, pulls), code

    return gather


# gather[g](Z, z_at, z_stride, b, b_at, Q, q_at, q_stride, indices, i_at, n, last, roots, pulls), of
# LANES · GROUP_SIZES[g] columns:
#     Z[t] = roots[t] · Q[indices[i_at + t]]      b += Σ_{t<n} pulls[t] · Q[indices[i_at + t]]
gather = tuple(_gather(width) for width in GROUP_SIZES)


def _weigh(width: int) -> Any:
    @intrinsic
    def weighted_sums(_, b, b_at, Z, z_at, z_stride, weights, w_at, n):
        def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            kinds = signature.args
            sums = pointer(context, builder, kinds[0], args[0], args[1])
            z = pointer(context, builder, kinds[2], args[2], args[3])
            weight = pointer(context, builder, kinds[5], args[5], args[6])
            places = [builder.gep(sums, [INDEX(LANES * j)]) for j in range(width)]

            def add(t: Any, held: list[Any]) -> list[Any]:
                w = splat(builder, builder.load(builder.gep(weight, [t])))
                row = [load(builder, element(builder, z, t, args[4], LANES * j)) for j in range(width)]
                return [multiply_add(builder, w, row[j], held[j]) for j in range(width)]

            starts = [load(builder, place) for place in places]
            for vector, place in zip(accumulate(builder, args[7], starts, 1, add), places, strict=True):
                store(builder, vector, place)
            return context.get_dummy_value()

        at = types.intp
        return types.void(b, at, Z, at, at, weights, at, at), code

    return weighted_sums


# weighted_sums[g](b, b_at, Z, z_at, z_stride, weights, w_at, n), of as many columns:
#     b += Σ_{t<n} weights[w_at + t] · Z[t]
weighted_sums = tuple(_weigh(width) for width in GROUP_SIZES)


@intrinsic
def dots(_, s, s_at, Z, z_at, stride, p, p_at, k):
    """s[s_at + i] = Σ_{j<k} Z[z_at + i · stride + j] · p[p_at + j] for LANES rows i."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        kinds = signature.args
        place = pointer(context, builder, kinds[0], args[0], args[1])
        z = pointer(context, builder, kinds[2], args[2], args[3])
        right = pointer(context, builder, kinds[5], args[5], args[6])

        def add(t: Any, held: list[Any]) -> list[Any]:
            both = load(builder, builder.gep(right, [t]))
            rows = [load(builder, builder.gep(element(builder, z, i, args[4]), [t])) for i in range(LANES)]
            return [multiply_add(builder, row, both, one) for row, one in zip(rows, held, strict=True)]

        store(builder, sums_of(builder, accumulate(builder, args[7], [ZERO] * LANES, LANES, add)), place)
        return context.get_dummy_value()

    at = types.intp
    return types.void(s, at, Z, at, at, p, at, at), code


@intrinsic
def dot(_, X, x_at, Y, y_at, n):
    """Σ X[x_at + j] · Y[y_at + j] over n numbers, n a multiple of LANES."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        x = pointer(context, builder, signature.args[0], args[0], args[1])
        y = pointer(context, builder, signature.args[2], args[2], args[3])

        def add(t: Any, held: list[Any]) -> list[Any]:
            left, right = (load(builder, builder.gep(base, [t])) for base in (x, y))
            return [multiply_add(builder, left, right, held[0])]

        return sum_lanes(builder, accumulate(builder, args[4], [ZERO], LANES, add)[0])

    return types.float32(X, types.intp, Y, types.intp, types.intp), code


@intrinsic
def next_piece(_, counter):
    """The number of the next piece of work: counter[0], which is incremented atomically."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        place = pointer(context, builder, signature.args[0], args[0], 0)
        return builder.atomic_rmw("add", place, INDEX(1), "monotonic")

    return types.int64(counter), code


@intrinsic
def prefetch(_, row):
    """Prefetch the cache lines of a row of float32 that will soon be read."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        array = context.make_array(signature.args[0])(context, builder, args[0])
        length = builder.extract_value(array.shape, 0)
        with cgutils.for_range_slice(builder, INDEX(0), length, INDEX(CACHE_LINE_FLOATS), intp=INDEX) as (at, _):
            ask_for(builder, builder.gep(array.data, [at]), CACHE_LINE_FLOATS)
        return context.get_dummy_value()

    return types.void(row), code


def ask_for(builder: Any, place: Any, n: int) -> None:
    """Prefetch the cache lines of n numbers that will soon be read."""
    byte = ir.IntType(8).as_pointer()
    kind = ir.FunctionType(ir.VoidType(), [byte, WORD, WORD, WORD])
    function = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
    for j in range(0, n, CACHE_LINE_FLOATS):
        line = builder.bitcast(builder.gep(place, [INDEX(j)]), byte)
        builder.call(function, [line, WORD(0), WORD(3), WORD(1)])
