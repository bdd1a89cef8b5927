"""A control group of limited memory for a process: what it holds and the files' cache that it fills count together."""

from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from cofactor.control_groups import groups_of, read_lines

__all__ = ["MemoryGroup", "memory_group"]

NAME = "cofactor-bench"
LIMITS = {1: "memory.limit_in_bytes", 2: "memory.max"}
PEAKS = {1: "memory.max_usage_in_bytes", 2: "memory.peak"}


class MemoryGroup(NamedTuple):
    """A group below the one that holds this process, so that every limit around it still holds."""

    folder: Path
    version: int

    def inside(self, command: list[str]) -> list[str]:
        """The command, run in the group."""
        enter = 'echo $$ > "$0" && exec "$@"'
        return ["sh", "-c", enter, str(self.folder / "cgroup.procs"), *command]

    @property
    def peak(self) -> int:
        """The most bytes that the group has held."""
        return int(read_lines(self.folder / PEAKS[self.version])[0])


@contextmanager
def memory_group(gigabytes: float) -> Generator[MemoryGroup | None]:
    """A group of at most so many GB (10⁹ bytes); None where this system or user can make none."""
    group = _made(round(gigabytes * 1e9))
    try:
        yield group
    finally:
        if group:
            with suppress(OSError):  # somebody is in it yet
                group.folder.rmdir()


def _made(limit: int) -> MemoryGroup | None:
    for around, version in groups_of("memory"):
        if not (around / "cgroup.procs").is_file():
            continue
        group = MemoryGroup(around / NAME, version)
        with suppress(OSError):
            group.folder.mkdir(exist_ok=True)
            (group.folder / LIMITS[version]).write_text(f"{limit}\n")
            (group.folder / PEAKS[version]).write_text("0\n")
            return group
        with suppress(OSError):
            group.folder.rmdir()
    return None
