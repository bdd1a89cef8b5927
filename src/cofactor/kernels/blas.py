"""NumPy's BLAS limited to one thread while our loops run, and a matrix product on our own threads."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from threading import Lock
from typing import Any

import numpy as np

from cofactor.arrays import FloatArray
from cofactor.kernels.threads import n_threads, on_threads, shares

__all__ = ["parallel_matmul", "quiet_blas"]


class _QuietBlas:
    """Counts the blocks that need BLAS on one thread: the first limits it, the last restores the limit before."""

    def __init__(self) -> None:
        self._lock, self._n_inside, self._limits = Lock(), 0, None

    def enter(self) -> None:
        from threadpoolctl import threadpool_limits

        with self._lock:
            if self._n_inside == 0:
                self._limits: Any = threadpool_limits(limits=1, user_api="blas")
            self._n_inside += 1

    def leave(self) -> None:
        with self._lock:
            self._n_inside -= 1
            if self._n_inside == 0:
                self._limits.restore_original_limits()


_blas = _QuietBlas()


@contextmanager
def quiet_blas() -> Generator[None]:
    """Limit BLAS, in the whole process, to one thread within this block, in which our loops and BLAS take turns.

    OpenBLAS's other threads spin for some 30 ms after each call, on the cores that our loops need: a sweep of 60 ms
    took 90.
    """
    entered = _blas  # a fork inside makes another
    entered.enter()
    try:
        yield
    finally:
        entered.leave()


def _begin_again() -> None:
    """Start afresh in a forked child, where the lock may be held by a thread that no longer exists."""
    global _blas
    _blas = _QuietBlas()


if hasattr(os, "register_at_fork"):  # Windows does not fork
    os.register_at_fork(after_in_child=_begin_again)


ROWS_AT_ONCE = 96  # a multiple of the rows that OpenBLAS takes at once, on any processor: cut elsewhere, bits change


# ---- a product on our threads -----------------------------------------------------------------------------


def parallel_matmul(left: FloatArray, right: FloatArray, out: FloatArray) -> FloatArray:
    """left @ right, written to `out` and returned: each thread computes some rows. Meant for use under `quiet_blas`."""
    cuts = [min(ROWS_AT_ONCE * cut, len(left)) for cut in shares(-(-len(left) // ROWS_AT_ONCE), n_threads())]

    def some(part: int) -> None:
        rows = slice(cuts[part], cuts[part + 1])
        np.matmul(left[rows], right, out=out[rows])

    on_threads(some, len(cuts) - 1)
    return out
