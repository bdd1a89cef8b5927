"""Work that takes long: one piece at a time in a thread beside the answers, with its progress and a way to end it."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from threading import Event, Lock, Thread
from time import monotonic
from typing import Any, Literal

from cofactor.log import info

__all__ = ["Background", "Cancelled", "JobState", "Task"]

MOST_KEPT = 32  # results; the oldest go first


class Cancelled(Exception):
    """Raised in work that nobody waits for any more."""


@dataclass(frozen=True)
class JobState:
    """How far a piece of work is.

    says: the step at hand, or what went wrong     progress: 0 to 1, None where it is not known
    result: of the last time that it ended well, with the seconds it took; it stays while the work is done again
    """

    state: Literal["none", "waiting", "running", "ready", "failed"] = "none"
    says: str = ""
    progress: float | None = None
    result: Any = None
    seconds: float | None = None


NOTHING = JobState()


class Task:
    """A piece of work as it is done: it tells how far it is, and hears that it is to end."""

    def __init__(self, tell: Callable[[float, str], None]) -> None:
        self._tell, self._ended = tell, Event()

    def cancel(self) -> None:
        """Have the work end at its next step."""
        self._ended.set()

    def at(self, progress: float, says: str) -> None:
        """The work is at this step. Raises `Cancelled` where nobody waits for it any more."""
        if self._ended.is_set():
            raise Cancelled
        self._tell(progress, says)


Work = Callable[[Task], Any]


class Background:
    """Pieces of work by their keys. One runs at a time, the others wait in the order in which they were started."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._states = OrderedDict[str, JobState]()
        self._tasks = OrderedDict[str, tuple[Task, Work]]()  # what waits, and first what runs
        self._works = False  # a thread is at it

    def state(self, key: str) -> JobState:
        """How far this work is; "none" where it was never started, or was ended."""
        return self._states.get(key, NOTHING)

    def start(self, key: str, work: Work) -> JobState:
        """Have the work done, unless it is being done or waits."""
        with self._lock:
            if key not in self._tasks:
                self._tasks[key] = Task(lambda progress, says: self._tell(key, task, progress, says)), work
                task = self._tasks[key][0]
                self._put(key, replace(self.state(key), state="waiting", says="", progress=None))
            if not self._works:
                self._works = True
                Thread(target=self._run, daemon=True).start()
            return self.state(key)

    def cancel(self, key: str) -> JobState:
        """End the work: at once where it waits, after the step at hand where it runs; an earlier result stays."""
        with self._lock:
            if key in self._tasks:
                self._tasks.pop(key)[0].cancel()
                self._put(key, _before(self.state(key)))
            return self.state(key)

    def _run(self) -> None:
        while (taken := self._next()) is not None:
            key, task, work = taken
            began = monotonic()
            try:
                task.at(0.0, "")
                result = work(task)
            except Cancelled:
                continue
            except Exception as error:  # shown in place of an answer, whatever it is
                info("%s failed: %r", key, error)
                ended = replace(_before(self.state(key)), state="failed", says=str(error) or type(error).__name__)
            else:
                ended = JobState("ready", result=result, seconds=monotonic() - began)
            self._end(key, task, ended)

    def _next(self) -> tuple[str, Task, Work] | None:
        with self._lock:
            if not self._tasks:
                self._works = False
                return None
            key = next(iter(self._tasks))
            return key, *self._tasks[key]

    def _tell(self, key: str, task: Task, progress: float, says: str) -> None:
        with self._lock:
            if self._is_at(key, task):
                self._put(key, replace(self.state(key), state="running", says=says, progress=progress))

    def _end(self, key: str, task: Task, ended: JobState) -> None:
        with self._lock:
            if self._is_at(key, task):
                del self._tasks[key]
                self._put(key, ended)

    def _is_at(self, key: str, task: Task) -> bool:
        """False where the work was ended, and perhaps started anew, meanwhile."""
        return key in self._tasks and self._tasks[key][0] is task

    def _put(self, key: str, state: JobState) -> None:
        self._states[key] = state
        self._states.move_to_end(key)
        while len(self._states) > MOST_KEPT:
            self._states.popitem(last=False)


def _before(state: JobState) -> JobState:
    """The state before the work was started again."""
    return replace(state, state="none" if state.result is None else "ready", says="", progress=None)
