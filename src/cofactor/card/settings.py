"""Small files of settings that people write: TOML, or JSON."""

import json
import tomllib
from pathlib import Path
from typing import Any, cast

from cofactor.errors import BadOption, shown

__all__ = ["read_settings"]


def read_settings(path: str | Path, what: str) -> dict[str, Any]:
    """The settings in a TOML file, or in a JSON file of one object; raises `BadOption` where it cannot be read.

    what: it is read as, in the message
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
        found = json.loads(text) if Path(path).suffix.lower() == ".json" else tomllib.loads(text)
    except (OSError, ValueError, RecursionError) as error:
        raise BadOption(f"{path} cannot be read as {what}: {error}. Give a TOML file, or JSON.") from None
    if not isinstance(found, dict):
        raise BadOption(f"{path} holds {shown(found)}, but {what} are given by their names.")
    return cast("dict[str, Any]", found)
