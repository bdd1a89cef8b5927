"""The threads that our loops run on: their number, the division of work among them, and their state after a fork."""

import math
import os
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import numpy as np

from cofactor.arrays import IntArray
from cofactor.control_groups import groups_of, read_lines
from cofactor.errors import BadOption

__all__ = ["n_threads", "on_threads", "row_shares", "set_threads", "shares"]

VARIABLE = "COFACTOR_THREADS"
MAX_THREADS = 1024
_chosen: int | None = None


# ---- how many ---------------------------------------------------------------------------------------------


def set_threads(n: int | None) -> None:
    """Let this process compute on n threads from now on, 1 to 1024; None: as many as it has CPUs.

    Without it COFACTOR_THREADS sets the number; else it is the number of CPUs that the process may use, by its affinity
    and a container's quota. Results are the same with any number. Raises `BadOption` for any other n.

    >>> set_threads(2)
    >>> n_threads()
    2
    >>> set_threads(None)
    """
    global _chosen
    _chosen = None if n is None else _checked("set_threads", n)


def n_threads() -> int:
    """The number of threads that a loop is run on. Raises `BadOption` where COFACTOR_THREADS is not from 1 to 1024."""
    if _chosen is not None:
        return _chosen
    asked = os.environ.get(VARIABLE, "").strip()
    return _checked(VARIABLE, int(asked) if asked.isdecimal() else asked) if asked else _n_cpus()


def _checked(who: str, n: object) -> int:
    if isinstance(n, int | np.integer) and not isinstance(n, bool) and 1 <= n <= MAX_THREADS:
        return int(n)
    raise BadOption(
        f"{who} takes a number of threads, a whole number from 1 to {MAX_THREADS:,}, but was given {n!r}. "
        f"To use every CPU that this process is given, leave {VARIABLE} unset and call set_threads(None)."
    )


def _n_cpus() -> int:
    """CPUs that the process may run on; a quota of 1.5 CPUs counts as 2."""
    return max(1, math.ceil(min(_n_allowed(), _quota())))


def _n_allowed() -> int:
    if sys.version_info >= (3, 13):  # which also respects -X cpu_count
        return os.process_cpu_count() or 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@cache
def _quota() -> float:
    """The CPU time that control groups leave this process, in CPUs; read once, as every loop needs it."""
    return min((_cpus_of_group(*group) for group in groups_of("cpu")), default=math.inf)


def _cpus_of_group(folder: Path, version: int) -> float:
    names = ("cpu.max",) if version == 2 else ("cpu.cfs_quota_us", "cpu.cfs_period_us")
    numbers = " ".join(line for name in names for line in read_lines(folder / name)).split()
    if len(numbers) != 2 or not all(number.isdecimal() for number in numbers):  # no such file, "max", or -1
        return math.inf
    quota, period = map(int, numbers)
    return quota / period if period else math.inf


# ---- the loops --------------------------------------------------------------------------------------------


def on_threads(work: Callable[[int], None], n: int) -> None:
    """Call work(0), …, work(n - 1) on the threads of this process, and wait for all."""
    if n_threads() == 1:
        for number in range(n):
            work(number)
    else:
        list(_workers(n_threads()).map(work, range(n)))


@cache
def _workers(n: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(n)


def shares(n: int, parts: int) -> list[int]:
    """The boundaries of `parts` equal parts of n, parts + 1 numbers from 0 to n."""
    return np.linspace(0, n, parts + 1).astype(int).tolist()


def row_shares(indptr: IntArray, parts: int) -> list[int]:
    """The boundaries, in rows, of `parts` parts with about equally many ratings each."""
    cuts = np.searchsorted(indptr, shares(int(indptr[-1]), parts)).tolist()
    return [0, *cuts[1:-1], len(indptr) - 1]


# ---- after a fork -----------------------------------------------------------------------------------------


def _begin_again() -> None:
    """Start afresh in a forked child, which has only the thread that forked: no workers, and locks held for ever."""
    _workers.cache_clear()
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.set_num_threads(1)  # with more, OpenMP waits for ever for those that the parent had


if hasattr(os, "register_at_fork"):  # Windows does not fork
    os.register_at_fork(after_in_child=_begin_again)
