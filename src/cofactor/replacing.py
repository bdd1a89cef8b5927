"""A folder takes another's place so that a kill at any instant leaves a whole one that can be found.

    .NAME.TOKEN.new    what is being written, beside the target NAME; brought to the disk before it moves
    .NAME.TOKEN.old    what stood there before, moved aside; removed as soon as the new one stands

Between the two moves nothing has the name itself, and both are whole: `standing` then finds the new one. What a kill
left behind is removed when the target is next replaced. Whoever is still writing holds a lock on their draft, which the
system takes back from a process that dies; so a save in progress, of this or another process, is never taken for one
that was killed.
"""

import os
import re
import secrets
import shutil
import stat
import sys
import time
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from cofactor.errors import BadOption

if sys.platform == "win32":
    fcntl = None
else:
    import fcntl

__all__ = ["DRAFTS", "drafts_in", "finish_replacing", "lock", "replace_file", "replacing", "standing"]

DRAFTS = ".writing-"  # begins the name of a folder of files that are being written
DAY = 86_400  # seconds; where file systems know no locks, a draft untouched for so long is taken for abandoned


@contextmanager
def replacing(target: Path) -> Generator[Path]:
    """An empty folder to write in, which takes the target's place when the block is left without an error.

    target: an absolute path. Raises `OSError` as the file system does; the target is then as it was.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    token = secrets.token_hex(8)
    draft, aside = (target.with_name(f".{target.name}.{token}.{end}") for end in ("new", "old"))
    with _made(draft):
        try:
            yield draft
            _bring_to_disk(draft)
            with lock(target.parent, wait=True):
                _swap(draft, target, aside)
                _clear(target)
        finally:
            shutil.rmtree(draft, ignore_errors=True)


def standing(target: Path) -> Path:
    """The path to read for this target: itself, or the new folder of a save killed before it was moved there."""
    if not target.exists():
        for draft in _left_behind(target, "new"):
            if draft.with_suffix(".old").is_dir():
                return draft
    return target


def finish_replacing(target: Path) -> None:
    """Finish what killed saves had begun: what is whole takes the target's place, and what they left is removed.

    target: an absolute path
    """
    if not target.parent.is_dir():
        return
    with lock(target.parent, wait=True):
        whole = standing(target)
        if whole != target:
            whole.rename(target)
            _sync(target.parent)
        if target.exists():
            _clear(target)


def replace_file(target: Path, write: Callable[[Path], None]) -> None:
    """Let `write` make a file that takes the target's place once it is on the disk, with the usual permissions."""
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f"{target.name}.part")
    draft.unlink(missing_ok=True)
    write(draft)
    draft.chmod(_usual_mode(target.parent))
    _sync(draft)
    draft.replace(target)
    _sync(target.parent)


@contextmanager
def drafts_in(folder: Path, question: str) -> Generator[Path]:
    """A folder inside, for files that move into `folder` when they are whole; it is removed in the end.

    Those that killed processes have left are removed first, those of processes that still write are not.
    question: names what is written: all who write to `folder` at once write the same
    Raises `BadOption` where another process writes something else there, and `OSError` as the file system does.
    """
    folder.mkdir(parents=True, exist_ok=True)
    drafts = folder / f"{DRAFTS}{question}-{secrets.token_hex(8)}"
    with _made(drafts, lambda: _refuse_other_drafts(folder, question)):
        try:
            yield drafts
        finally:
            shutil.rmtree(drafts, ignore_errors=True)


def _refuse_other_drafts(folder: Path, question: str) -> None:
    for left in folder.glob(f"{DRAFTS}*"):
        _remove_abandoned(left)
    ours = f"{DRAFTS}{question}-"
    if any(not draft.name.startswith(ours) for draft in folder.glob(f"{DRAFTS}*")):
        raise BadOption(f"Another process is writing something else to {folder}. Name another folder.")


@contextmanager
def lock(folder: Path, *, wait: bool = False) -> Generator[bool | None]:
    """Hold a folder's lock in this block, and say so: False where somebody else does, None where there are no locks.

    wait: until whoever holds it lets go, or dies: the system takes it back from a dead process
    """
    held, descriptor = None, None
    if fcntl is not None:
        with suppress(OSError):
            descriptor = os.open(folder, os.O_RDONLY)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
                held = True
            except BlockingIOError:
                held = False
    try:
        yield held
    finally:
        if descriptor is not None:
            os.close(descriptor)


@contextmanager
def _made(draft: Path, check: Callable[[], None] = lambda: None) -> Generator[None]:
    """The folder, made and locked in one: nobody who looks for abandoned drafts sees it without its lock.

    check: is called first, behind the lock of the folder above, and may refuse
    """
    with ExitStack() as held:
        with lock(draft.parent, wait=True):
            check()
            draft.mkdir()
            held.enter_context(lock(draft))
        yield


def _swap(draft: Path, target: Path, aside: Path) -> None:
    try:
        with suppress(FileNotFoundError):  # the first of its name
            target.rename(aside)
        draft.rename(target)
    except BaseException:  # ctrl-C, too
        if aside.exists() and not target.exists():
            aside.rename(target)
        raise
    _sync(target.parent)


def _clear(target: Path) -> None:
    """Remove what is left of earlier saves; the target stands, so that nobody needs what was moved aside."""
    for old in _left_behind(target, "old"):
        shutil.rmtree(old, ignore_errors=True)
    for draft in _left_behind(target, "new"):
        _remove_abandoned(draft)


def _remove_abandoned(draft: Path) -> None:
    with lock(draft) as is_free, suppress(FileNotFoundError):
        if is_free or (is_free is None and time.time() - draft.stat().st_mtime > DAY):
            shutil.rmtree(draft, ignore_errors=True)


def _left_behind(target: Path, end: str) -> list[Path]:
    """Folders that `replacing` has made for this target; a link or a name of another form is none of ours."""
    ours = re.compile(rf"\.{re.escape(target.name)}\.[0-9a-f]{{16}}\.{end}")
    with suppress(OSError):  # no such folder, or none that may be looked into
        beside = [one for one in target.parent.iterdir() if ours.fullmatch(one.name)]
        return [one for one in beside if one.is_dir() and not one.is_symlink()]
    return []


def _bring_to_disk(folder: Path) -> None:
    """Every file with the permissions that files get here, and none of it in memory alone."""
    mode = _usual_mode(folder)
    for file in folder.iterdir():
        file.chmod(mode)
        _sync(file)
    _sync(folder)


def _usual_mode(folder: Path) -> int:
    """The permissions that a new file gets by the umask, which can only be seen by making one."""
    probe = folder / f".{secrets.token_hex(8)}"
    try:
        probe.touch()
        return stat.S_IMODE(probe.stat().st_mode)
    finally:
        probe.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    is_folder = path.is_dir()
    try:
        descriptor = os.open(path, os.O_RDONLY if is_folder else os.O_RDWR)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError:
        if not is_folder:  # which not every system can bring to the disk
            raise
