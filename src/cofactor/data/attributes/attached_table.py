"""A table of users or items that belongs to the ratings, loaded: which column holds the ids, and which the titles."""

from dataclasses import dataclass
from typing import Any

import polars as pl

from cofactor.data.attributes.cells import typed
from cofactor.data.columns.roles import named_column
from cofactor.data.formats.open_table import name_of, open_table
from cofactor.data.formats.table import Table
from cofactor.data.formats.usual_names import usual_column
from cofactor.data.options import Column, Options, Side
from cofactor.errors import BadTable

__all__ = ["AttachedTable", "load_attached"]


@dataclass(frozen=True)
class AttachedTable:
    """The rows of an attached table, one for each user or item, as they came."""

    name: str  # in remarks: "items='movies.csv'"
    frame: pl.DataFrame
    key: str  # the column of the ids
    title: str | None  # the column of the titles
    is_text: bool  # from a text file, where a number is written like anything else

    @property
    def keys(self) -> pl.Series:
        """The ids of the rows, as they came."""
        return self.frame[self.key]


def load_attached(source: Any, side: Side, beside: str, options: Options) -> AttachedTable:
    """The table of one side.

    beside: the column of the ids in the ratings, which is looked for first
    Raises `BadTable`, which names the side, where the table cannot be read or its columns cannot be told apart.
    """
    try:
        table = open_table(source, Options(encoding=options.encoding))
        if not table.head.width:
            raise BadTable("The table has no columns.")
        frame = table.load(dict.fromkeys(_named_columns(table), pl.String))
        key = _id_column(frame.columns, side, beside)
        title = _title_column(frame, key, options.title, is_text=table.is_text) if side == "item" else None
        _refuse_repeated_names(table, key, title)
    except BadTable as error:
        raise BadTable(f"{side}s={name_of(source)!r}: {error}") from None
    return AttachedTable(f"{side}s={table.origin!r}", frame, key, title, table.is_text)


def _named_columns(table: Table) -> list[str]:
    """The columns but those without a name where others have one: row numbers, as pandas writes them."""
    return [name for name in table.head.columns if name not in table.header.unnamed]


def _refuse_repeated_names(table: Table, key: str, title: str | None) -> None:
    for name, what in ((key, "ids"), (title, "titles")):
        if name in table.header.repeated:
            raise BadTable(
                f"Several columns are called {name!r}, so it is not clear which holds the {what}. Rename them."
            )


def _id_column(names: list[str], side: Side, beside: str) -> str:
    plain = {name.lower(): name for name in reversed(names)}
    usual = usual_column([name for name in names if name.lower() != "title"], side)
    if beside in names and not beside.startswith("column_"):  # which is no name, but a position
        return beside
    return usual or plain.get("id") or names[0]


def _title_column(frame: pl.DataFrame, key: str, asked: Column, *, is_text: bool) -> str | None:
    """The one asked for or usually called so; in a file without a header the first other column of text."""
    names = [name for name in frame.columns if name != key]
    found = named_column(frame.columns, "title", asked) or usual_column(names, "title")
    if found is not None or not names or names[0] != "column_1":
        return found
    return names[0] if typed(frame[names[0]], is_text=is_text).dtype == pl.String else None
