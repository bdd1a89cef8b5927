"""A list of ids in a file or table: one a line, or a column that is usually called so."""

from pathlib import Path
from typing import TYPE_CHECKING

from cofactor.errors import BadTable

if TYPE_CHECKING:
    import polars as pl

    from cofactor.arrays import Array
    from cofactor.data.ratings import Ratings

__all__ = ["read_user_ids"]


def read_user_ids(source: str | Path, ratings: "Ratings") -> "Array":
    """(n,) the user ids of a file, in its order.

    source: a path of anything that `cofactor.read` takes; the column of ids is found by its usual name (user, userId
        …), else it is the first. A text of one id a line may do without a header
    ratings: whose users these are, so that 196 is read as text where theirs are
    Raises `BadTable` where the file cannot be read.
    """
    from cofactor.data.columns.id_columns import as_ids, ids_array

    column, from_text = _column(Path(source), ratings)
    kind = "text" if ratings.users.holds == "text" else "auto"
    return ids_array(as_ids(column, "user", kind, from_text=from_text))


def _column(file: Path, ratings: "Ratings") -> "tuple[pl.Series, bool]":
    """The column of the ids, and whether it stood in a text."""
    import polars as pl

    from cofactor.data.formats.open_table import open_table
    from cofactor.data.formats.usual_names import usual_column

    try:
        table = open_table(file)
    except BadTable:  # of a single column no separator can be found
        lines = _lines(file)
        has_header = usual_column(lines[:1], "user") is not None and lines[0] not in ratings.users
        return pl.Series(lines[has_header:], dtype=pl.String), True
    name = usual_column(table.head.columns, "user") or table.head.columns[0]
    return table.load({name: pl.String})[name], table.is_text


def _lines(file: Path) -> list[str]:
    """The lines of a text of one id a line; raises `BadTable` where it is none."""
    try:
        lines = [line.strip() for line in file.read_text("utf-8-sig").splitlines()]
    except (OSError, ValueError) as error:
        raise BadTable(f"{file} cannot be read as a list of user ids: {error}.") from None
    if not any(lines):
        raise BadTable(f"{file} holds no user ids. Give it one a line.")
    return [line for line in lines if line]
