"""Ctrl-C while a model learns: the sweep at hand is finished, training ends there, and what was learned is kept.

Work that is kept file by file ends at once, and says that it goes on.
"""

import signal
import sys
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress

__all__ = ["goes_on_later", "until_interrupted"]


def until_interrupted(sweeps: range, unit: str, stopped: Callable[[int], None]) -> Iterator[int]:
    """The numbers of `sweeps`, up to the one in which ctrl-C comes: half a sweep is no model, so it is finished first.

    stopped: called with the number of sweeps done, where ctrl-C was heard

    A second ctrl-C stops at once, as ever. Where the program handles ctrl-C in a way of its own, and outside the main
    thread, which never hears it, nothing changes.

    >>> [sweep for sweep in until_interrupted(range(3), "sweep", print)]
    [0, 1, 2]
    """
    if not _is_ours():
        yield from sweeps
        return
    number, asked = sweeps.start, False

    def wait(signum: int, frame: object) -> None:
        nonlocal asked
        if asked:
            raise KeyboardInterrupt
        asked = True
        with suppress(RuntimeError):  # somebody was just writing there
            print(f"\nfinishing {unit} {number + 1} of {sweeps.stop}; ctrl-C again stops at once", file=sys.stderr)

    signal.signal(signal.SIGINT, wait)
    try:
        for number in sweeps:
            yield number
            if asked:
                break
    finally:  # also when the loop that asks us for numbers is left
        signal.signal(signal.SIGINT, signal.default_int_handler)
        if asked:
            stopped(number + 1)


@contextmanager
def goes_on_later() -> Generator[None]:
    """Ctrl-C in this block ends it with a `KeyboardInterrupt` that says that the same call goes on."""
    try:
        yield
    except KeyboardInterrupt as interrupt:
        interrupt.args = ("What was done is kept: run the same again, and it goes on.",)
        raise


def _is_ours() -> bool:
    in_main = threading.current_thread() is threading.main_thread()
    return in_main and signal.getsignal(signal.SIGINT) is signal.default_int_handler
