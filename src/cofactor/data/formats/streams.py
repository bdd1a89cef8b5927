"""Tables that arrive in blocks: the rows that a database query gives, the batches of an Arrow stream."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, TypeAlias

import polars as pl

from cofactor.data.formats.decoding import BYTES_A_ROW, refuse_too_large
from cofactor.data.formats.header import Header
from cofactor.data.formats.series import series_of
from cofactor.data.formats.table import N_HEAD, Table
from cofactor.errors import BadTable

__all__ = ["from_arrow_stream", "from_cursor", "is_arrow_stream", "is_cursor"]

Block: TypeAlias = Sequence[Iterable[Any]]  # the values of each column
ROWS_A_BLOCK = 50_000  # rows fetched at once; four columns of them take some 20 MB as Python objects


class _BlockTable:
    """A table whose first block has been fetched, and whose other blocks can be fetched once.

    Memory holds one block and the columns that are asked for, packed.
    """

    def __init__(self, names: Sequence[object], blocks: Iterator[Block]) -> None:
        self.header = Header.of(names)
        first: Block = next(blocks, [[] for _ in names])
        self._blocks: Iterator[Block] | None = chain([first], blocks)
        self.head = pl.DataFrame(
            [series_of(name, column).head(N_HEAD) for name, column in zip(self.header.names, first, strict=True)]
        )

    def load(self, names: Iterable[str]) -> pl.DataFrame:
        """These columns, typed as one list of all their values would be; no block is left then."""
        parts: dict[str, list[pl.Series]] = {name: [] for name in names}
        n_rows = 0
        for block in self.blocks(parts):
            for name, column in parts.items():
                column.append(block[name])
            n_rows += block.height
            refuse_too_large(n_rows * BYTES_A_ROW, f"{n_rows:,} rows and more")
        return pl.DataFrame([_joined(parts.pop(name)) for name in list(parts)])

    def blocks(self, names: Iterable[str]) -> Iterator[pl.DataFrame]:
        """These columns of one block after the other, each typed by its own values; no block is left then."""
        blocks, self._blocks = self._blocks, None
        assert blocks is not None, "the blocks of a table can be fetched once"
        place = {name: self.header.names.index(name) for name in names}
        for block in blocks:
            yield pl.DataFrame([series_of(name, block[at]) for name, at in place.items()])


def is_cursor(source: Any) -> bool:
    """Return whether it is a database cursor in the sense of PEP 249."""
    return hasattr(source, "fetchmany") and hasattr(source, "description")


def from_cursor(cursor: Any, origin: str) -> Table:
    """The rows of a query that the cursor has executed and that were not fetched yet.

    Raises `BadTable` where no query was executed, or the database ends it with an error.
    """
    if cursor.description is None:
        raise BadTable(
            "The cursor has no rows to fetch. Execute a query first, such as "
            "cursor.execute('SELECT user_id, item_id, rating FROM ratings')."
        )
    names = [column[0] for column in cursor.description]
    return _table(names, _blocks(lambda: _columns(cursor.fetchmany(ROWS_A_BLOCK), names)), origin, "polars")


def is_arrow_stream(source: Any) -> bool:
    """Return whether batches can be read from it one by one, as from a pyarrow.RecordBatchReader."""
    return hasattr(source, "read_next_batch") and hasattr(source, "schema")


def from_arrow_stream(reader: Any, origin: str) -> Table:
    """The batches that were not read yet. Raises `BadTable` where the stream breaks off."""

    def next_block() -> Block | None:
        try:
            return pl.DataFrame(reader.read_next_batch()).get_columns()
        except StopIteration:
            return None

    return _table(reader.schema.names, _blocks(next_block), origin, "arrow")


def _table(names: Sequence[object], blocks: Iterator[Block], origin: str, library: str) -> Table:
    in_blocks = _BlockTable(names, blocks)
    return Table(origin, library, in_blocks.head, in_blocks.load, header=in_blocks.header, stream=in_blocks.blocks)


def _blocks(next_block: Callable[[], Block | None]) -> Iterator[Block]:
    while True:
        try:
            block = next_block()
        except BadTable:
            raise
        except Exception as error:  # each database has errors of its own
            raise BadTable(
                f"The next rows cannot be fetched: {error or type(error).__name__}. Run the query again."
            ) from error
        if block is None:
            return
        yield block


def _columns(rows: Any, names: Sequence[str]) -> Block | None:
    """Rows by column; None where there are no more."""
    if not isinstance(rows, Sequence):
        raise BadTable(
            f"The cursor gives rows as {type(rows).__name__}, not as a list. Give one that is not asynchronous."
        )
    values = [tuple(row.values()) if isinstance(row, Mapping) else tuple(row) for row in rows]
    if any(len(row) != len(names) for row in values):
        raise BadTable(f"A row of the query does not have its {len(names)} columns. Name each column once.")
    return list(zip(*values, strict=True)) or None


def _joined(parts: list[pl.Series]) -> pl.Series:
    """One column of several parts, each of which was typed by its own values alone."""
    dtypes = {part.dtype for part in parts if part.dtype != pl.Null}
    if len(dtypes) <= 1 and pl.Object not in dtypes:
        dtype = dtypes.pop() if dtypes else pl.Null
        return pl.concat([part if part.dtype == dtype else part.cast(dtype) for part in parts], rechunk=True)
    return series_of(parts[0].name, [one for part in parts for one in part])
