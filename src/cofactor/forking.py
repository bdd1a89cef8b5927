"""Whether this process was forked from another one: threads do not survive that, nor do pools that count on them.

What becomes of ours and torch's is in `kernels/threads.py`, of Polars' in `data/formats/after_fork.py`.
"""

import os
from functools import cache
from pathlib import Path

from cofactor.control_groups import read_lines

__all__ = ["is_forked"]

STATUS = Path("/proc/self/stat")
FORKED_ONLY = 0x40  # PF_FORKNOEXEC, of the flags in /proc/self/stat


@cache
def is_forked() -> bool:
    """True in a child by `os.fork` or multiprocessing's "fork", also where the parent knew nothing of this library."""
    return _forked_here or bool(_flags() & FORKED_ONLY)


def _flags() -> int:
    """What Linux says of the process; 0 where nothing is said."""
    told = " ".join(read_lines(STATUS)).rpartition(")")[2].split()  # the name in brackets may hold anything
    return int(told[6]) if len(told) > 6 else 0


def _note() -> None:
    global _forked_here
    _forked_here = True
    is_forked.cache_clear()


_forked_here = False
if hasattr(os, "register_at_fork"):  # Windows does not fork
    os.register_at_fork(after_in_child=_note)
