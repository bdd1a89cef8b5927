"""Folders that are written to only where they hold nothing else, so that no model or table is spoilt by them."""

from collections.abc import Callable
from pathlib import Path

from cofactor.errors import BadOption

__all__ = ["expect_own_folder"]


def expect_own_folder(folder: Path, what: str, is_own: Callable[[str], bool]) -> None:
    """Raise `BadOption` where the folder is a file, or holds anything else than what is written there.

    what: is written, in the plural     is_own: whether a file of this name may be of it
    """
    own = f"{what} are written to a folder of their own."
    if folder.exists() and not folder.is_dir():
        raise BadOption(f"{folder} is a file; {own}")
    names = sorted(file.name for file in folder.iterdir()) if folder.is_dir() else []
    strange = [name for name in names if not is_own(name)]
    if strange:
        raise BadOption(f"{folder} holds {strange[0]}; {own}")
