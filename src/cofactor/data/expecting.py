"""Arguments that must be ratings, or a path: refused with what to write instead."""

import os
from pathlib import Path
from typing import Any

from cofactor.data.ratings import Ratings
from cofactor.errors import BadOption, shown

__all__ = ["expect_path", "expect_ratings"]


def expect_path(value: Any, where: str) -> None:
    """Raise `BadOption` where no file of any system can have that name.

    where: begins the sentence, as "save writes to"
    """
    try:
        could_be = isinstance(value, str | Path) and b"\0" not in os.fsencode(value)
    except UnicodeEncodeError:  # half a character
        could_be = False
    if not could_be:
        raise BadOption(f"{where} a path, such as 'movies.cofactor', but {shown(value)} came.")


def expect_ratings(value: Any, where: str) -> None:
    """Raise `BadOption`, which says what came and what to write, where `value` is not `Ratings`.

    where: begins the sentence, as "fit learns from"
    """
    if isinstance(value, Ratings):
        return
    if hasattr(value, "train") and hasattr(value, "test"):
        mend = "Take one of its parts, as in train, test = cf.split(ratings)."
    elif isinstance(value, tuple | list) and value and all(isinstance(one, Ratings) for one in value):
        mend = "Give one of them."
    elif value is None:
        mend = "Read a table with cf.read(...), or cf.load a known data set."
    else:
        mend = "Make ratings of a table with cf.read(table), which takes files, frames, sparse matrices and dicts."
    name = type(value).__name__
    raise BadOption(f"{where} ratings, but {'nothing' if value is None else f'a {name}'} came. {mend}")
