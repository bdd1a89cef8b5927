"""Object code into this process, by LLVM alone: a millisecond a kernel, and no Numba."""

import ctypes
import os
from collections.abc import Callable
from functools import cache
from typing import Any

__all__ = ["load_entry"]

# Numba's own helpers, for errors that our kernels never raise; should one be reached, the process stops
NEVER_CALLED = (
    "NRT_Free", "NRT_MemInfo_call_dtor", "numba_do_raise", "numba_gil_ensure", "numba_gil_release",
    "numba_runtime_build_excinfo_struct", "numba_unpickle",
)  # fmt: skip
_engines: list[Any] = []  # the code lives as long as its engine


def load_entry(stored: bytes) -> Callable[[int, int], None]:
    """The entry point of code that `compile_entry` returned, as a function of two addresses.

    A symbol that the code refers to and the process lacks makes LLVM end the process.
    """
    import llvmlite.binding as llvm

    name, _, code = stored.partition(b"\0")
    _prepare_llvm()
    machine = llvm.Target.from_default_triple().create_target_machine()
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine)
    engine.add_object_file(llvm.ObjectFileRef.from_data(code))
    engine.finalize_object()
    entry = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p)(engine.get_function_address(name.decode()))
    _engines.append(engine)
    return entry


@cache
def _prepare_llvm() -> None:
    import llvmlite.binding as llvm

    if os.name == "nt":  # where Numba has to bring some of C's functions that the system's library lacks
        from numba.core.registry import cpu_target

        _ = cpu_target.target_context
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    stop = ctypes.cast(_stop, ctypes.c_void_p).value
    for symbol in NEVER_CALLED:
        if llvm.address_of_symbol(symbol) is None:  # Numba, once it compiles, brings the real ones
            llvm.add_symbol(symbol, stop)


_stop = ctypes.CFUNCTYPE(None)(os.abort)  # C's own `abort` has no address that every system gives
