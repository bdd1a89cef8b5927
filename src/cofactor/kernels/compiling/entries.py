"""Machine code by Numba: an entry that unpacks its arguments, as `native.py` packs them, and calls the kernel."""

from collections.abc import Generator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import numpy as np

from cofactor.kernels.compiling.signatures import Signature

__all__ = ["compile_entry"]


def compile_entry(signature: Signature) -> bytes:
    """The name of the compiled entry, a zero byte, and its object code. Compiling takes 0.2 to 8 seconds."""
    from numba import carray, cfunc  # pyright: ignore[reportPrivateImportUsage]
    from numba.core import cgutils, types
    from numba.extending import intrinsic

    @intrinsic
    def pointer(_, address):
        def code(context, builder, signature, arguments):
            return builder.inttoptr(arguments[0], cgutils.voidptr_t)

        return types.voidptr(types.intp), code

    with _jit_enabled():
        module = import_module(signature.module)
        named = getattr(module, signature.name)
        names: dict[str, Any] = {
            "carray": carray,
            "pointer": pointer,
            "np": np,
            "kernel": named(*signature.constants) if signature.constants else named,
            **vars(module),
        }
        exec(_text(signature), names)  # text of our own making, from types alone
        compiled: Any = cfunc("void(CPointer(int64), CPointer(float64))", error_model="numpy")(names["entry"])
    # private, and the reason for Numba's upper bound in pyproject.toml: no public name gives the object code
    return compiled._wrapper_name.encode() + b"\0" + compiled._library._get_compiled_object()


@contextmanager
def _jit_enabled() -> Generator[None]:
    """Let Numba compile even under NUMBA_DISABLE_JIT, which users set for functions of their own."""
    config: Any = import_module("numba.core.config")
    before, config.DISABLE_JIT = config.DISABLE_JIT, 0
    try:
        yield
    finally:
        config.DISABLE_JIT = before


def _text(signature: Signature) -> str:
    at = {"whole": 0, "real": 0}
    call = ", ".join(_unpack(kind, at) for kind in signature.kinds)
    return f"def entry(whole, real):\n    kernel({call})\n"


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
