"""Where a command's results go: looked at before the work begins, so that no hour of training ends at a closed door."""

import os
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

from cofactor.errors import BadOption

__all__ = ["check_file", "check_model", "check_picture"]

LEAST_FREE = 1_000_000  # bytes; with less nothing of ours can be kept


def check_model(option: str, path: Path | None) -> None:
    """Raise `BadOption` where no model can be saved to this path. option: as it was given, such as "--out"."""
    from cofactor.model_folder import place_to_save

    if path is not None:
        _check_writable(option, place_to_save(path).parent)


def check_file(option: str, path: str | Path | None, read: Iterable[str | Path | None] = ()) -> None:
    """Raise `BadOption` where no file can be written to this path.

    read: what the command reads, which it may not write over
    """
    if path is None:
        return
    if any(one is not None and _is_same(path, one) for one in read):
        raise BadOption(f"{option} {path} would be written over what the command reads. Choose another path.")
    if Path(path).is_dir():
        raise BadOption(f"{option} {path} is a folder. Give the name of a file.")
    _check_writable(option, Path(path).absolute().parent)


def _is_same(path: str | Path, other: str | Path) -> bool:
    try:
        return os.path.samefile(path, other)
    except OSError:  # one of them is not there, as - and ml-100k are not
        return False


def check_picture(option: str, path: str | Path | None) -> None:
    """`check_file`, of a file whose ending says how it is drawn."""
    if path is None:
        return
    from matplotlib.figure import Figure

    known = Figure().canvas.get_supported_filetypes()
    if Path(path).suffix.lstrip(".").lower() not in known:
        raise BadOption(f"{option} {path} is no picture that can be drawn. Choose an ending among: {', '.join(known)}.")
    check_file(option, path)


def _check_writable(option: str, folder: Path) -> None:
    """By writing into the folder, or into the nearest there is above it: permissions alone do not tell."""
    there = next(one for one in (folder, *folder.parents) if one.exists() or one.is_symlink())
    if not there.is_dir():
        raise BadOption(f"{option}: {there} is not a folder, so nothing can be written into it. Choose another path.")
    try:
        with tempfile.TemporaryFile(dir=there):
            free = shutil.disk_usage(there).free
    except OSError as error:
        raise BadOption(
            f"{option}: nothing can be written into {there}: {error.strerror}. Choose another path."
        ) from None
    if free < LEAST_FREE:
        raise BadOption(f"{option}: the disk of {there} is full. Make room, or choose another path.")
