"""Where things lie that can be made or fetched again, and how a file gets there whole or not at all.

One place for all of them, COFACTOR_CACHE or the user's cache. Where nothing can be kept, work goes on without: what
needs a folder nonetheless has one that goes when the process does.
"""

import atexit
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from secrets import token_hex
from shutil import rmtree
from tempfile import mkdtemp

__all__ = ["cache_folder", "folder_to_write", "folders_to_read", "forget_old", "mark_used", "write_whole"]

JUST_NOW = 3600.0  # seconds: another process may have made it for its own use
OF_A_DAY = 86_400.0


def cache_folder() -> Path | None:
    """COFACTOR_CACHE where it is set, else `cofactor` in the user's cache; it need not exist, nor be writable.

    None where the user has no home either. The user's cache is XDG_CACHE_HOME or ~/.cache.
    """
    named = os.environ.get("COFACTOR_CACHE")
    try:
        return Path(named).expanduser() if named else _users_cache()
    except RuntimeError:  # no HOME, and a user whom the system has no name for
        return None


def _users_cache() -> Path | None:
    """XDG's rule: a relative path, an empty one too, is to be ignored; else the cache would be in any folder."""
    around = [Path(os.environ.get("XDG_CACHE_HOME", "")), Path.home() / ".cache"]
    return next((folder / "cofactor" for folder in around if folder.is_absolute()), None)


def folder_to_write() -> Path:
    """The cache, there and writable; else a folder that goes with this process. `OSError` where there is neither."""
    folder = cache_folder()
    if folder is not None:
        with suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            if os.access(folder, os.W_OK):
                return folder
    return _of_this_process()


def folders_to_read() -> list[Path]:
    """The folders in which cached files are looked for: the cache, then this process's temporary one if it has any."""
    folder = cache_folder()
    temporary = [_of_this_process()] if _of_this_process.cache_info().currsize else []
    return temporary if folder is None else [folder, *temporary]


@cache
def _of_this_process() -> Path:
    folder = Path(mkdtemp(prefix="cofactor-"))
    atexit.register(_remove, folder, os.getpid())
    return folder


def _remove(folder: Path, owner: int) -> None:
    if os.getpid() == owner:  # a forked child ends, too
        rmtree(folder, ignore_errors=True)


def write_whole(file: Path, content: bytes) -> None:
    """Write a file that other processes may be reading or writing at the same time. Its mode follows the umask."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f"{file.name}.{token_hex(8)}.draft")
    try:
        with draft.open("xb") as stream:
            stream.write(content)
        draft.replace(file)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def mark_used(file: Path) -> None:
    """Its time says when it was last used, to the day."""
    with suppress(OSError):  # somebody else's, or gone
        if time.time() - file.stat().st_mtime > OF_A_DAY:
            os.utime(file)


def forget_old(folder: Path, most_bytes: int) -> None:
    """Remove what was not used for the longest time, until the rest takes `most_bytes`.

    Other processes may do the same, or read there: what was just written stays, and what is gone is made again.
    """
    total, now = 0, time.time()
    for used, size, file in sorted(_files(folder), reverse=True):
        total += size
        if total > most_bytes and now - used > JUST_NOW:
            with suppress(OSError):
                file.unlink()


def _files(folder: Path) -> Iterator[tuple[float, int, Path]]:
    with suppress(OSError):
        for file in folder.iterdir():
            with suppress(OSError):
                status = file.stat()
                yield status.st_mtime, status.st_size, file
