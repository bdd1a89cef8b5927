"""Kernels as older processors run them, this one standing for them: AVX-512, AVX2, AVX without FMA, SSE.

    python3 dev.py bench cpu_levels

Needs COFACTOR_DATA with ml-1m in it, and an x86 processor with AVX-512, or the first level is left out. Numba is told
which instructions to use, OpenBLAS and NumPy as well, each level in a process of its own with a cache of its own. A
level is asked for one sweep after the other, in turn with all others, and answers with the CPU seconds of all its
threads; ratios are those of neighbours in time, their median with a 95 % interval by bootstrap. Clocks and caches stay
this processor's: it says what narrower vectors cost, not how fast a machine of 2013 is.
"""

import argparse
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from importlib import import_module
from statistics import median
from typing import Any, NamedTuple

import numpy as np

import cofactor
from benchmarks.shared.generated import CACHE
from benchmarks.shared.movielens import need_data
from benchmarks.shared.racing import BENCHMARKS, environment
from benchmarks.shared.reporting import describe, machine, markdown_table, third_paragraph, write_results
from cofactor.kernels.compiling.target import target_cpu

SSE = ("sse4.2", "popcnt")
AVX = (*SSE, "avx")
AVX2 = (*AVX, "avx2", "fma", "bmi", "bmi2", "f16c", "lzcnt")
WORKS = {
    "sweep": "a sweep of ImplicitMF, 64 factors, exact",
    "cg": "the same by two conjugate gradient steps",
    "gibbs": "a sweep of BayesianMF, rank 32, without bags",
    "bags": "the same with bags",
    "topn": "ten best unseen items of everybody, 64 factors",
}
BY_NUMPY = ("sweep", "gibbs", "topn")


@dataclass(frozen=True)
class Level:
    """A kind of processor: what Numba calls one, what it has, what OpenBLAS calls it, what NumPy may use."""

    name: str
    cpu: str
    features: tuple[str, ...]
    openblas: str
    numpy: tuple[str, ...]

    @property
    def variables(self) -> dict[str, str]:
        folder = CACHE / "cpu-levels" / self.cpu
        return {
            "NUMBA_CPU_NAME": self.cpu,
            "NUMBA_CPU_FEATURES": ",".join(f"+{one}" for one in self.features),
            "OPENBLAS_CORETYPE": self.openblas,
            "NPY_DISABLE_CPU_FEATURES": " ".join(one for one in _numpy_features() if one not in self.numpy),
            "COFACTOR_CACHE": str(folder),
            "NUMBA_CACHE_DIR": str(folder / "numba"),
        }


LEVELS = (
    Level("AVX2", "haswell", AVX2, "Haswell", ("AVX", "F16C", "FMA3", "AVX2", "X86_V3")),
    Level("AVX without FMA", "sandybridge", AVX, "Sandybridge", ("AVX",)),
    Level("SSE", "nehalem", SSE, "Nehalem", ()),
)
HOST = "AVX-512"


def _numpy_features() -> list[str]:
    """What NumPy chooses among when it starts."""
    return list(import_module("numpy._core._multiarray_umath").__cpu_dispatch__)


class Contestant(NamedTuple):
    """Ours or NumPy's, at one level."""

    who: str  # "cofactor" or "numpy"
    level: str

    def start(self, variables: dict[str, str]) -> "Process":
        env = {**environment(), "OPENBLAS_NUM_THREADS": "1", **variables}
        command = [sys.executable, "-W", "ignore", str(BENCHMARKS / "contestants" / "ours" / "cpu_level.py"), self.who]
        return Process(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env))


class Process:
    """A contestant that is asked for one piece of work after the other."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process

    def __enter__(self) -> "Process":
        return self

    def __exit__(self, *_: object) -> None:
        self.process.communicate()  # ends its input, and so the process

    def read(self) -> str:
        assert self.process.stdout is not None
        line = self.process.stdout.readline().strip()
        if not line:
            sys.exit(f"{self.process.args} ended with {self.process.wait()}.")
        return line

    def cpu_seconds(self, work: str) -> float:
        assert self.process.stdin is not None
        self.process.stdin.write(work + "\n")
        self.process.stdin.flush()
        return float(self.read())


def in_turn(levels: Sequence[tuple[Contestant, dict[str, str]]], works: Sequence[str], rounds: int) -> dict[str, Any]:
    """CPU seconds of each work, a list by "who, level"; every other round goes backwards."""
    with ExitStack() as stack:
        processes = {who: stack.enter_context(who.start(variables)) for who, variables in levels}
        for one in processes.values():
            one.read()
        found = {work: {", ".join(who): list[float]() for who in processes} for work in works}
        for number in range(rounds):
            for work in works:
                for who, one in list(processes.items())[:: 1 if number % 2 == 0 else -1]:
                    found[work][", ".join(who)].append(one.cpu_seconds(work))
            print(f"round {number + 1} of {rounds}", file=sys.stderr, flush=True)
    return found


def ratio(seconds: Sequence[float], to: Sequence[float]) -> tuple[float, float, float]:
    """The median of the rounds' ratios, and its interval."""
    each = np.asarray(seconds) / np.asarray(to)
    again = np.median(np.random.default_rng(0).choice(each, (10_000, len(each))), axis=1)
    low, high = np.quantile(again, [0.025, 0.975])
    return float(np.median(each)), float(low), float(high)


def table_of(found: dict[str, dict[str, list[float]]], work: str) -> str:
    """Each contestant's seconds, and how they stand to the first one's."""
    first = next(iter(found[work].values()))
    rows = list[list[str]]()
    for name, seconds in found[work].items():
        middle, low, high = ratio(seconds, first)
        rows.append([name, f"{median(seconds):.4f}", f"{min(seconds):.4f}", f"{middle:.2f} ({low:.2f} to {high:.2f})"])
    return markdown_table(["", "CPU s, median", "least", "to the first"], rows)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--numpy-rounds", type=int, default=3)
    asked = parser.parse_args(arguments)
    need_data("ml-1m")

    about, has = machine(), target_cpu().features
    levels = [level for level in LEVELS if has >= set(level.features)]
    ours = [(Contestant("cofactor", level.name), level.variables) for level in levels]
    if "avx512f" in has:
        ours.insert(0, (Contestant("cofactor", HOST), {}))
    beside = in_turn(ours, list(WORKS), asked.rounds)
    by_numpy = dict[str, dict[str, Any]]()
    for level in levels:
        pair = [(Contestant(who, level.name), level.variables) for who in ("cofactor", "numpy")]
        by_numpy[level.name] = in_turn(pair, BY_NUMPY, asked.numpy_rounds)

    versions = {"cofactor": cofactor.__version__, "numpy": np.__version__}
    parts = ["# Older processors", describe(about, versions), third_paragraph(__doc__)]
    for work, meaning in WORKS.items():
        parts += [f"## {meaning[0].upper()}{meaning[1:]}", table_of(beside, work)]
    for name, found in by_numpy.items():
        parts.append(f"## By NumPy, row by row as the formula says it, held to {name}")
        parts += [f"{WORKS[work]}:\n\n{table_of(found, work)}" for work in found]
    write_results("cpu_levels", {"machine": about, "runs": beside, "numpy": by_numpy}, "\n\n".join(parts))


if __name__ == "__main__":
    main()
