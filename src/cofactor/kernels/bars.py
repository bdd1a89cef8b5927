"""Scores held against bars, sixteen at a time: what a list's selection needs beyond products."""

from typing import Any

from llvmlite import ir
from numba.core import cgutils, types

from cofactor.kernels.topn import PANEL
from cofactor.kernels.vector_code import (
    INDEX,
    LANES,
    ZERO,
    accumulate,
    intrinsic,
    load,
    multiply_add,
    pointer,
    spread,
    step,
    store,
)  # fmt: skip
from cofactor.kernels.vectors import TILE_ROWS

__all__ = ["lowest_bit", "score_tile", "which_above"]


@intrinsic
def score_tile(_, S, marks, X, x_at, items, i_at, k, bars, b_at, hidden, h_at):
    """The scores of 8 users and 48 items, held against the users' bars before they leave the registers.

    Σ_{t<k} X[x_at + 8t + i] · items[i_at + 48t + j] is user i's score of item j. It counts where it reaches
    bars[b_at + i] and bit j of hidden[h_at + i] is 0; nan never does. marks[i] ← the bits that count.
    Returns all marks in one; only if that is not 0 are the scores written to S[48 i + j].
    """

    def code(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        def at(one: int, offset: Any) -> Any:
            return pointer(context, builder, signature.args[one], given[one], offset)

        scores, kept, zero = at(0, INDEX(0)), at(1, INDEX(0)), INDEX(0)
        x, y, bars, hidden = (at(one, given[one + 1]) for one in (2, 4, 7, 9))
        lanes = range(PANEL // LANES)

        def add_outer(t: Any, held: list[Any]) -> list[Any]:
            row = [load(builder, step(builder, y, t, INDEX(PANEL), LANES * j)) for j in lanes]
            new = list[Any]()
            for i in range(TILE_ROWS):
                both = spread(builder, builder.load(step(builder, x, t, INDEX(TILE_ROWS), i), align=4))
                new += [multiply_add(builder, both, row[j], held[i * len(lanes) + j]) for j in lanes]
            return new

        sums = accumulate(builder, given[6], [ZERO] * (TILE_ROWS * len(lanes)), 1, add_outer)
        union = zero
        for i in range(TILE_ROWS):
            bar, mark = spread(builder, builder.load(builder.gep(bars, [INDEX(i)]))), zero
            for j in lanes:
                reached = builder.fcmp_ordered(">=", sums[i * len(lanes) + j], bar)
                bits = builder.zext(builder.bitcast(reached, ir.IntType(LANES)), INDEX)
                mark = builder.or_(mark, builder.shl(bits, INDEX(LANES * j)))
            mark = builder.and_(mark, builder.not_(builder.load(builder.gep(hidden, [INDEX(i)]))))
            builder.store(mark, builder.gep(kept, [INDEX(i)]))
            union = builder.or_(union, mark)
        with builder.if_then(builder.icmp_unsigned("!=", union, zero), likely=False):
            for i, vector in enumerate(sums):
                store(builder, vector, builder.gep(scores, [INDEX(LANES * i)]))
        return union

    at = types.intp
    return types.int64(S, marks, X, at, items, at, at, bars, at, hidden, at), code


@intrinsic
def lowest_bit(_, bits):
    """The place of the lowest 1 in an int64 that is not 0."""

    def code(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        kind = ir.FunctionType(INDEX, [INDEX, ir.IntType(1)])
        function = cgutils.get_or_insert_function(builder.module, kind, "llvm.cttz.i64")
        return builder.call(function, [given[0], ir.IntType(1)(1)])

    return types.int64(types.int64), code


@intrinsic
def which_above(_, values, at, bar):
    """Which of the 64 numbers from values[at] on, float32 or float64, are above the bar: a bit for each; nan is not."""

    def code(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        start = pointer(context, builder, signature.args[0], given[0], given[1])
        kind, mark = ir.VectorType(start.type.pointee, LANES), INDEX(0)
        bars = ir.Constant(kind, ir.Undefined)
        for lane in range(LANES):
            bars = builder.insert_element(bars, given[2], ir.IntType(32)(lane))
        for j in range(0, 64, LANES):
            place = builder.bitcast(builder.gep(start, [INDEX(j)]), kind.as_pointer())
            above = builder.fcmp_ordered(">", builder.load(place, align=4), bars)
            bits = builder.zext(builder.bitcast(above, ir.IntType(LANES)), INDEX)
            mark = builder.or_(mark, builder.shl(bits, INDEX(j)))
        return mark

    return types.int64(values, types.intp, values.dtype), code
