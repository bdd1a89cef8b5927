"""What came where ratings, or a path, were expected: said at the door, with what to write instead."""

import os
from pathlib import Path
from typing import Any

from cofactor.data.ratings import Ratings
from cofactor.errors import BadOption, shown

__all__ = ["expect_path", "expect_ratings"]


def expect_path(given: Any, where: str) -> None:
    """Raise `BadOption` where no file of any system is called so. where: begins the sentence, as "save writes to" """
    try:
        could_be = isinstance(given, str | Path) and b"\0" not in os.fsencode(given)
    except UnicodeEncodeError:  # half a character
        could_be = False
    if not could_be:
        raise BadOption(f"{where} a path, such as 'movies.cofactor', but {shown(given)} came.")


def expect_ratings(given: Any, where: str) -> None:
    """Raise `BadOption`, which says what came and what to write, where `given` are no `Ratings`.

    where: begins the sentence, as "fit learns from"
    """
    if isinstance(given, Ratings):
        return
    if hasattr(given, "train") and hasattr(given, "test"):
        mend = "Take one of its parts, as in train, test = cf.split(ratings)."
    elif isinstance(given, tuple | list) and given and all(isinstance(one, Ratings) for one in given):
        mend = "Give one of them."
    elif given is None:
        mend = "Read a table with cf.read(...), or cf.load a known data set."
    else:
        mend = "Make ratings of a table with cf.read(table), which takes files, frames, sparse matrices and dicts."
    name = type(given).__name__
    raise BadOption(f"{where} ratings, but {'nothing' if given is None else f'a {name}'} came. {mend}")
