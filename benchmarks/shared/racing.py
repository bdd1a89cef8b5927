"""Races between processes: each contestant is a script that prints one JSON object and is timed whole."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeAlias

from benchmarks.shared.quiet import QUIET, wait_for_quiet, watch_others

Runs: TypeAlias = dict[str, list[dict[str, Any]]]

BENCHMARKS = Path(__file__).parents[1]
TRIES = 4
OURS = Path(sys.executable)  # whoever starts a benchmark starts it in the project's own environment


@dataclass(frozen=True)
class Contestant:
    """A script, the Python that runs it, and the arguments that never change."""

    name: str
    python: Path
    script: str  # below `benchmarks`
    arguments: tuple[str, ...] = ()

    @property
    def command(self) -> list[str]:
        return [str(self.python), "-W", "ignore", str(BENCHMARKS / self.script)]

    def answer(self, printed: str) -> dict[str, Any]:
        """What it found out, from what it printed."""
        return json.loads(printed.splitlines()[-1])

    def run(self, *arguments: str) -> dict[str, Any]:
        """Its answer, and of its whole process `wall` (s) and `others` (cores others used).

        Raises RuntimeError with what it wrote to stderr where it fails.
        """
        command = [*self.command, *self.arguments, *arguments]
        with watch_others() as others:
            started = time.perf_counter()
            done = subprocess.run(command, capture_output=True, text=True, env=environment())
            wall = time.perf_counter() - started
        if done.returncode:
            raise RuntimeError(f"{self.name} failed: {' '.join(command)}\n{done.stderr}")
        return {**self.answer(done.stdout), "wall": wall, "others": others.cores}

    def run_quietly(self, *arguments: str) -> dict[str, Any]:
        """The first of at most `TRIES` runs that others did not disturb; the least disturbed if none was."""
        tries: list[dict[str, Any]] = []
        for _ in range(TRIES):
            wait_for_quiet()
            tries.append(self.run(*arguments))
            if tries[-1]["others"] <= QUIET:
                break
        return min(tries, key=itemgetter("others"))


def race(contestants: Sequence[Contestant], rounds: Sequence[Sequence[str]]) -> Runs:
    """Every contestant once a round, in turn, so that a busy minute of the machine hits all of them alike.

    rounds: the arguments of each     Returns every contestant's runs by its name.
    """
    runs: Runs = {one.name: [] for one in contestants}
    for arguments in rounds:
        for one in contestants:
            run = one.run_quietly(*arguments)
            told = f"{one.name} {' '.join(arguments)}: {run['wall']:.2f} s, others {run['others']:.2f} cores"
            print(told, file=sys.stderr, flush=True)
            runs[one.name].append(run)
    return runs


def most_disturbed(runs: Runs) -> str:
    """What a reader must know of the times: how many cores others used in the worst of these runs."""
    worst = max(run["others"] for its in runs.values() for run in its)
    warning = "" if worst <= QUIET else " **The machine was busy: these times are no measurement.**"
    return f"In the most disturbed of these runs others used {worst:.2f} cores.{warning}"


def environment() -> dict[str, str]:
    """The variables of a contestant's process, which finds `benchmarks` on its path.

    Byte code is kept, whatever the caller's variables say: peers have theirs from their installation, and ours, which
    runs from its sources, would be compiled anew at each start.
    """
    known = os.environ.get("PYTHONPATH")
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPATH": os.pathsep.join([str(BENCHMARKS.parent), *([known] if known else [])])}


@contextmanager
def compiled_anew() -> Generator[None]:
    """Numba's cache starts empty and goes afterwards: the first run in this block compiles as a newcomer's does."""
    names = ("NUMBA_CACHE_DIR", "COFACTOR_CACHE")  # the second holds our own machine code
    with TemporaryDirectory() as folder:
        before = {name: os.environ.get(name) for name in names}
        os.environ.update(dict.fromkeys(names, folder))
        try:
            yield
        finally:
            for name, value in before.items():
                os.environ.pop(name)
                if value is not None:
                    os.environ[name] = value
