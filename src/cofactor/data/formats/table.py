"""A table whose columns have no meaning yet: their names, its first rows, and a way to load some of them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import polars as pl

from cofactor.data.formats.header import Header
from cofactor.data.report import RowNames

__all__ = ["N_HEAD", "DataTypes", "Table"]

DataTypes: TypeAlias = Mapping[str, Any]  # column: its wished Polars type, which text tables try to honour
N_HEAD = 100  # rows that are looked at to tell the columns apart
ALL_NAMED = Header()


@dataclass(frozen=True)
class Table:
    """A table whose columns have no meaning yet."""

    origin: str  # for messages: "ratings.csv", "a pandas table"
    library: str
    head: pl.DataFrame  # all columns, the first rows
    load: Callable[[DataTypes], pl.DataFrame]
    row_names: RowNames = field(default_factory=RowNames)
    header: Header = ALL_NAMED  # which of its names are made up, or stood several times
    is_text: bool = False  # ids that look like numbers are numbers
    shape: tuple[int, int] | None = None  # of a matrix
    n_added_up: int = 0  # cells of it that were added to another entry of the same place
    stream: Callable[[DataTypes], Iterator[pl.DataFrame]] | None = None  # in place of `load`, of what arrives in blocks

    @property
    def name(self) -> str:
        """A file's name without its endings; 'ratings' for what has none."""
        return self.origin.partition(".")[0] or self.origin if "." in self.origin else "ratings"
