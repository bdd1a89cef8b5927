"""How much memory may be used, asked before something large is begun.

A process may have less than the machine: a container's limit (Linux control groups, version 2 or 1) counts too.
"""

import os
from contextlib import suppress
from pathlib import Path
from typing import Self

from cofactor.errors import BadOption

__all__ = ["PeakMemory", "free_gb", "refuse_beyond"]

GROUPS = Path("/proc/self/cgroup")
MEMINFO = Path("/proc/meminfo")
MOUNT = Path("/sys/fs/cgroup")
STATUS, FORGET_PEAK = Path("/proc/self/status"), (Path("/proc/self/clear_refs"), "5")
# (limit, used, what of it is only the files' cache) of both versions
VERSIONS = (
    ("", "memory.max", "memory.current", "inactive_file"),
    ("memory", "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
)


def refuse_beyond(needed_gb: float, allowed_gb: float | None, what: str, mend: str) -> None:
    """Raise `BadOption` where `what` needs more than is allowed (None: than is free); the message ends with the mend.

    >>> refuse_beyond(0.001, 4.0, "This model", "Use fewer factors.")
    """
    allowed = free_gb() if allowed_gb is None else allowed_gb
    if needed_gb > allowed:
        raise BadOption(f"{what} needs {needed_gb:.1f} GB, but {allowed:.1f} GB may be used. {mend}")


def free_gb() -> float:
    """Gigabytes (10⁹ bytes) that this process may still take; infinite where the system does not tell."""
    return min(_of_machine(), _of_container()) / 1e9


class PeakMemory:
    """`with PeakMemory() as memory:` and behind it `memory.megabytes`, the most (10⁶ bytes) that was held in there
    beyond what was held before; nan where the system does not tell (Linux does)."""

    megabytes = float("nan")

    def __enter__(self) -> Self:
        file, word = FORGET_PEAK
        self._before = float("nan")
        with suppress(OSError):
            file.write_text(word)
            self._before = _of_process("VmRSS:")
        return self

    def __exit__(self, *_: object) -> None:
        self.megabytes = (
            max(0.0, _of_process("VmHWM:") - self._before) if self._before == self._before else self._before
        )


def _of_process(what: str) -> float:
    """Megabytes of this process; nan where they are not told."""
    kilobytes = (float(line.split()[1]) for line in _lines(STATUS) if line.startswith(what))
    return next(kilobytes, float("nan")) * 1024 / 1e6


def _of_machine() -> float:
    for line in _lines(MEMINFO):
        if line.startswith("MemAvailable:"):
            return float(line.split()[1]) * 1024
    if "SC_AVPHYS_PAGES" in getattr(os, "sysconf_names", ()):
        return float(os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    return float("inf")


def _of_container() -> float:
    """The least that any group above this process leaves it."""
    return min((_left(folder, *names) for folder, names in _groups()), default=float("inf"))


def _groups() -> list[tuple[Path, tuple[str, str, str]]]:
    found = list[tuple[Path, tuple[str, str, str]]]()
    for line in _lines(GROUPS):
        _, controllers, path = line.split(":", 2)
        for controller, *names in VERSIONS:
            if controller in controllers.split(","):
                inside = Path(path.lstrip("/"))
                # inside a container the path is often the host's, and the group itself lies at the top
                found += [
                    (MOUNT / controller / one, (names[0], names[1], names[2])) for one in (inside, *inside.parents)
                ]
    return found


def _left(folder: Path, limit: str, used: str, cache: str) -> float:
    bound, taken = ("".join(_lines(folder / name)) for name in (limit, used))
    if not (bound.isdigit() and taken.isdigit()):  # no such file, or "max"
        return float("inf")
    cached = next((int(one.split()[1]) for one in _lines(folder / "memory.stat") if one.split()[0] == cache), 0)
    return max(0.0, float(int(bound) - int(taken) + cached))


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text().splitlines()
    except OSError:
        return []
