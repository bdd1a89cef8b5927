"""Vector instructions in LLVM's intermediate code, on as many floats as the processor's registers hold.

Numba's intrinsics in `vectors.py` and `triangles.py` are written with these. On a processor with narrower vectors the
result is the same up to the order of additions.
"""

from collections.abc import Callable, Iterable
from typing import Any

from llvmlite import ir
from numba.core import cgutils
from numba.extending import intrinsic as _intrinsic

from cofactor.kernels.arithmetic.registers import target_registers

__all__ = [
    "FLOAT", "INDEX", "LANES", "REGISTERS", "VECTOR", "WORD", "ZERO", "accumulate", "element", "intrinsic", "lane",
    "load", "masked", "multiply_add", "pointer", "splat", "store", "sum_lanes", "sums_of", "switch_on", "transposed",
    "vector_sqrt",
]  # fmt: skip

intrinsic: Any = _intrinsic  # its functions are called without their first parameter, which no type says
REGISTERS = target_registers()
LANES = REGISTERS.lanes

INDEX, WORD, FLOAT = ir.IntType(64), ir.IntType(32), ir.FloatType()
VECTOR = ir.VectorType(FLOAT, LANES)
ZERO = ir.Constant(VECTOR, [0.0] * LANES)
_ANY = ir.Constant(VECTOR, ir.Undefined)
_HALVINGS = [1 << power for power in reversed(range(LANES.bit_length() - 1))]


# ---- memory -----------------------------------------------------------------------------------------------


def pointer(context: Any, builder: Any, kind: Any, array: Any, at: Any) -> Any:
    """The address of element number `at` of a flat array."""
    at = INDEX(at) if isinstance(at, int) else at
    return builder.gep(context.make_array(kind)(context, builder, array).data, [at])


def element(builder: Any, base: Any, rows: Any, stride: Any, column: int = 0) -> Any:
    """base + rows · stride + column"""
    offset = builder.mul(INDEX(rows) if isinstance(rows, int) else rows, stride)
    return builder.gep(base, [builder.add(offset, INDEX(column))])


def load(builder: Any, place: Any) -> Any:
    """The vector of LANES float32 at an address, which need not be aligned to vectors."""
    return builder.load(builder.bitcast(place, VECTOR.as_pointer()), align=4)


def store(builder: Any, vector: Any, place: Any) -> None:
    """Write a vector to an address, which need not be aligned to vectors."""
    builder.store(vector, builder.bitcast(place, VECTOR.as_pointer()), align=4)


# ---- lanes ------------------------------------------------------------------------------------------------


def _pick(builder: Any, a: Any, b: Any, lanes: list[int]) -> Any:
    """Lanes of a (0 … LANES - 1) and b (from LANES on)."""
    return builder.shuffle_vector(a, b, ir.Constant(ir.VectorType(WORD, LANES), lanes))


def lane(builder: Any, vector: Any, number: int) -> Any:
    """The vector that has one lane of `vector` in all lanes."""
    return _pick(builder, vector, _ANY, [number] * LANES)


def splat(builder: Any, number: Any) -> Any:
    """The vector that has one number in all lanes."""
    return lane(builder, builder.insert_element(_ANY, number, WORD(0)), 0)


def masked(builder: Any, vector: Any, keep: Callable[[int], bool]) -> Any:
    """The vector with 0 in the lanes that are not kept."""
    return _pick(builder, vector, ZERO, [i if keep(i) else LANES + i for i in range(LANES)])


def _halves(builder: Any, a: Any, b: Any, size: int) -> tuple[Any, Any]:
    """Blocks of `size` lanes: the even ones of a and b, and their odd ones."""
    low = [i if not i & size else LANES + i - size for i in range(LANES)]
    high = [i + size if not i & size else LANES + i for i in range(LANES)]
    return _pick(builder, a, b, low), _pick(builder, a, b, high)


def transposed(builder: Any, rows: list[Any]) -> list[Any]:
    """The columns of LANES vectors, by exchanging blocks of half as many, a quarter, … and 1."""
    held = list(rows)
    for size in _HALVINGS:
        for i in range(LANES):
            if not i & size:
                held[i], held[i + size] = _halves(builder, held[i], held[i + size], size)
    return held


def sums_of(builder: Any, rows: list[Any]) -> Any:
    """The sums of LANES vectors as one: half the shuffles of a transposition."""
    held = list(rows)
    for size in _HALVINGS:
        held = [builder.fadd(*_halves(builder, held[i], held[i + size], size)) for i in range(size)]
    return held[0]


# ---- arithmetic -------------------------------------------------------------------------------------------


def _call(builder: Any, name: str, *numbers: Any) -> Any:
    kind = ir.FunctionType(VECTOR, [VECTOR] * len(numbers))
    return builder.call(cgutils.get_or_insert_function(builder.module, kind, f"llvm.{name}.v{LANES}f32"), numbers)


def multiply_add(builder: Any, a: Any, b: Any, c: Any) -> Any:
    """a · b + c, in one instruction where there is one.

    `llvm.fma` must round only once: on processors without the instruction it calls the C library for every lane, a
    hundred times slower.
    """
    return _call(builder, "fmuladd", a, b, c)


def vector_sqrt(builder: Any, vector: Any) -> Any:
    """The square root of each lane."""
    return _call(builder, "sqrt", vector)


def sum_lanes(builder: Any, vector: Any) -> Any:
    """The sum of all lanes, added in any order."""
    kind = ir.FunctionType(FLOAT, [FLOAT, VECTOR])
    function = cgutils.get_or_insert_function(builder.module, kind, f"llvm.vector.reduce.fadd.v{LANES}f32")
    return builder.call(function, [FLOAT(0.0), vector], fastmath=("fast",))


def switch_on(builder: Any, number: Any, cases: Iterable[int], code: Callable[[int], None]) -> None:
    """Code that branches on `number`: code(case) for each of the cases, nothing for any other number."""
    after = builder.append_basic_block("chosen")
    switch = builder.switch(number, after)
    for case in cases:
        block = builder.append_basic_block(f"case{case}")
        switch.add_case(INDEX(case), block)
        builder.position_at_end(block)
        code(case)
        builder.branch(after)
    builder.position_at_end(after)


def accumulate(builder: Any, n: Any, starts: list[Any], stride: int, body: Any) -> list[Any]:
    """`for t in range(0, n, stride)`: the vectors `starts`, changed by body(t, vectors), in registers throughout."""
    before = builder.basic_block
    loop, after = builder.append_basic_block("sum"), builder.append_basic_block("summed")
    builder.cbranch(builder.icmp_signed(">", n, INDEX(0)), loop, after)
    builder.position_at_end(loop)
    t, held = builder.phi(INDEX), [builder.phi(VECTOR) for _ in starts]
    t.add_incoming(INDEX(0), before)
    for one, start in zip(held, starts, strict=True):
        one.add_incoming(start, before)
    changed = body(t, held)
    following = builder.add(t, INDEX(stride))
    t.add_incoming(following, loop)
    for one, new in zip(held, changed, strict=True):
        one.add_incoming(new, loop)
    builder.cbranch(builder.icmp_signed("<", following, n), loop, after)
    builder.position_at_end(after)
    ends = [builder.phi(VECTOR) for _ in starts]
    for end, start, new in zip(ends, starts, changed, strict=True):
        end.add_incoming(start, before)
        end.add_incoming(new, loop)
    return ends
