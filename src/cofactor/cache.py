"""Where things lie that can be made or fetched again, and how a file gets there whole or not at all."""

import os
import tempfile
from pathlib import Path

__all__ = ["cache_folder", "write_whole"]


def cache_folder() -> Path:
    """COFACTOR_CACHE where it is set, else the user's cache; it need not exist yet."""
    named = os.environ.get("COFACTOR_CACHE")
    return Path(named) if named else Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "cofactor"


def write_whole(file: Path, content: bytes) -> None:
    """Write a file that other processes may be reading or writing at the same time."""
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(prefix=file.name, dir=file.parent)
    with os.fdopen(handle, "wb") as stream:
        stream.write(content)
    Path(draft).replace(file)
