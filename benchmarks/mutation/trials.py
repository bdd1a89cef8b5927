"""Tests run against mutants: each in a forked child that finds NumPy, Polars and pytest imported already.

The sources are copied first and only the copy is changed. The parent imports what tests need but nothing of ours, and
starts no threads, so that a fork is safe. A child has a limit of processor seconds (a loop that a fault made endless),
of memory and of time; what it says comes back through a file.
"""

import contextlib
import importlib.util
import json
import os
import resource
import shutil
import signal
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from benchmarks.mutation.mutants import Mutant

__all__ = ["Outcome", "Trees", "copied_tree", "run_all"]

IMPORTED = (
    "numpy", "scipy.sparse.linalg", "scipy.linalg", "scipy.stats", "scipy.special", "polars", "pandas", "pyarrow",
    "pyarrow.parquet", "safetensors.numpy", "pytest", "threadpoolctl", "llvmlite", "rich.progress",
    "torch", "matplotlib",
)  # fmt: skip
CPU_SECONDS, SECONDS, MEMORY = 240, 900, 6_000_000_000
COPIED = ("src", "tests", "pyproject.toml", "README.md", "CONTRIBUTING.md", "docs")


@dataclass(frozen=True)
class Outcome:
    """lived: all tests passed     by: the first that failed, or what else ended it"""

    lived: bool
    by: str
    seconds: float


@dataclass(frozen=True)
class Trees:
    """Copies of the project, one for each child at work."""

    roots: list[Path]

    def package(self, at: int) -> Path:
        return self.roots[at] / "src" / "cofactor"

    def times(self, n: int) -> "Trees":
        """n copies of the one that is there, itself among them."""
        first = self.roots[0]
        return Trees([first, *(shutil.copytree(first, first.with_name(str(at))) for at in range(1, n))])


def copied_tree(project: Path, tests: Path, folder: Path) -> Trees:
    """A copy of the project below `folder`, with the tests of another checkout, maybe."""
    root = folder / "0"
    for name in COPIED:
        source, target = (tests if name == "tests" else project / name), root / name
        if source.is_dir():
            shutil.copytree(source, target)  # with what was compiled of it, which goes by the files' times
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
    return Trees([root])


def run_all(
    tasks: Iterable[tuple[Mutant | None, Sequence[Sequence[str]]]], trees: Trees
) -> Iterator[tuple[Mutant | None, Outcome]]:
    """Each mutant's outcome, as it comes; None for a mutant: the sources as they are."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # children are as many as processors already
    for name in IMPORTED:
        if importlib.util.find_spec(name.partition(".")[0]):
            importlib.import_module(name)
    free, working = list(range(len(trees.roots))), dict[int, _Child]()
    waiting = iter(tasks)
    try:
        while True:
            while free and (task := next(waiting, None)):
                child = _Child(*task, trees, free.pop())
                working[child.pid] = child
            if not working:
                return
            for pid, child in list(working.items()):
                if (outcome := child.poll()) is not None:
                    del working[pid]
                    free.append(child.at)
                    yield child.mutant, outcome
            time.sleep(0.02)
    finally:
        for child in working.values():
            child.end(waited=False)


class _Child:
    """A process that tests one mutant in tree `at`, which holds the fault until the process has ended."""

    def __init__(self, mutant: Mutant | None, stages: Sequence[Sequence[str]], trees: Trees, at: int) -> None:
        self.mutant, self.at, self._root = mutant, at, trees.roots[at]
        self._said, self._began = self._root / "said.json", time.monotonic()
        self._said.unlink(missing_ok=True)
        self._file = trees.package(at) / mutant.path if mutant else None
        if mutant and self._file:
            self._when = self._file.stat().st_mtime_ns
            self._file.write_bytes(mutant.mutated)
        self.pid = os.fork()
        if not self.pid:
            _test(self._root, stages, self._said, keep_bytecode=mutant is None)

    def poll(self) -> Outcome | None:
        """None while it runs."""
        pid, status = os.waitpid(self.pid, os.WNOHANG)
        took = time.monotonic() - self._began
        if not pid and took < SECONDS:
            return None
        self.end(waited=bool(pid))
        if self.mutant and self._file:  # as it was, also to Python, which goes by the time of a file's last change
            self._file.write_bytes(self.mutant.source)
            os.utime(self._file, ns=(self._when, self._when))
        if self._said.exists():
            said = json.loads(self._said.read_text())
            return Outcome(said["lived"], said["by"], took)
        ended = f"signal {signal.Signals(os.WTERMSIG(status)).name}" if pid and os.WIFSIGNALED(status) else "time"
        return Outcome(False, ended, took)

    def end(self, *, waited: bool) -> None:
        """End it with the processes it started, which are its group."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        if not waited:
            os.waitpid(self.pid, 0)


def _test(root: Path, stages: Sequence[Sequence[str]], said: Path, *, keep_bytecode: bool) -> NoReturn:
    """In the child, which ends here whatever happens: pytest, stage after stage, until a test fails."""
    try:
        _confine(root, keep_bytecode=keep_bytecode)
        by = next((failed for stage in stages if (failed := _stage(stage))), "")
        said.write_text(json.dumps({"lived": not by, "by": by}))
    except BaseException as error:
        said.write_text(json.dumps({"lived": False, "by": repr(error)}))
    finally:
        os._exit(0)


def _confine(root: Path, *, keep_bytecode: bool) -> None:
    """In a group of its own, in its tree, with its limits."""
    os.setpgid(0, 0)
    os.chdir(root)
    out = os.open(root / "out.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(out, 1)
    os.dup2(out, 2)
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    sys.dont_write_bytecode = not keep_bytecode
    os.environ.update(PYTHONPATH=str(root / "src"), PYTHONDONTWRITEBYTECODE="" if keep_bytecode else "1")
    sys.path[:] = [str(root / "src"), *(one for one in sys.path if one not in ("", str(Path(__file__).parents[2])))]


def _stage(arguments: Sequence[str]) -> str:
    """The first test that failed; "" where none did."""
    import pytest

    failed: list[str] = []

    class FirstFailure:
        def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
            if report.failed:
                failed.append(report.nodeid)

        def pytest_collectreport(self, report: pytest.CollectReport) -> None:
            if report.failed:
                failed.append(f"{report.nodeid} (import)")

    options = ["-x", "-q", "-p", "no:cacheprovider", "--no-header", "--tb=short"]
    code = pytest.main([*options, *arguments], plugins=[FirstFailure()])
    if code in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        return ""
    return failed[0] if failed else f"pytest ended with {code!r}"
