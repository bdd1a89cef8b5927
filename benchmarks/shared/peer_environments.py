"""Environments for the libraries we race: one virtual environment a peer, made once and kept under `.envs`.

A peer never shares our own environment: its pins must not change ours, nor ours its speed.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ENVIRONMENTS = Path(__file__).parents[1] / ".envs"

# A bare newer torch pulls gigabytes of CUDA; this one has a CPU build, and we train with it too.
TORCH = "torch==2.13.0"
FASTAI = (TORCH, "fastai==2.8.*")
# As pip builds it, libmf has no vector instructions and leaves OpenMP out; both are flags of its C++. No cache, or
# pip would hand the one build to both environments.
LIBMF = ("libmf==0.9.2", "numpy", "--no-binary=libmf", "--no-cache-dir")
LIBMF_FLAGS = "-O3 -march=native -DUSEAVX -DUSEOMP -fopenmp"
IMPLICIT = ("implicit==0.7.*", "pandas")
SURPRISE = ("scikit-surprise==1.1.*",)
MYFM = ("myfm==0.4.*",)
LENSKIT = (TORCH, "lenskit==2025.*")  # the newest for Python 3.11
CORNAC = ("cornac==3.*", "numpy")
LIGHTFM = ("lightfm",)
SPARK = ("pyspark==4.*", "numpy", "pandas", "pyarrow")  # and a Java of 17 or newer on the machine


class Unavailable(Exception):
    """A peer that cannot race here; the message says why, in the table's words."""


def peer_environment(name: str, requirements: Sequence[str], compiler_flags: str = "") -> Path:
    """The Python of an environment that holds `requirements`; made if it is missing or made for others.

    compiler_flags: for those that are compiled on the spot. Raises `Unavailable` where it does not install.

    >>> peer_environment("fastai", FASTAI).name  # doctest: +SKIP
    'python'
    """
    folder = ENVIRONMENTS / name
    stamp, wanted = folder / "made-from", _stamp([*requirements, *compiler_flags.split()])
    if not stamp.is_file() or stamp.read_text() != wanted:
        _make(folder, requirements, compiler_flags)
        stamp.write_text(wanted)  # last, so that a half-made environment is never taken for a whole one
    return _python_of(folder)


def installed_versions(python: Path, packages: Sequence[str]) -> dict[str, str]:
    """The versions an environment really has, asked of that environment."""
    ask = "import sys; from importlib.metadata import version; print(*map(version, sys.argv[1:]), sep='\\n')"
    answer = subprocess.run([python, "-c", ask, *packages], check=True, capture_output=True, text=True)
    return dict(zip(packages, answer.stdout.split(), strict=True))


def java_or_unavailable() -> None:
    """Raise `Unavailable` where nothing could run Spark."""
    if shutil.which("java") is None:
        raise Unavailable("needs a Java of 17 or newer, which this machine does not have")


def _make(folder: Path, requirements: Sequence[str], compiler_flags: str) -> None:
    print(f"making {folder} with {', '.join(requirements)} …", file=sys.stderr, flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    install = ["-m", "pip", "install", "--quiet", "--quiet", "--disable-pip-version-check", *requirements]
    flags = {name: compiler_flags for name in ("CFLAGS", "CXXFLAGS", "LDFLAGS") if compiler_flags}
    done = subprocess.run([_python_of(folder), *install], stderr=subprocess.PIPE, text=True, env=os.environ | flags)
    if done.returncode:
        raise Unavailable(f"did not install: {done.stderr.strip().splitlines()[-1]}")


def _stamp(requirements: Sequence[str]) -> str:
    made_from = "\n".join([sys.version, *requirements])
    return hashlib.sha256(made_from.encode()).hexdigest()


def _python_of(folder: Path) -> Path:
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
