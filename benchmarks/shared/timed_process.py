"""A process of its own, run to its end or killed on the way: what it took."""

import os
import signal
import subprocess
import sys
import time
from typing import NamedTuple

from benchmarks.shared.memory_group import MemoryGroup

__all__ = ["Took", "run", "run_command"]


class Took(NamedTuple):
    """What one process took."""

    seconds: float
    processor: float
    peak_gb: float


def run(arguments: list[str], *, kill_after: float | None = None, group: MemoryGroup | None = None) -> Took:
    """Run Python with these arguments, in a control group where one is given; SIGKILL it after so many seconds.

    peak_gb is of its resident set. Ends this process where that one ends in another way than it should.
    """
    command = [sys.executable, *arguments]
    started = time.perf_counter()
    process = subprocess.Popen(group.inside(command) if group else command, stdout=subprocess.DEVNULL)
    if kill_after is not None:
        time.sleep(kill_after)
        os.kill(process.pid, signal.SIGKILL)
    _, status, used = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) != (0 if kill_after is None else -signal.SIGKILL):
        raise SystemExit(f"{' '.join(arguments)} ended with {status}")
    return Took(time.perf_counter() - started, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024 / 1e9)


def run_command(words: list[str], *, kill_after: float | None = None, group: MemoryGroup | None = None) -> Took:
    """Run a command of cofactor, such as ["shard", SOURCE, "--out", FOLDER], as `run` does."""
    code = f"import sys; from cofactor.cli import main; sys.exit(main({words!r}))"
    return run(["-c", code], kill_after=kill_after, group=group)
