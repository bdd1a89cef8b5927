"""What Numba does not write by itself: sixteen floats at a time, and tiles that stay in registers over a whole sum.

Each function here is a few vector instructions on flat float32 arrays and offsets into them. The loops that read
like formulas are in `posterior_loops.py`; only these two files know how wide a vector is. On a processor with
narrower vectors LLVM splits each of them, and the result is the same up to the order of additions.
"""

from typing import Any

from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic as _intrinsic

from cofactor.kernels.topn import PANEL

__all__ = [
    "LANES", "TILE_ROWS", "add_tiles", "dot", "factor_corner", "forward_block", "lowest_bit", "prefetch",
    "score_tile", "solve_corner", "subtract_tiles", "which_above",
]  # fmt: skip

intrinsic: Any = _intrinsic  # its functions are called without their first parameter, which no type says
LANES = 16
TILE_ROWS = 8  # a tile of 8 rows and up to 3 vectors keeps 24 of the 32 registers busy

_INDEX, _FLOAT = ir.IntType(64), ir.FloatType()
_VECTOR = ir.VectorType(_FLOAT, LANES)
_ANY = ir.Constant(_VECTOR, ir.Undefined)
_ZERO = ir.Constant(_VECTOR, [0.0] * LANES)


def _pointer(context: Any, builder: Any, kind: Any, array: Any, at: Any) -> Any:
    return builder.gep(context.make_array(kind)(context, builder, array).data, [at])


def _step(builder: Any, base: Any, rows: Any, stride: Any, column: int = 0) -> Any:
    offset = builder.mul(_INDEX(rows) if isinstance(rows, int) else rows, stride)
    return builder.gep(base, [builder.add(offset, _INDEX(column))])


def _load(builder: Any, pointer: Any) -> Any:
    return builder.load(builder.bitcast(pointer, _VECTOR.as_pointer()), align=4)


def _store(builder: Any, vector: Any, pointer: Any) -> None:
    builder.store(vector, builder.bitcast(pointer, _VECTOR.as_pointer()), align=4)


def _lane(builder: Any, vector: Any, lane: int) -> Any:
    """One lane in all lanes."""
    return builder.shuffle_vector(vector, _ANY, ir.Constant(ir.VectorType(ir.IntType(32), LANES), [lane] * LANES))


def _spread(builder: Any, number: Any) -> Any:
    return _lane(builder, builder.insert_element(_ANY, number, ir.IntType(32)(0)), 0)


def _multiply_add(builder: Any, a: Any, b: Any, c: Any) -> Any:
    kind = ir.FunctionType(_VECTOR, [_VECTOR] * 3)
    function = cgutils.get_or_insert_function(builder.module, kind, f"llvm.fma.v{LANES}f32")
    return builder.call(function, [a, b, c])


def _sum(builder: Any, vector: Any) -> Any:
    kind = ir.FunctionType(_FLOAT, [_FLOAT, _VECTOR])
    function = cgutils.get_or_insert_function(builder.module, kind, f"llvm.vector.reduce.fadd.v{LANES}f32")
    return builder.call(function, [_FLOAT(0.0), vector], fastmath=("fast",))


def _accumulate(builder: Any, n: Any, starts: list[Any], stride: int, body: Any) -> list[Any]:
    """`for t in range(0, n, stride)`: the vectors `starts`, changed by body(t, vectors), in registers throughout."""
    before = builder.basic_block
    loop, after = builder.append_basic_block("sum"), builder.append_basic_block("summed")
    builder.cbranch(builder.icmp_signed(">", n, _INDEX(0)), loop, after)
    builder.position_at_end(loop)
    t, held = builder.phi(_INDEX), [builder.phi(_VECTOR) for _ in starts]
    t.add_incoming(_INDEX(0), before)
    for one, start in zip(held, starts, strict=True):
        one.add_incoming(start, before)
    changed = body(t, held)
    following = builder.add(t, _INDEX(stride))
    t.add_incoming(following, loop)
    for one, new in zip(held, changed, strict=True):
        one.add_incoming(new, loop)
    builder.cbranch(builder.icmp_signed("<", following, n), loop, after)
    builder.position_at_end(after)
    ends = [builder.phi(_VECTOR) for _ in starts]
    for end, start, new in zip(ends, starts, changed, strict=True):
        end.add_incoming(start, before)
        end.add_incoming(new, loop)
    return ends


def _tiles(width: int, *, negative: bool) -> Any:
    @intrinsic
    def tiles(_, A, a_at, stride, Z, left, right, z_stride, n):
        def code(context: Any, builder: Any, signature: Any, given: Any) -> Any:
            kinds = signature.args
            a = _pointer(context, builder, kinds[0], given[0], given[1])
            x = _pointer(context, builder, kinds[3], given[3], given[4])
            y = _pointer(context, builder, kinds[3], given[3], given[5])
            places = [_step(builder, a, i, given[2], LANES * j) for i in range(TILE_ROWS) for j in range(width)]

            def add_outer(t: Any, held: list[Any]) -> list[Any]:
                row = [_load(builder, _step(builder, y, t, given[6], LANES * j)) for j in range(width)]
                new = list[Any]()
                for i in range(TILE_ROWS):
                    number = builder.load(_step(builder, x, t, given[6], i), align=4)
                    both = _spread(builder, builder.fneg(number) if negative else number)
                    for j in range(width):
                        new.append(_multiply_add(builder, both, row[j], held[i * width + j]))
                return new

            starts = [_load(builder, place) for place in places]
            for vector, place in zip(_accumulate(builder, given[7], starts, 1, add_outer), places, strict=True):
                _store(builder, vector, place)
            return context.get_dummy_value()

        at = types.intp
        return types.void(A, at, at, Z, at, at, at, at), code

    return tiles


# tiles[w](A, a_at, stride, Z, left, right, z_stride, n), for an 8 × 16w tile of A:
#     A[a_at + i·stride + j] ±= Σ_{t<n} Z[left + t·z_stride + i] · Z[right + t·z_stride + j]
add_tiles = tuple(_tiles(width, negative=False) for width in (1, 2, 3))
subtract_tiles = tuple(_tiles(width, negative=True) for width in (1, 2, 3))


@intrinsic
def factor_corner(_, A, at, stride, inverse, i_at):
    """Cholesky of the 16 × 16 block at A[at], upper, in registers; inverse[i_at:] gets 1 / its diagonal."""

    def code(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        a = _pointer(context, builder, signature.args[0], given[0], given[1])
        ones = _pointer(context, builder, signature.args[3], given[3], given[4])
        places = [_step(builder, a, i, given[2]) for i in range(LANES)]
        rows = [_load(builder, place) for place in places]
        root = cgutils.get_or_insert_function(builder.module, ir.FunctionType(_FLOAT, [_FLOAT]), "llvm.sqrt.f32")
        for j in range(LANES):
            pivot = builder.extract_element(rows[j], ir.IntType(32)(j))
            scale = builder.fdiv(_FLOAT(1.0), builder.call(root, [pivot]))
            builder.store(scale, builder.gep(ones, [_INDEX(j)]))
            rows[j] = builder.fmul(rows[j], _spread(builder, scale))
            _store(builder, rows[j], places[j])
            minus = builder.fneg(rows[j])
            for i in range(j + 1, LANES):
                rows[i] = _multiply_add(builder, _lane(builder, rows[j], i), minus, rows[i])
        return context.get_dummy_value()

    return types.void(A, types.intp, types.intp, inverse, types.intp), code


@intrinsic
def solve_corner(_, A, corner, at, stride, inverse, i_at):
    """The 16 × 16 block at A[at] ← (Uᵀ)⁻¹ of it, U being the factor at A[corner] above it in the same rows."""

    def code(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        u = _pointer(context, builder, signature.args[0], given[0], given[1])
        b = _pointer(context, builder, signature.args[0], given[0], given[2])
        ones = _pointer(context, builder, signature.args[4], given[4], given[5])
        places = [_step(builder, b, i, given[3]) for i in range(LANES)]
        rows = [_load(builder, place) for place in places]
        for j in range(LANES):
            scale = builder.load(builder.gep(ones, [_INDEX(j)]))
            rows[j] = builder.fmul(rows[j], _spread(builder, scale))
            _store(builder, rows[j], places[j])
            minus = builder.fneg(rows[j])
            for i in range(j + 1, LANES):
                above = builder.load(_step(builder, u, j, given[3], i))
                rows[i] = _multiply_add(builder, _spread(builder, above), minus, rows[i])
        return context.get_dummy_value()

    return types.void(A, types.intp, types.intp, types.intp, inverse, types.intp), code


@intrinsic
def forward_block(_, A, at, stride, inverse, x, b):
    """Sixteen unknowns of Uᵀ x = c, those before b being known: x[b:b + 16], with `at` where U[0, b] lies."""

    def code(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        u = _pointer(context, builder, signature.args[0], given[0], given[1])
        ones = _pointer(context, builder, signature.args[3], given[3], given[5])
        known = _pointer(context, builder, signature.args[4], given[4], _INDEX(0))
        place, n_sums = builder.gep(known, [given[5]]), 4  # four sums, so that none waits for another

        def subtract(t: Any, held: list[Any]) -> list[Any]:
            new = list[Any]()
            for c in range(n_sums):
                row = builder.add(t, _INDEX(c))
                minus = _spread(builder, builder.fneg(builder.load(builder.gep(known, [row]))))
                new.append(_multiply_add(builder, minus, _load(builder, _step(builder, u, row, given[2])), held[c]))
            return new

        starts = [_load(builder, place)] + [_ZERO] * (n_sums - 1)
        s = _accumulate(builder, given[5], starts, n_sums, subtract)
        rest = builder.fadd(builder.fadd(s[0], s[1]), builder.fadd(s[2], s[3]))
        for j in range(LANES):
            scale = builder.load(builder.gep(ones, [_INDEX(j)]))
            value = builder.fmul(builder.extract_element(rest, ir.IntType(32)(j)), scale)
            builder.store(value, builder.gep(place, [_INDEX(j)]))
            row = _load(builder, _step(builder, u, builder.add(given[5], _INDEX(j)), given[2]))
            rest = _multiply_add(builder, _spread(builder, builder.fneg(value)), row, rest)
        return context.get_dummy_value()

    return types.void(A, types.intp, types.intp, inverse, x, types.intp), code


@intrinsic
def dot(_, X, x_at, Y, y_at, n):
    """Σ X[x_at + j] · Y[y_at + j] over n numbers, n a multiple of 16."""

    def code(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        x = _pointer(context, builder, signature.args[0], given[0], given[1])
        y = _pointer(context, builder, signature.args[2], given[2], given[3])

        def add(t: Any, held: list[Any]) -> list[Any]:
            left, right = (_load(builder, builder.gep(base, [t])) for base in (x, y))
            return [_multiply_add(builder, left, right, held[0])]

        return _sum(builder, _accumulate(builder, given[4], [_ZERO], LANES, add)[0])

    return types.float32(X, types.intp, Y, types.intp, types.intp), code


@intrinsic
def prefetch(_, row):
    """Ask for the cache lines of a row of float32, 64 bytes each: it will be read a little later."""

    def code(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        array = context.make_array(signature.args[0])(context, builder, given[0])
        byte, word = ir.IntType(8).as_pointer(), ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [byte, word, word, word])
        function = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
        length = builder.extract_value(array.shape, 0)
        with cgutils.for_range_slice(builder, _INDEX(0), length, _INDEX(LANES), intp=_INDEX) as (at, _):
            line = builder.bitcast(builder.gep(array.data, [at]), byte)
            builder.call(function, [line, word(0), word(3), word(1)])
        return context.get_dummy_value()

    return types.void(row), code


@intrinsic
def score_tile(_, S, marks, X, x_at, items, i_at, k, bars, b_at, hidden, h_at):
    """The scores of 8 users and 48 items, held against the users' bars before they leave the registers.

    Σ_{t<k} X[x_at + 8t + i] · items[i_at + 48t + j] is user i's score of item j. It counts where it reaches
    bars[b_at + i] and bit j of hidden[h_at + i] is 0; nan never does. marks[i] ← the bits that count.
    Returns all marks in one; only if that is not 0 are the scores written to S[48 i + j].
    """

    def code(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        def at(one: int, offset: Any) -> Any:
            return _pointer(context, builder, signature.args[one], given[one], offset)

        scores, kept, zero = at(0, _INDEX(0)), at(1, _INDEX(0)), _INDEX(0)
        x, y, bars, hidden = (at(one, given[one + 1]) for one in (2, 4, 7, 9))
        lanes = range(PANEL // LANES)

        def add_outer(t: Any, held: list[Any]) -> list[Any]:
            row = [_load(builder, _step(builder, y, t, _INDEX(PANEL), LANES * j)) for j in lanes]
            new = list[Any]()
            for i in range(TILE_ROWS):
                both = _spread(builder, builder.load(_step(builder, x, t, _INDEX(TILE_ROWS), i), align=4))
                new += [_multiply_add(builder, both, row[j], held[i * len(lanes) + j]) for j in lanes]
            return new

        sums = _accumulate(builder, given[6], [_ZERO] * (TILE_ROWS * len(lanes)), 1, add_outer)
        union = zero
        for i in range(TILE_ROWS):
            bar, mark = _spread(builder, builder.load(builder.gep(bars, [_INDEX(i)]))), zero
            for j in lanes:
                reached = builder.fcmp_ordered(">=", sums[i * len(lanes) + j], bar)
                bits = builder.zext(builder.bitcast(reached, ir.IntType(LANES)), _INDEX)
                mark = builder.or_(mark, builder.shl(bits, _INDEX(LANES * j)))
            mark = builder.and_(mark, builder.not_(builder.load(builder.gep(hidden, [_INDEX(i)]))))
            builder.store(mark, builder.gep(kept, [_INDEX(i)]))
            union = builder.or_(union, mark)
        with builder.if_then(builder.icmp_unsigned("!=", union, zero), likely=False):
            for i, vector in enumerate(sums):
                _store(builder, vector, builder.gep(scores, [_INDEX(LANES * i)]))
        return union

    at = types.intp
    return types.int64(S, marks, X, at, items, at, at, bars, at, hidden, at), code


@intrinsic
def lowest_bit(_, bits):
    """The place of the lowest 1 in an int64 that is not 0."""

    def code(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        kind = ir.FunctionType(_INDEX, [_INDEX, ir.IntType(1)])
        function = cgutils.get_or_insert_function(builder.module, kind, "llvm.cttz.i64")
        return builder.call(function, [given[0], ir.IntType(1)(1)])

    return types.int64(types.int64), code


@intrinsic
def which_above(_, values, at, bar):
    """Which of the 64 numbers from values[at] on, float32 or float64, are above the bar: a bit for each; nan is not."""

    def code(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        start = _pointer(context, builder, signature.args[0], given[0], given[1])
        kind, mark = ir.VectorType(start.type.pointee, LANES), _INDEX(0)
        bars = ir.Constant(kind, ir.Undefined)
        for lane in range(LANES):
            bars = builder.insert_element(bars, given[2], ir.IntType(32)(lane))
        for j in range(0, 64, LANES):
            place = builder.bitcast(builder.gep(start, [_INDEX(j)]), kind.as_pointer())
            above = builder.fcmp_ordered(">", builder.load(place, align=4), bars)
            bits = builder.zext(builder.bitcast(above, ir.IntType(LANES)), _INDEX)
            mark = builder.or_(mark, builder.shl(bits, _INDEX(j)))
        return mark

    return types.int64(values, types.intp, values.dtype), code
