"""A data set's archive from its home on the network into the cache: resumed, checked, unpacked."""

import hashlib
import os
import re
import shutil
import tempfile
import zipfile
from http import HTTPStatus
from http.client import HTTPException
from pathlib import Path, PurePosixPath
from typing import IO
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from cofactor.cache import folder_to_write
from cofactor.errors import DataNotAvailable

__all__ = ["TRANSFER_ERRORS", "archive_url", "download"]

N_ATTEMPTS = 5
TIMEOUT_S = 30  # seconds without a byte
CHUNK_BYTES = 1 << 18
TRANSFER_ERRORS = (OSError, HTTPException, zipfile.BadZipFile)  # what a transfer may end in


def download(name: str, home: str, md5: str | None = None) -> Path:
    """Fetch `home`/`name`.zip into the cache and unpack it; nothing lands before it is whole and checked.

    md5: the expected checksum; None: the one that is published beside the archive
    A transfer that was cut off goes on where it stopped, in this call or in a later one.
    Raises `DataNotAvailable` where the archive breaks off again and again, is not the expected one, or is unsafe to
    unpack, and the errors of `TRANSFER_ERRORS`.
    """
    cache = folder_to_write()
    url, part = archive_url(home, name), cache / f"{name}.zip.part"
    expected = md5 or _published_md5(url)
    resumed = part.exists()
    _transfer(url, part)
    if resumed and _md5(part) != expected:  # its first half may be of an older edition
        part.unlink()
        _transfer(url, part)
    if (found := _md5(part)) != expected:
        part.unlink()
        raise DataNotAvailable(f"{url} has the MD5 {found}, but {expected} was expected; it was thrown away")
    folder = _unpack(part, cache / name)
    part.unlink()
    return folder


def archive_url(home: str, name: str) -> str:
    """The address of a data set's archive: `home`/`name`.zip."""
    return f"{home.rstrip('/')}/{name}.zip"


def _published_md5(url: str) -> str:
    with urlopen(f"{url}.md5", timeout=TIMEOUT_S) as response:
        text = response.read(1000).decode("ascii", "replace")
    found = re.search(r"\b[0-9a-fA-F]{32}\b", text)  # "MD5 (x.zip) = …" and "…  x.zip" are both in use
    if found is None:
        raise DataNotAvailable(f"{url}.md5 holds no MD5")
    return found[0].lower()


def _md5(path: Path) -> str:
    with path.open("rb") as file:
        # the checksum that the home publishes; it finds damage, HTTPS keeps out strangers
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


def _transfer(url: str, part: Path) -> None:
    """Append to `part` until the archive is whole."""
    for _ in range(N_ATTEMPTS):
        if _continue(url, part):
            return
    kept = part.stat().st_size
    raise DataNotAvailable(f"{url} broke off {N_ATTEMPTS} times; {kept:,} bytes are kept and go on next time")


def _continue(url: str, part: Path) -> bool:
    """One request for what is still missing: True when all of it came, False when it broke off."""
    start = part.stat().st_size if part.exists() else 0
    try:
        response = urlopen(Request(url, headers={"Range": f"bytes={start}-"} if start else {}), timeout=TIMEOUT_S)
    except HTTPError as answer:
        if answer.code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE and start:
            return True  # nothing is left to send; whether it is the right file, its checksum tells
        raise
    with response:
        goes_on = response.status == HTTPStatus.PARTIAL_CONTENT  # a server without ranges sends all of it again
        start = start if goes_on else 0
        length = response.headers.get("Content-Length")
        total = start + int(length) if length else None
        try:
            with part.open("ab" if goes_on else "wb") as file:
                _copy_with_progress(response, file, part.name.removesuffix(".zip.part"), start, total)
        except (ConnectionError, TimeoutError, HTTPException):
            return False
    return total is None or part.stat().st_size >= total


def _copy_with_progress(source: IO[bytes], file: IO[bytes], name: str, start: int, total: int | None) -> None:
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(f"downloading {name}", total=total, completed=start)
        while chunk := source.read(CHUNK_BYTES):
            file.write(chunk)
            progress.advance(task, len(chunk))


def _unpack(archive: Path, folder: Path) -> Path:
    """The archive's files in `folder`, without the one folder that they share inside it."""
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as aside:
        fresh = Path(aside) / folder.name
        with zipfile.ZipFile(archive) as opened:
            for member in opened.infolist():
                if not member.is_dir():
                    _unpack_file(opened, member, fresh)
        if folder.exists():  # somebody else was quicker; theirs passed the same check
            return folder
        os.replace(fresh, folder)
    return folder


def _unpack_file(opened: zipfile.ZipFile, member: zipfile.ZipInfo, folder: Path) -> None:
    parts = PurePosixPath(member.filename).parts[1:]
    target = folder.joinpath(*parts)
    if not parts or not target.resolve().is_relative_to(folder.resolve()):
        raise DataNotAvailable(f"the archive names a file outside its own folder: {member.filename!r}")
    target.parent.mkdir(parents=True, exist_ok=True)
    with opened.open(member) as source, target.open("wb") as file:
        shutil.copyfileobj(source, file)
