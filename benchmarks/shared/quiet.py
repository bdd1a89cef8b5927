"""Was the machine ours while we measured? Two threads that wait for a busy core can take twenty times as long.

Linux only (/proc/stat); elsewhere nothing is known and every run counts as quiet.
"""

import os
import resource
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

STAT = Path("/proc/stat")
QUIET = 0.1  # cores that others may use without our figures showing it


class Others:
    """Cores that other processes used on average while the block ran."""

    cores = 0.0


@contextmanager
def watch_others() -> Generator[Others]:
    """The others are everything but this process and the children that end within the block."""
    others, started, before = Others(), time.perf_counter(), _of_others()
    yield others
    others.cores = round(max(0.0, _of_others() - before) / (time.perf_counter() - started), 3)


def wait_for_quiet(limit: float = 20.0) -> None:
    """Until the others leave the machine alone for half a second, or `limit` seconds are over."""
    ends = time.perf_counter() + limit
    while time.perf_counter() < ends:
        with watch_others() as others:
            time.sleep(0.5)
        if others.cores <= QUIET:
            return


def _of_others() -> float:
    """Processor seconds since the machine started that were neither idle nor ours."""
    if not STAT.is_file():
        return 0.0
    user, nice, system, _, _, irq, softirq, steal = map(int, STAT.read_text().split(maxsplit=9)[1:9])
    busy = (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return busy - sum(one.ru_utime + one.ru_stime for one in used)
