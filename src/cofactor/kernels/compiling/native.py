"""Machine code that is called like the function it was compiled from, in later processes without Numba.

A kernel is compiled behind a plain C entry, `void entry(int64 *whole, double *real)`: addresses and lengths of arrays
travel in `whole`, numbers in both. So its object code can be kept, or come with the package (`machine_code.py`), and
LLVM alone loads it (`loading.py`), in 60 ms for the first.
"""

import os
from collections.abc import Callable
from threading import RLock
from typing import Any

import numpy as np

from cofactor.kernels.compiling.loading import load_entry
from cofactor.kernels.compiling.machine_code import machine_code
from cofactor.kernels.compiling.signatures import Signature, kind_of, leaves

__all__ = ["Native"]

_one_at_a_time = RLock()  # LLVM takes the process down where two threads compile or load at once
if hasattr(os, "register_at_fork"):  # a fork waits for them: the child would find LLVM half-way, and locked for ever
    os.register_at_fork(
        before=_one_at_a_time.acquire,
        after_in_parent=_one_at_a_time.release,
        after_in_child=_one_at_a_time.release,
    )


class Native:
    """A kernel, named by its module and name, that is called with arrays, numbers and tuples of them.

    Arrays must be C-contiguous. The interpreter's lock is released while it runs, so threads run side by side.
    With constants, the name is that of a function that takes them and returns the kernel.
    """

    def __init__(self, module: str, name: str, *constants: int) -> None:
        self.module, self.name, self.constants = module, name, constants
        self._entries: dict[tuple[Any, ...], Callable[[int, int], None]] = {}

    def __call__(self, *arguments: Any) -> None:
        kinds = tuple(kind_of(one) for one in arguments)
        if kinds not in self._entries:
            self._prepare(kinds)
        whole, real = _pack(arguments)
        self._entries[kinds](whole.ctypes.data, real.ctypes.data)

    def _prepare(self, kinds: tuple[Any, ...]) -> None:
        with _one_at_a_time:
            if kinds not in self._entries:
                self._entries[kinds] = load_entry(
                    machine_code(Signature(self.module, self.name, self.constants, kinds))
                )


def _pack(arguments: tuple[Any, ...]) -> tuple[Any, Any]:
    whole, real = list[int](), list[float]()
    for one in leaves(arguments):
        if isinstance(one, np.ndarray):
            whole += [one.ctypes.data, *one.shape]
        elif isinstance(one, (int, np.integer)):
            whole.append(int(one))
        else:
            real.append(float(one))
    return np.array(whole, np.int64), np.array(real, np.float64)
