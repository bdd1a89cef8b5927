"""Kernels compiled before they are needed, in several processes: into the cache, or to travel with the package.

Which ones is in `common.json`, written by `building/record_kernels.py`: what the common fits have asked for.
"""

import json
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from cofactor.kernels.levels import LEVELS
from cofactor.kernels.machine_code import at_hand, file_name, machine_code, write
from cofactor.kernels.signatures import Signature
from cofactor.kernels.target import TargetCpu, target_cpu
from cofactor.kernels.threads import n_threads

__all__ = ["common_signatures", "missing_signatures", "ship", "warm_up"]

MANIFEST = Path(__file__).parent / "common.json"


def common_signatures() -> list[Signature]:
    """What common fits and lists ask for."""
    return [Signature.from_json(one) for one in json.loads(MANIFEST.read_text(encoding="utf-8"))]


def missing_signatures() -> list[Signature]:
    """Those that would have to be compiled."""
    return [one for one in common_signatures() if at_hand(one) is None]


def warm_up(signatures: Sequence[Signature]) -> None:
    """Compile these into the cache."""
    with _processes() as pool:
        list(pool.map(machine_code, signatures))


def ship(folder: Path, machine: str) -> None:
    """Compile the common ones into a folder for every level of a family of machines, this one's."""
    for level in LEVELS.get(machine.lower(), []):
        _ask_numba_for(level)  # of the processes that begin now
        with _processes() as pool:
            list(pool.map(partial(_compile_into, folder), common_signatures()))


def _processes() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(n_threads(), mp_context=get_context("spawn"))


def _ask_numba_for(level: TargetCpu) -> None:
    os.environ["NUMBA_CPU_NAME"] = level.name
    os.environ["NUMBA_CPU_FEATURES"] = ",".join(f"+{name}" for name in sorted(level.features))


def _compile_into(folder: Path, signature: Signature) -> None:
    from cofactor.kernels.compiling import compile_entry

    write(folder / file_name(signature, target_cpu()), signature, compile_entry(signature))
