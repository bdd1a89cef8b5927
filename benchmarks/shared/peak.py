"""What a core can do at most: float32 multiply-adds a second, nothing else going on."""

import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numba import njit, types

from cofactor.kernels.arithmetic.vector_code import ZERO, accumulate, intrinsic, load, multiply_add, pointer, store

CHAINS = 24  # sums that do not wait for each other, as many as a tile of the kernel has
ROUNDS = 20_000_000


@intrinsic
def _multiply_adds(_, numbers, n):
    def code(context, builder, signature, given):
        place = pointer(context, builder, signature.args[0], given[0], 0)
        x = load(builder, place)
        sums = accumulate(
            builder, given[1], [ZERO] * CHAINS, 1, lambda t, held: [multiply_add(builder, x, one, x) for one in held]
        )
        total = sums[0]
        for one in sums[1:]:
            total = builder.fadd(total, one)
        store(builder, total, place)
        return context.get_dummy_value()

    return types.void(numbers, types.intp), code


@njit(nogil=True)
def _run(numbers, n):
    _multiply_adds(numbers, n)


def peak_gflops(n_threads: int, tries: int = 4) -> float:
    """GFLOP/s of n_threads cores together, the best of some tries."""
    numbers = [np.full(16, 0.3, np.float32) for _ in range(n_threads)]
    _run(numbers[0], 1)
    best = float("inf")
    with ThreadPoolExecutor(n_threads) as pool:
        for _ in range(tries):
            started = time.perf_counter()
            list(pool.map(_run, numbers, [ROUNDS] * n_threads))
            best = min(best, time.perf_counter() - started)
    return n_threads * ROUNDS * CHAINS * 16 * 2 / best / 1e9
