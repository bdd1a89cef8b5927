"""Races between processes: each contestant is a script that prints one JSON object and is timed whole."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

HERE = Path(__file__).parent
OURS = Path(sys.executable)  # whoever starts a benchmark starts it in the project's own environment


@dataclass(frozen=True)
class Contestant:
    """A script, the Python that runs it, and the arguments that never change."""

    name: str
    python: Path
    script: str  # below this folder
    arguments: tuple[str, ...] = ()

    def run(self, *arguments: str) -> dict[str, Any]:
        """What the script printed last, and `wall`: seconds from before its process started till it ended.

        Raises RuntimeError with what it wrote to stderr where it fails.
        """
        command = [str(self.python), "-W", "ignore", str(HERE / self.script), *self.arguments, *arguments]
        started = time.perf_counter()
        done = subprocess.run(command, capture_output=True, text=True, env=os.environ)
        wall = time.perf_counter() - started
        if done.returncode:
            raise RuntimeError(f"{self.name} failed: {' '.join(command)}\n{done.stderr}")
        return {**json.loads(done.stdout.splitlines()[-1]), "wall": wall}


def race(
    contestants: Sequence[Contestant], rounds: Sequence[Sequence[str]]
) -> dict[str, list[dict[str, Any]]]:
    """Every contestant once a round, in turn, so that a busy minute of the machine hits all of them alike.

    rounds: the arguments of each. Before them everyone runs the first once unheard: files come into memory,
    and what is compiled once for good is compiled. How long that took is each first run's `first_ever`.
    """
    first_ever = {one.name: _announced(one, rounds[0])["wall"] for one in contestants}
    runs: dict[str, list[dict[str, Any]]] = {one.name: [] for one in contestants}
    for arguments in rounds:
        for one in contestants:
            runs[one.name].append(_announced(one, arguments))
    for name, its in runs.items():
        its[0]["first_ever"] = first_ever[name]
    return runs


@contextmanager
def compiled_anew() -> Iterator[None]:
    """Numba's cache starts empty and goes afterwards: `first_ever` then holds what a newcomer compiles."""
    with TemporaryDirectory() as folder:
        os.environ["NUMBA_CACHE_DIR"] = folder
        try:
            yield
        finally:
            del os.environ["NUMBA_CACHE_DIR"]


def _announced(one: Contestant, arguments: Sequence[str]) -> dict[str, Any]:
    run = one.run(*arguments)
    print(f"{one.name} {' '.join(arguments)}: {run['wall']:.2f} s", file=sys.stderr, flush=True)
    return run
