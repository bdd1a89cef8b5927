"""The Linux control groups around this process, which hold a container's limits."""

from collections.abc import Iterator
from pathlib import Path

__all__ = ["groups_of", "read_lines"]

MEMBERSHIP = Path("/proc/self/cgroup")
MOUNT = Path("/sys/fs/cgroup")


def groups_of(controller: str) -> list[tuple[Path, int]]:
    """The folders of the groups that hold this process, and of those around them, each with its version (1 or 2).

    controller: "memory" or "cpu", which version 1 keeps apart. No folder need exist; elsewhere than on Linux there
    are none.
    """
    return [(folder, version) for root, path, version in _memberships(controller) for folder in _upwards(root, path)]


def read_lines(file: Path) -> list[str]:
    """The lines of a file; none where it cannot be read."""
    try:
        return file.read_text().splitlines()
    except OSError:
        return []


def _memberships(controller: str) -> Iterator[tuple[Path, str, int]]:
    for line in read_lines(MEMBERSHIP):
        _, controllers, path = line.split(":", 2)
        if not controllers:
            yield MOUNT, path, 2
        elif controller in controllers.split(","):
            yield MOUNT / controller, path, 1


def _upwards(root: Path, path: str) -> Iterator[Path]:
    """Inside a container the path is often the host's, and the group itself lies at the top."""
    inside = Path(path.lstrip("/"))
    return (root / one for one in (inside, *inside.parents))
