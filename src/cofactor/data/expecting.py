"""Arguments that must be ratings, a table of them, or a path: refused with what to write instead."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from cofactor.data.formats.usual_names import usual_column
from cofactor.data.ids import kinds_of_ids
from cofactor.data.ratings import Ratings
from cofactor.errors import BadOption, BadTable, shown

if TYPE_CHECKING:
    from cofactor.data.options import IdKinds

__all__ = ["Frame", "RatingsOrFrame", "as_ratings", "expect_path"]

NAMED = 8  # columns in a message


class Frame(Protocol):
    """A pandas, Polars or Arrow table."""

    @property
    def columns(self) -> Any:
        """The names of the columns, or the columns."""
        ...

    @property
    def shape(self) -> tuple[int, int]:
        """The number of rows and of columns."""
        ...


RatingsOrFrame: TypeAlias = Ratings | Frame


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


def as_ratings(value: object, where: str, like: Ratings | None = None) -> Ratings:
    """The ratings themselves, or those of a pandas, Polars or Arrow table, read as `cofactor.read` does.

    where: begins the sentence of an error, as "fit learns from"
    like: ratings to which these belong: ids are text where theirs are, and values that may be ratings or counts are
        what theirs are
    Columns are found by their usual names only: a position would be a guess that nobody sees.
    Raises `BadOption` for what are no ratings, and `BadTable` for a table that needs options of `cofactor.read`.

    >>> import polars as pl
    >>> as_ratings(pl.DataFrame({"userId": [1, 1, 2], "movieId": [10, 20, 10], "stars": [5, 3, 4]}), "fit learns from")
    Ratings('ratings': 3 ratings of 2 items by 2 users)
    """
    if isinstance(value, Ratings):
        return value
    if not _is_frame(value):
        raise _no_ratings(value, where)
    user, item = _usual_columns(value, where)
    ids: IdKinds = "auto" if like is None else kinds_of_ids(like.users, like.items)
    from cofactor.data.reading import read

    try:
        ratings = read(value, user, item, ids=ids)
        if like is not None and {ratings.kind, like.kind} == {"ratings", "counts"}:
            ratings = read(value, user, item, ids=ids, kind=like.kind)
    except BadTable as error:
        mend = "If another option is needed, read the table first: cf.read(table, …)."
        raise BadTable(f"{where} ratings, but the {type(value).__name__} is not read. {error} {mend}") from None
    return ratings


def _is_frame(value: object) -> bool:
    """Whether it is a table of named columns in memory; series, arrays and lazy tables are none."""
    library = type(value).__module__.partition(".")[0]
    is_table = library in ("pandas", "polars", "pyarrow") or hasattr(value, "__arrow_c_stream__")
    return is_table and library != "cofactor" and hasattr(value, "shape") and hasattr(value, "columns")


def _usual_columns(frame: Any, where: str) -> tuple[str, str]:
    """The columns of users and of items by their usual names; raises `BadTable` where either has none."""
    names = [str(name) for name in getattr(frame, "column_names", frame.columns)]  # those of Arrow are the former
    user = usual_column(names, "user")
    item = usual_column([name for name in names if name != user], "item")
    if user is None or item is None:
        missing = " or ".join(side for side, column in (("users", user), ("items", item)) if column is None)
        listed = ", ".join(map(shown, names[:NAMED])) + (", …" if len(names) > NAMED else "")
        raise BadTable(
            f"{where} ratings, but a {type(frame).__name__} came in which no column has a usual name for {missing}: "
            f"{listed or 'it has no columns'}. Read the table first: cf.read(table, user=…, item=…)."
        )
    return user, item


def _no_ratings(value: object, where: str) -> BadOption:
    if hasattr(value, "train") and hasattr(value, "test"):
        mend = "Take one of its parts, as in train, test = cf.split(ratings)."
    elif isinstance(value, tuple | list) and value and all(isinstance(one, Ratings) for one in value):
        mend = "Give one of them."
    elif hasattr(value, "catalogue"):
        mend = "From shards ExplicitALS and ImplicitMF learn, by fit and without validation ratings."
    elif value is None:
        mend = "Read a table with cf.read(...), or cf.load a known data set."
    else:
        mend = "Make ratings of a table with cf.read(table), which takes files, frames, sparse matrices and dicts."
    name = type(value).__name__
    return BadOption(f"{where} ratings, but {'nothing' if value is None else f'a {name}'} came. {mend}")
