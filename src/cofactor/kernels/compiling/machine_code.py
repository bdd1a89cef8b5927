"""The machine code of a kernel: from the package, from the cache, or compiled by Numba.

Numba's own cache still costs half a second in every process: importing Numba, then SciPy behind it, then its tables
of every NumPy function. A kernel needs none of that once it is machine code. A wheel brings the common ones for the
usual processors (`SHIPPED`, made by `warming.py`); what it does not bring is compiled once and kept in the cache.

The name of a file holds a hash of all that shapes its code: the sources of all kernels, the signature, the
processor, Numba's variables, and in the cache the versions of Numba and LLVM; so an old one is never taken for a new
one. The file begins with a hash of its own content, because LLVM ends the process on a truncated file: damaged code is
compiled again.
"""

import hashlib
import json
import os
import platform
import sys
import time
from contextlib import suppress
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from cofactor.cache import cache_folder, forget_old, mark_used, write_whole
from cofactor.kernels.compiling.cpu_levels import host_level
from cofactor.kernels.compiling.signatures import Signature
from cofactor.kernels.compiling.target import TargetCpu, target_cpu
from cofactor.log import debug

__all__ = ["SHIPPED", "file_name", "kept_signatures", "machine_code", "seconds_compiling", "stored_code", "write"]

KERNELS = Path(__file__).parent.parent
SHIPPED = KERNELS / "shipped"
MAX_CACHE_BYTES = 100_000_000  # of the cache: some fifty times what one version of the kernels takes
DIGEST_BYTES = 32  # bytes of a SHA-256
# Numba's variables that shape no code: where its own things lie, how many threads it may have, what it prints
IRRELEVANT_VARIABLES = (
    "NUMBA_CACHE_DIR", "NUMBA_CACHE_LOCATOR_CLASSES", "NUMBA_DISABLE_JIT", "NUMBA_NUM_THREADS",
    "NUMBA_THREADING_LAYER", "NUMBA_THREADING_LAYER_PRIORITY",
)  # fmt: skip


_spent = 0.0  # seconds; one kernel is compiled after the other


def seconds_compiling() -> float:
    """The seconds that this process has spent on compiling kernels, which no later one has to spend again."""
    return _spent


def machine_code(signature: Signature) -> bytes:
    """The object code as `compile_entry` returns it: shipped, cached, or compiled now and cached where possible."""
    global _spent
    code = stored_code(signature)
    if code is None:
        from cofactor.kernels.compiling.entries import compile_entry

        began = time.monotonic()
        code, file = compile_entry(signature), _kept_file(signature)
        _spent += (seconds := time.monotonic() - began)
        debug("compiled the kernel %s in %.1f s", signature.name, seconds)
        with suppress(OSError):  # where nothing can be kept, every process compiles for itself
            if file:
                write(file, signature, code)
                forget_old(file.parent, MAX_CACHE_BYTES)
    return code


def stored_code(signature: Signature) -> bytes | None:
    """The code that came with the package or is cached; None where it has to be compiled."""
    if code := _shipped(signature):
        debug("took the kernel %s from the package", signature.name)
    elif code := _kept(signature):
        debug("took the kernel %s from the cache", signature.name)
    return code


def _shipped(signature: Signature) -> bytes | None:
    level = host_level()
    if level is None or not SHIPPED.is_dir() or _variables():
        return None
    return read(SHIPPED / file_name(signature, level))


def _kept(signature: Signature) -> bytes | None:
    file = _kept_file(signature)
    code = read(file) if file else None
    if file and code:
        mark_used(file)
    return code


def _kept_file(signature: Signature) -> Path | None:
    folder = _kept_here()
    return folder / file_name(signature, target_cpu(), _versions()) if folder else None


def kept_signatures() -> list[Signature]:
    """The signatures of all intact files in the cache."""
    folder = _kept_here()
    contents = [_content(file) for file in sorted(folder.glob("*.o"))] if folder else []
    return [Signature.from_json(json.loads(content.partition(b"\n")[0])) for content in contents if content]


def _kept_here() -> Path | None:
    folder = cache_folder()
    return folder / "machine-code" if folder else None


# ---- a file -----------------------------------------------------------------------------------------------


def read(file: Path) -> bytes | None:
    """The machine code that was written to a file; None where there is no such file, or a damaged one."""
    content = _content(file)
    return content.partition(b"\n")[2] if content else None


def write(file: Path, signature: Signature, code: bytes) -> None:
    """Write code to a file: a hash of the rest, the signature as a line of JSON, and the object code."""
    content = json.dumps(signature).encode() + b"\n" + code
    write_whole(file, hashlib.sha256(content).digest() + content)


def _content(file: Path) -> bytes | None:
    try:
        stored = file.read_bytes()
    except OSError:
        return None
    digest, content = stored[:DIGEST_BYTES], stored[DIGEST_BYTES:]
    return content if hashlib.sha256(content).digest() == digest else None


# ---- its name ---------------------------------------------------------------------------------------------


def file_name(signature: Signature, target: TargetCpu, shaped_by: tuple[str, ...] = ()) -> str:
    """The name of the file of code for a processor on this kind of system; shaped_by: what else shaped it."""
    digest = _digest_of_sources().copy()
    digest.update(repr((signature, target.name, sorted(target.features), _system(), shaped_by)).encode())
    return f"{signature.name}-{digest.hexdigest()[:24]}.o"


@cache
def _digest_of_sources() -> "hashlib._Hash":
    digest = hashlib.sha256()
    for file in sorted(KERNELS.rglob("*.py")):
        if not file.stem.endswith("_numpy"):  # a twin shapes no machine code
            digest.update(file.read_bytes())
    return digest


def _system() -> tuple[str, str]:
    return sys.platform, platform.machine().lower()


def _versions() -> tuple[str, ...]:
    """The versions of the compilers, and Numba's variables."""
    return version("numba"), version("llvmlite"), ".".join(map(str, sys.version_info[:2])), *_variables()


def version(package: str) -> str:
    """The text of the file in which a package keeps its version.

    Read, not imported: the package would take a second to load, and `importlib.metadata` 20 ms.
    """
    spec = find_spec(package)
    assert spec is not None
    assert spec.origin is not None
    return (Path(spec.origin).parent / "_version.py").read_text(encoding="utf-8")


def _variables() -> list[str]:
    return sorted(f"{name}={value}" for name, value in os.environ.items() if _shapes(name))


def _shapes(name: str) -> bool:
    return name.startswith("NUMBA_") and name not in IRRELEVANT_VARIABLES
