"""Scores computed and compared with thresholds, a vector at a time, for choosing the best items."""

from functools import reduce
from typing import Any

from llvmlite import ir
from numba.core import cgutils, types

from cofactor.kernels.arithmetic.vector_code import (
    INDEX,
    LANES,
    ZERO,
    accumulate,
    element,
    intrinsic,
    load,
    multiply_add,
    pointer,
    splat,
    store,
)  # fmt: skip
from cofactor.kernels.arithmetic.vectors import TILE_ROWS, TILE_VECTORS
from cofactor.kernels.ranking.top_products import PANEL

__all__ = ["lowest_bit", "score_tile", "which_above"]


@intrinsic
def score_tile(_, S, marks, X, x_at, items, i_at, k, thresholds, b_at, hidden_bits, h_at):
    """The scores of TILE_ROWS users and 48 items, compared with the users' thresholds before they leave the registers.

    Σ_{t<k} X[x_at + TILE_ROWS t + i] · items[i_at + 48t + j] is user i's score of item j. It counts where it reaches
    thresholds[b_at + i] and bit j of hidden_bits[h_at + i] is 0; nan never does. marks[i] ← the bits that count.
    Returns all marks in one. The scores of those that count are written to S[48 i + j], others may be.
    """

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        def at(one: int, offset: Any) -> Any:
            return pointer(context, builder, signature.args[one], args[one], offset)

        kept, zero = at(1, INDEX(0)), INDEX(0)
        open_bits = [builder.not_(builder.load(builder.gep(at(9, args[10]), [INDEX(i)]))) for i in range(TILE_ROWS)]
        found = [zero] * TILE_ROWS
        for first in range(0, PANEL, LANES * TILE_VECTORS):  # as many items at once as sums fit into the registers
            lanes = range(first, min(first + LANES * TILE_VECTORS, PANEL), LANES)
            sums = _sums(builder, at(2, args[3]), at(4, args[5]), args[6], lanes)
            new = _marks(builder, sums, at(7, args[8]), open_bits, lanes)
            with builder.if_then(builder.icmp_unsigned("!=", _any_of(builder, new), zero), likely=False):
                for i, row in enumerate(sums):
                    for j, vector in zip(lanes, row, strict=True):
                        store(builder, vector, builder.gep(at(0, INDEX(0)), [INDEX(PANEL * i + j)]))
            found = [builder.or_(*both) for both in zip(found, new, strict=True)]
        for i, mark in enumerate(found):
            builder.store(mark, builder.gep(kept, [INDEX(i)]))
        return _any_of(builder, found)

    at = types.intp
    return types.int64(S, marks, X, at, items, at, at, thresholds, at, hidden_bits, at), code


def _sums(builder: Any, x: Any, y: Any, k: Any, lanes: range) -> list[list[Any]]:
    """The scores of the items from each of `lanes` on, a list for each user."""

    def add_outer(t: Any, held: list[Any]) -> list[Any]:
        row = [load(builder, element(builder, y, t, INDEX(PANEL), j)) for j in lanes]
        new = list[Any]()
        for i in range(TILE_ROWS):
            both = splat(builder, builder.load(element(builder, x, t, INDEX(TILE_ROWS), i), align=4))
            new += [multiply_add(builder, both, row[j], held[i * len(lanes) + j]) for j in range(len(lanes))]
        return new

    sums = accumulate(builder, k, [ZERO] * (TILE_ROWS * len(lanes)), 1, add_outer)
    return [sums[i : i + len(lanes)] for i in range(0, len(sums), len(lanes))]


def _marks(builder: Any, sums: list[list[Any]], thresholds: Any, open_bits: list[Any], lanes: range) -> list[Any]:
    """For each user the bits of the items whose scores reach the threshold, where `open_bits` has a 1."""
    marks = list[Any]()
    for i, row in enumerate(sums):
        threshold, mark = splat(builder, builder.load(builder.gep(thresholds, [INDEX(i)]))), INDEX(0)
        for j, vector in zip(lanes, row, strict=True):
            reached = builder.fcmp_ordered(">=", vector, threshold)
            bits = builder.zext(builder.bitcast(reached, ir.IntType(LANES)), INDEX)
            mark = builder.or_(mark, builder.shl(bits, INDEX(j)))
        marks.append(builder.and_(mark, open_bits[i]))
    return marks


def _any_of(builder: Any, marks: list[Any]) -> Any:
    return reduce(builder.or_, marks)


@intrinsic
def lowest_bit(_, bits):
    """The number of the lowest bit that is 1, in an int64 that is not 0."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        kind = ir.FunctionType(INDEX, [INDEX, ir.IntType(1)])
        function = cgutils.get_or_insert_function(builder.module, kind, "llvm.cttz.i64")
        return builder.call(function, [args[0], ir.IntType(1)(1)])

    return types.int64(types.int64), code


@intrinsic
def which_above(_, values, at, threshold):
    """An int64 whose bit j says whether values[at + j], float32 or float64, is above the threshold; nan is not."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        start = pointer(context, builder, signature.args[0], args[0], args[1])
        kind, mark = ir.VectorType(start.type.pointee, LANES), INDEX(0)
        thresholds = ir.Constant(kind, ir.Undefined)
        for lane in range(LANES):
            thresholds = builder.insert_element(thresholds, args[2], ir.IntType(32)(lane))
        for j in range(0, 64, LANES):
            place = builder.bitcast(builder.gep(start, [INDEX(j)]), kind.as_pointer())
            above = builder.fcmp_ordered(">", builder.load(place, align=4), thresholds)
            bits = builder.zext(builder.bitcast(above, ir.IntType(LANES)), INDEX)
            mark = builder.or_(mark, builder.shl(bits, INDEX(j)))
        return mark

    return types.int64(values, types.intp, values.dtype), code
