"""What this machine can do at most: multiply-adds a second on one core and on all, and bytes a second from memory.

Every race says what share of it a contestant reaches. The multiply-adds are machine code of our own making (LLVM, no
compiler needed): chains of vector FMAs that touch no memory, as many side by side as hide the latency of each.
"""

import ctypes
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from itertools import pairwise
from statistics import median
from typing import Any, NamedTuple

import llvmlite.binding as llvm
import numpy as np
from llvmlite import ir

from benchmarks.contestants.contest import seconds
from benchmarks.shared.quiet import wait_for_quiet

CHAINS = 10  # a multiply-add takes 4 cycles and two begin in each
STEPS = 30_000_000
STREAM = 1 << 26  # float32 in each array of the stream, 256 MB
REPEATS = 5


class Ceilings(NamedTuple):
    """Medians. GFLOP/s of float32 FMA, GB/s of c = a + b over arrays far larger than any cache."""

    gflops_one_core: float
    gflops: float
    gigabytes: float

    def told(self) -> str:
        """The line that stands under a table."""
        return (
            f"This machine's ceilings, measured beside it: {self.gflops_one_core:.0f} GFLOP/s of float32 "
            f"multiply-adds on one core, {self.gflops:.0f} on all; {self.gigabytes:.0f} GB/s from and to memory."
        )


def measure_ceilings() -> Ceilings:
    """A few seconds; waits for a quiet moment first."""
    wait_for_quiet()
    n_cores, wide = os.cpu_count() or 1, _vector_width()
    flops = 2 * STEPS * CHAINS * wide / 1e9
    fma = _multiply_adds(wide)
    one, all_of_them = (n * flops / _median(lambda n=n: _on_threads(fma, n)) for n in (1, n_cores))
    return Ceilings(one, all_of_them, _stream(n_cores))


def solve_flops(n_ratings: int, n_rows: int, k: int) -> float:
    """Useful operations of solving both sides' rows exactly once: a k x k matrix of each row, summed and factored.

    n_rows: users and items together     Half of each symmetric matrix is counted, and k³/3 for its Cholesky.
    """
    return 2 * n_ratings * k * (k + 1.0) + n_rows * (k**3 / 3 + 4.0 * k**2)


def _median(work: Callable[[], object]) -> float:
    work()  # wakes the cores
    return median(seconds(work) for _ in range(REPEATS))


def _on_threads(work: Callable[[], object], n: int) -> None:
    with ThreadPoolExecutor(n) as pool:
        for done in [pool.submit(work) for _ in range(n)]:
            done.result()


def _stream(n_threads: int) -> float:
    a, b, c = (np.ones(STREAM, np.float32) for _ in range(3))
    edges = [at * STREAM // n_threads for at in range(n_threads + 1)]
    pieces = [slice(*ends) for ends in pairwise(edges)]

    def add() -> None:
        with ThreadPoolExecutor(n_threads) as pool:
            list(pool.map(lambda at: np.add(a[at], b[at], out=c[at]), pieces))

    return 3 * a.nbytes / _median(add) / 1e9


@cache
def _machine() -> Any:
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    return llvm.Target.from_default_triple().create_target_machine(
        cpu=llvm.get_host_cpu_name(), features=llvm.get_host_cpu_features().flatten(), opt=2
    )


def _vector_width() -> int:
    """float32 in a register: 16 with AVX-512, 8 with AVX2, 4 elsewhere (NEON)."""
    features = llvm.get_host_cpu_features()
    return 16 if features.get("avx512f") else 8 if features.get("avx2") else 4


def _multiply_adds(wide: int) -> Callable[[], None]:
    """`STEPS` times `CHAINS` vector FMAs, none waiting for the one beside it."""
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(str(_chains(wide))), _machine())
    engine.finalize_object()
    sink = np.zeros(wide, np.float32)
    call = ctypes.CFUNCTYPE(None, ctypes.c_int64, ctypes.c_void_p)(engine.get_function_address("chains"))
    return partial(lambda *kept: call(STEPS, kept[1].ctypes.data), engine, sink)  # both must outlive the call


def _chains(wide: int) -> ir.Module:
    """void chains(int64 n, float *sink): x = x · y + z in each chain, n times; the sum of all goes to the sink."""
    vector, long = ir.VectorType(ir.FloatType(), wide), ir.IntType(64)
    module = ir.Module()
    function = ir.Function(module, ir.FunctionType(ir.VoidType(), [long, vector.as_pointer()]), "chains")
    fma = ir.Function(module, ir.FunctionType(vector, [vector] * 3), f"llvm.fma.v{wide}f32")
    entry, loop, end = (function.append_basic_block(name) for name in ("entry", "loop", "end"))
    ir.IRBuilder(entry).branch(loop)
    build, splat = ir.IRBuilder(loop), lambda x: ir.Constant(vector, [x] * wide)
    at, chains = build.phi(long), [build.phi(vector) for _ in range(CHAINS)]
    after = build.add(at, ir.Constant(long, 1))
    stepped = [build.call(fma, [chain, splat(0.5), splat(1.0)]) for chain in chains]
    build.cbranch(build.icmp_signed("<", after, function.args[0]), loop, end)
    for phi, start, then in ((at, ir.Constant(long, 0), after), *zip(chains, map(splat, range(CHAINS)), stepped)):
        phi.add_incoming(start, entry)
        phi.add_incoming(then, loop)
    build = ir.IRBuilder(end)
    total = stepped[0]
    for one in stepped[1:]:
        total = build.fadd(total, one)
    build.store(total, function.args[1], align=4)  # the sink is aligned to its floats alone
    build.ret_void()
    return module


if __name__ == "__main__":
    print(measure_ceilings().told())
