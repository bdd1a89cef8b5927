"""The threads that our loops run on, and how to keep others off their cores."""

import os
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache

import numpy as np

from cofactor.arrays import FloatArray, IntArray

__all__ = ["n_threads", "on_threads", "product", "quiet_blas", "row_shares", "shares"]


def n_threads() -> int:
    return os.cpu_count() or 1


def on_threads(work: Callable[[int], None], n: int) -> None:
    """work(0), …, work(n - 1), side by side."""
    list(_workers().map(work, range(n)))


@cache
def _workers() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(n_threads())


def shares(n: int, parts: int) -> list[int]:
    """Where each of so many equal parts of n begins, and the last one ends."""
    return np.linspace(0, n, parts + 1).astype(int).tolist()


def row_shares(indptr: IntArray, parts: int) -> list[int]:
    """The same in rows, so that their ratings are about equally many."""
    cuts = np.searchsorted(indptr, shares(int(indptr[-1]), parts)).tolist()
    return [0, *cuts[1:-1], len(indptr) - 1]


def product(left: FloatArray, right: FloatArray, out: FloatArray) -> FloatArray:
    """out ← left @ right, each thread some rows of it: BLAS itself is kept on one thread, by `quiet_blas`."""
    cuts = shares(len(left), n_threads())

    def some(part: int) -> None:
        rows = slice(cuts[part], cuts[part + 1])
        np.matmul(left[rows], right, out=out[rows])

    on_threads(some, n_threads())
    return out


@contextmanager
def quiet_blas() -> Generator[None]:
    """BLAS, of the whole process, on one thread: for loops that call it between our own.

    OpenBLAS's other threads go on spinning for some 30 ms after each call, on the cores that ours need: a sweep of
    60 ms took 90.
    """
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1, user_api="blas"):
        yield
