"""How much memory may be used, asked before something large is begun.

A process may have less than the machine: a container's limit (Linux control groups, version 2 or 1) counts too.
"""

from contextlib import suppress
from pathlib import Path
from typing import Self

from cofactor.control_groups import groups_of, read_lines
from cofactor.errors import BadOption

__all__ = ["PeakMemory", "free_gb", "refuse_beyond"]

MEMINFO = Path("/proc/meminfo")
STATUS, FORGET_PEAK = Path("/proc/self/status"), (Path("/proc/self/clear_refs"), "5")
# limit, used, and what of it is only the files' cache, in both versions of control groups
FILES = {
    2: ("memory.max", "memory.current", "inactive_file"),
    1: ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
}


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
    kilobytes = (float(line.split()[1]) for line in read_lines(STATUS) if line.startswith(what))
    return next(kilobytes, float("nan")) * 1024 / 1e6


def _of_machine() -> float:
    for line in read_lines(MEMINFO):
        if line.startswith("MemAvailable:"):
            return float(line.split()[1]) * 1024
    return _of_other_systems()


def _of_other_systems() -> float:
    """By psutil, which comes with us on macOS and Windows: six system calls there that no file tells."""
    try:
        import psutil
    except ImportError:
        return float("inf")
    return float(psutil.virtual_memory().available)


def _of_container() -> float:
    """The least that any group above this process leaves it."""
    groups = groups_of("memory")
    return min((_left(folder, *FILES[version]) for folder, version in groups), default=float("inf"))


def _left(folder: Path, limit: str, used: str, cache: str) -> float:
    bound, taken = ("".join(read_lines(folder / name)) for name in (limit, used))
    if not (bound.isdigit() and taken.isdigit()):  # no such file, or "max"
        return float("inf")
    cached = next((int(one.split()[1]) for one in read_lines(folder / "memory.stat") if one.split()[0] == cache), 0)
    return max(0.0, float(int(bound) - int(taken) + cached))
