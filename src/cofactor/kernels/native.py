"""Machine code made once: what Numba compiled is kept as object code, and runs in later processes without Numba.

Numba's own cache still costs half a second in every process: importing Numba, then SciPy behind it, then its tables
of every NumPy function. A kernel needs none of that once it is machine code. So it is compiled behind a plain C
entry, `void entry(int64 *whole, double *real)`, its object code goes into the user's cache, and the next process
loads it with LLVM alone, in 60 ms. Addresses and lengths of arrays travel in `whole`, numbers in both.

The file's name holds a hash of the kernels' source, the types of the arguments, the versions and the processor, so
an old one is never taken for a new one. The file begins with a hash of its own content, because half a
file makes LLVM take the whole process down: what is damaged is compiled again.
"""

import ctypes
import hashlib
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from threading import RLock
from typing import Any

import numpy as np

from cofactor.cache import cache_folder, write_whole

__all__ = ["Native"]

_one_at_a_time = RLock()  # LLVM takes the process down where two threads compile or load at once
if hasattr(os, "register_at_fork"):  # a fork waits for them: the child would find LLVM half-way, and locked for ever
    os.register_at_fork(
        before=_one_at_a_time.acquire,
        after_in_parent=_one_at_a_time.release,
        after_in_child=_one_at_a_time.release,
    )

DIGEST = 32  # bytes of a SHA-256
# Numba's own helpers stand behind errors that our kernels never raise; should one be reached, the process stops
NEVER_CALLED = (
    "NRT_Free", "NRT_MemInfo_call_dtor", "numba_do_raise", "numba_gil_ensure", "numba_gil_release",
    "numba_runtime_build_excinfo_struct", "numba_unpickle",
)  # fmt: skip


class Native:
    """A kernel by its module and name, called like the Numba function it is: arrays, numbers, tuples of them.

    Arrays must be C-contiguous. The interpreter's lock is free while it runs, so threads run side by side.
    With constants, the name is that of a function that makes the kernel of them.
    """

    def __init__(self, module: str, name: str, *constants: int) -> None:
        self.module, self.name, self.constants = module, name, constants
        self._entries: dict[tuple[Any, ...], Callable[[int, int], None]] = {}

    def __call__(self, *arguments: Any) -> None:
        kinds = tuple(_kind(one) for one in arguments)
        if kinds not in self._entries:
            self._prepare(kinds)
        whole, real = _pack(arguments)
        self._entries[kinds](whole.ctypes.data, real.ctypes.data)

    def _prepare(self, kinds: tuple[Any, ...]) -> None:
        with _one_at_a_time:
            if kinds not in self._entries:
                self._entries[kinds] = _load(self._machine_code(kinds))

    def _machine_code(self, kinds: tuple[Any, ...]) -> bytes:
        file = cache_folder() / "machine-code" / f"{self.name}-{_key(self.module, self.name, self.constants, kinds)}.o"
        code = _read(file)
        if code is None:
            code = _compile(self.module, self.name, self.constants, kinds)
            with suppress(OSError):  # where nothing can be kept, every process compiles for itself
                write_whole(file, hashlib.sha256(code).digest() + code)
        return code


def _read(file: Path) -> bytes | None:
    """What was kept; None where nothing was, or not what was written."""
    try:
        content = file.read_bytes()
    except OSError:
        return None
    digest, code = content[:DIGEST], content[DIGEST:]
    return code if hashlib.sha256(code).digest() == digest else None


def _kind(one: Any) -> Any:
    """What the entry must know of an argument: arrays by type and axes, tuples by their class and parts."""
    if isinstance(one, np.ndarray):
        if not one.flags.c_contiguous:
            raise ValueError("a kernel takes C-contiguous arrays")
        return f"{_type_name(one.dtype)}:{one.ndim}"
    if isinstance(one, tuple):
        return (type(one).__name__, *(_kind(part) for part in one))
    if isinstance(one, (int, np.integer)):
        return "int"
    return "float32" if type(one) is np.float32 else "float"


@cache
def _type_name(dtype: "np.dtype[Any]") -> str:
    return dtype.name  # NumPy spells it out anew each time, for longer than a small kernel runs


def _pack(arguments: tuple[Any, ...]) -> tuple[Any, Any]:
    whole, real = list[int](), list[float]()
    for one in _leaves(arguments):
        if isinstance(one, np.ndarray):
            whole += [one.ctypes.data, *one.shape]
        elif isinstance(one, (int, np.integer)):
            whole.append(int(one))
        else:
            real.append(float(one))
    return np.array(whole, np.int64), np.array(real, np.float64)


def _leaves(arguments: tuple[Any, ...]) -> Iterator[Any]:
    for one in arguments:
        if isinstance(one, tuple):
            yield from _leaves(one)
        else:
            yield one


def _compile(module: str, name: str, constants: tuple[int, ...], kinds: tuple[Any, ...]) -> bytes:
    """The object code of an entry that unpacks its arguments and calls the kernel."""
    from numba import carray, cfunc  # pyright: ignore[reportPrivateImportUsage]
    from numba.core import cgutils, types
    from numba.extending import intrinsic

    @intrinsic
    def pointer(_, address):
        def code(context, builder, signature, arguments):
            return builder.inttoptr(arguments[0], cgutils.voidptr_t)

        return types.voidptr(types.intp), code

    code = import_module(module)
    named = getattr(code, name)
    names: dict[str, Any] = {
        "carray": carray,
        "pointer": pointer,
        "np": np,
        "kernel": named(*constants) if constants else named,
        **vars(code),
    }
    at = {"whole": 0, "real": 0}
    call = ", ".join(_unpack(kind, at) for kind in kinds)
    exec(f"def entry(whole, real):\n    kernel({call})\n", names)  # text of our own making, from types alone
    signature = "void(CPointer(int64), CPointer(float64))"
    compiled: Any = cfunc(signature, error_model="numpy")(names["entry"])
    # every entry gets the same plain name, so that loading need not know Numba's
    return _name(compiled) + b"\0" + compiled._library._get_compiled_object()


def _name(compiled: Any) -> bytes:
    return compiled._wrapper_name.encode()


def _unpack(kind: Any, at: dict[str, int]) -> str:
    if isinstance(kind, tuple):
        parts = ", ".join(_unpack(part, at) for part in kind[1:])
        return f"{kind[0]}({parts})"
    if ":" in kind:
        dtype, _, n_axes = kind.partition(":")
        start, end = at["whole"] + 1, at["whole"] + 1 + int(n_axes)
        at["whole"] = end
        shape = ", ".join(f"whole[{axis}]" for axis in range(start, end))
        return f"carray(pointer(whole[{start - 1}]), ({shape},), np.{dtype})"
    block = "whole" if kind == "int" else "real"
    at[block] += 1
    number = f"{block}[{at[block] - 1}]"
    return f"np.float32({number})" if kind == "float32" else number


def _load(stored: bytes) -> Callable[[int, int], None]:
    import llvmlite.binding as llvm

    name, _, code = stored.partition(b"\0")
    _prepare_llvm()
    machine = llvm.Target.from_default_triple().create_target_machine()
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine)
    engine.add_object_file(llvm.ObjectFileRef.from_data(code))
    engine.finalize_object()
    entry = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p)(engine.get_function_address(name.decode()))
    _engines.append(engine)  # the code lives as long as its engine
    return entry


_engines: list[Any] = []


@cache
def _prepare_llvm() -> None:
    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    abort = ctypes.cast(ctypes.CDLL(None).abort, ctypes.c_void_p).value
    for symbol in NEVER_CALLED:
        if llvm.address_of_symbol(symbol) is None:  # Numba, once it compiles, brings the real ones
            llvm.add_symbol(symbol, abort)


@cache
def _digest_of_sources() -> "hashlib._Hash":
    digest = hashlib.sha256()
    for file in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(file.read_bytes())
    return digest


def _key(module: str, name: str, constants: tuple[int, ...], kinds: tuple[Any, ...]) -> str:
    import llvmlite.binding as llvm

    digest = _digest_of_sources().copy()
    processor = llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten()
    digest.update(repr((module, name, constants, kinds, version("numba"), sys.version_info[:2], processor)).encode())
    return digest.hexdigest()[:24]
