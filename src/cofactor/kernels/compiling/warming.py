"""Kernels compiled in advance, in several processes: into the cache, or into the package.

The list is `common.json`, written by `building/record_kernels.py`: the kernels that common fits call.
"""

import json
import os
import platform
from collections.abc import Generator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from cofactor.cache import cache_folder, folder_to_write
from cofactor.errors import BadOption
from cofactor.kernels.compiling.cpu_levels import CPU_LEVELS
from cofactor.kernels.compiling.machine_code import file_name, machine_code, stored_code, write
from cofactor.kernels.compiling.signatures import Signature
from cofactor.kernels.compiling.target import TargetCpu, target_cpu
from cofactor.kernels.threads import n_threads

__all__ = ["common_signatures", "missing_signatures", "ship", "warm_up"]

MANIFEST = Path(__file__).parent.parent / "common.json"


def common_signatures() -> list[Signature]:
    """The signatures of the kernels that common fits and lists call."""
    return [Signature.from_json(one) for one in json.loads(MANIFEST.read_text(encoding="utf-8"))]


def missing_signatures() -> list[Signature]:
    """Those of the common signatures that are neither shipped nor cached."""
    return [one for one in common_signatures() if stored_code(one) is None]


def warm_up(signatures: Sequence[Signature]) -> Path:
    """Compile these into the cache, and return its folder. Raises `BadOption` where nothing can be kept."""
    folder = cache_folder()
    if folder is None or folder_to_write() != folder:
        raise BadOption(f"Nothing can be kept in {folder}. Set COFACTOR_CACHE to a folder that can be written.")
    with _processes() as pool:
        list(pool.map(machine_code, signatures))
    return folder


def ship(folder: str) -> None:
    """Compile the common ones into a folder, for every level of this machine's family."""
    for level in CPU_LEVELS.get(platform.machine().lower(), []):
        with _asking_for(level), _processes() as pool:
            list(pool.map(partial(_compile_into, Path(folder)), common_signatures()))


def _processes() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(n_threads(), mp_context=get_context("spawn"))


@contextmanager
def _asking_for(level: TargetCpu) -> Generator[None]:
    """Let processes that start within this block compile for this level."""
    before = dict(os.environ)
    os.environ["NUMBA_CPU_NAME"] = level.name
    os.environ["NUMBA_CPU_FEATURES"] = ",".join(f"+{name}" for name in sorted(level.features))
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _compile_into(folder: Path, signature: Signature) -> None:
    from cofactor.kernels.compiling.entries import compile_entry

    write(folder / file_name(signature, target_cpu()), signature, compile_entry(signature))
