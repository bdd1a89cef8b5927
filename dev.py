#!/usr/bin/env python3
"""Set-up and the project's few commands, with nothing but Python 3.11+:

    python3 dev.py demo            the main job on the embedded data, no network needed once set up
    python3 dev.py test [ARGS]     the test suite, on up to four processors; with ARGS for pytest, on one
    python3 dev.py notebooks       the lecture and the workshop, from end to end; as tests, but minutes long
    python3 dev.py check           format, lint, types
    python3 dev.py bench NAME      a table of benchmarks/
    python3 dev.py fuzz [ARGS]     tests/fuzz: 10,000 random examples of each property (ARGS go to pytest)
    python3 dev.py mutate [ARGS]   faults put into the sources one at a time: does a test see each? (--help)
    python3 dev.py house           the tree's floors, its imports, its long files
    python3 dev.py release         build, check in an empty environment; --tag tags the commit
    python3 dev.py setup           only the set-up

The first command makes `.venv` from pyproject.toml and constraints.txt; it is made again only when they change.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from tools.type_check import checked

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
MOST_PROCESSES = 4
# for NumPy and torch in tests that have one processor each: threads that wait for one another by spinning took a third
# of all processor time
ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
RUFF = (("format", "--check", "."), ("check", "."))
INPUTS = ("pyproject.toml", "constraints.txt", "dev.py")


def main(words: list[str]) -> int:
    command, arguments = (words or ["help"])[0], words[1:]
    if command not in COMMANDS:
        print(__doc__)
        return 0 if command in ("help", "-h", "--help") else 2
    set_up()
    return COMMANDS[command](arguments)


def set_up() -> None:
    """Make `.venv` unless it is already of these inputs."""
    stamp = VENV / "stamp"
    wanted = hashlib.sha256(b"".join((ROOT / name).read_bytes() for name in INPUTS) + sys.version.encode())
    if stamp.is_file() and stamp.read_text() == wanted.hexdigest():
        return
    if sys.version_info < (3, 11):  # noqa: UP036  (nothing has checked it yet)
        sys.exit(f"cofactor needs Python 3.11 or newer, but this is {sys.version.split()[0]}.")
    print(f"Setting up {VENV} (once, about a minute) …", flush=True)
    uv = shutil.which("uv")
    if uv:
        environment = os.environ | {"UV_FIND_LINKS": os.environ.get("PIP_FIND_LINKS", "")}
        run(uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(VENV))
        install = [uv, "pip", "install", "--quiet", "--python", str(BIN / "python")]
    else:
        environment = dict(os.environ)
        make_venv()
        install = [str(BIN / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    run(*install, "-c", "constraints.txt", "-e", ".[dev]", env=environment)
    stamp.write_text(wanted.hexdigest())


def make_venv() -> None:
    if find_spec("ensurepip") is None:  # Debian leaves it out of its python3
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        sys.exit(
            "This Python cannot make virtual environments. Install the missing part with\n"
            f"    apt install python3-venv        (or python{version}-venv)\nand run the same command again."
        )
    venv.create(VENV, clear=True, with_pip=True)


def run(*command: str, env: dict[str, str] | None = None) -> None:
    code = subprocess.run(command, cwd=ROOT, env=env).returncode
    if code:
        sys.exit(code)


def demo(arguments: list[str]) -> int:
    return subprocess.run([BIN / "cofactor", "demo", *arguments], cwd=ROOT).returncode


def test(arguments: list[str]) -> int:
    """All tests in one process for each of a few processors; those that are named, in one, where a debugger works."""
    if arguments:
        return run_module("pytest", *arguments)
    together = ("--numprocesses", str(n_processes()), "--dist", "worksteal")
    return run_module("pytest", *together, env=ONE_THREAD | os.environ)


def notebooks(arguments: list[str]) -> int:
    found = ["-m", "notebook", "--numprocesses", str(n_processes()), "tests/test_notebooks.py"]
    return run_module("pytest", *found, *arguments)


def n_processes() -> int:
    """Of tests at once: as many as there are processors to run on, but a few, because each takes up to a gigabyte."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(allowed, MOST_PROCESSES)


def check(_: list[str]) -> int:
    style = [
        subprocess.run([BIN / "ruff", *words], cwd=ROOT).returncode for words in (["format", "--check"], ["check"])
    ]
    return max(*style, checked(ROOT, VENV, pyright))


def pyright() -> int:
    """Types by this configuration and this environment alone, whatever else the caller's variables name."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run([BIN / "pyright", "--project", "pyproject.toml"], cwd=ROOT, env=environment).returncode


def bench(arguments: list[str]) -> int:
    names = sorted(file.stem for file in (ROOT / "benchmarks" / "tables").glob("*.py"))
    if not arguments or arguments[0] not in names:
        print(f"Give a benchmark's name, one of: {', '.join(names)}")
        return 2
    return run_module(f"benchmarks.tables.{arguments[0]}", *arguments[1:])


def mutate(arguments: list[str]) -> int:
    return run_module("benchmarks.mutation", *arguments)


def fuzz(arguments: list[str]) -> int:
    found = ["--override-ini=python_files=fuzz_*.py", "--hypothesis-profile=fuzz", "tests/fuzz"]
    found += ["-p", "no:unraisableexception"]  # it cannot print numbers of thousands of digits, which we ask with
    return run_module("pytest", *found, *arguments)


def house(arguments: list[str]) -> int:
    return run_module("tools.house", *arguments)


def release(arguments: list[str]) -> int:
    return run_module("tools.release", *arguments)


def run_module(name: str, *arguments: str, env: Mapping[str, str] | None = None) -> int:
    """The exit status of a module of the environment, run from the project's root."""
    return subprocess.run([BIN / "python", "-m", name, *arguments], cwd=ROOT, env=env).returncode


COMMANDS = {
    "demo": demo, "test": test, "notebooks": notebooks, "check": check, "bench": bench, "fuzz": fuzz,
    "mutate": mutate, "house": house, "release": release, "setup": lambda _: 0,
}  # fmt: skip

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
