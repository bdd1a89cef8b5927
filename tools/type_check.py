"""Types, checked again whenever anything that the checker's answer depends on has changed since it last passed.

Pyright needs a minute or more and keeps nothing between runs. Its answer depends on every Python source of the project
and on the configuration (their contents); on what is installed beside it, pyright itself included (the record that each
distribution brings; name, size and time of every file that could be imported); on the Python that this is, and on
pyright's own variables. All of it goes into one hash. A run that passed leaves the hash in the environment's folder,
which git ignores; a run that failed leaves nothing.
"""

import hashlib
import os
import platform
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

__all__ = ["checked", "fingerprint"]

SOURCES = (".py", ".pyi")
INSTALLED = (".py", ".pyi", ".pth", ".typed", ".so", ".pyd")  # what an import can find, and what says where to look
CONFIGURATION = ("pyproject.toml", "pyrightconfig.json", "constraints.txt")


def checked(root: Path, environment: Path, run: Callable[[], int]) -> int:
    """The exit status of `run`, the type checker; 0 without running it where it passed on the very same before.

    root: the project's folder     environment: its virtual environment, which keeps the hash of what passed
    """
    passed, before = environment / "types-passed", fingerprint(root, environment)
    if passed.is_file() and passed.read_text() == before:
        print("types: nothing that pyright reads has changed since it last passed")
        return 0
    passed.unlink(missing_ok=True)
    status = run()
    if status == 0 and fingerprint(root, environment) == before:  # else somebody wrote while it was reading
        passed.write_text(before)
    return status


def fingerprint(root: Path, environment: Path) -> str:
    """The hash of everything that the type checker's answer depends on."""
    read = hashlib.sha256()
    for part in (*_sources(root), *_installed(environment), *_circumstances()):
        read.update(f"{len(part)}:".encode() + part)  # with its length, so that no two lists of parts are one text
    return read.hexdigest()


def _sources(root: Path) -> Iterator[bytes]:
    """Name and content of the configuration and of all Python sources: those that are checked import others."""
    for name in CONFIGURATION:
        if (root / name).is_file():
            yield from (name.encode(), (root / name).read_bytes())
    for file in _files(root, SOURCES):
        yield from (file.relative_to(root).as_posix().encode(), file.read_bytes())


def _installed(environment: Path) -> Iterator[bytes]:
    yield (environment / "pyvenv.cfg").read_bytes()
    for packages in (*environment.glob("lib/python*/site-packages"), *environment.glob("Lib/site-packages")):
        for record in sorted(packages.glob("*.dist-info/RECORD")):
            yield from (record.parent.name.encode(), record.read_bytes())
        for file in _files(packages, INSTALLED):
            found = file.stat()
            yield f"{file.relative_to(packages).as_posix()} {found.st_size} {found.st_mtime_ns}".encode()
        for file in sorted(packages.glob("*.pth")):
            yield file.read_bytes()


def _circumstances() -> Iterator[bytes]:
    yield sys.version.encode()
    yield platform.platform().encode()
    for name in sorted(name for name in os.environ if name.startswith("PYRIGHT_")):
        yield f"{name}={os.environ[name]}".encode()


def _files(folder: Path, endings: tuple[str, ...]) -> Iterator[Path]:
    """Below a folder, in the order of their names; hidden folders are left out, as pyright leaves them out."""
    for where, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name != "__pycache__")
        yield from (Path(where, name) for name in sorted(names) if name.endswith(endings))
