"""Any table that a caller may hold, in blocks of rows: files of any size, the rows of a query, tables in memory."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, TypeAlias

import polars as pl
from polars.selectors import by_name

from cofactor.data.formats.after_fork import require_polars
from cofactor.data.formats.decoding import GZIP, as_bytes, start_of
from cofactor.data.formats.files import holds_lines, packed_file
from cofactor.data.formats.frames import collected
from cofactor.data.formats.header import Header
from cofactor.data.formats.open_table import name_of, open_table
from cofactor.data.formats.table import N_HEAD, Table
from cofactor.data.formats.text_blocks import first_block, text_blocks
from cofactor.data.options import Options
from cofactor.data.report import RowNames
from cofactor.errors import BadTable

__all__ = ["BlockSizes", "BlockTable", "open_blocks"]

Blocks: TypeAlias = Callable[[Mapping[str, Any], Collection[str]], Iterator[pl.DataFrame]]
PACKED_TO = 4  # a gzip file holds about so many bytes of text for each of its own


@dataclass(frozen=True)
class BlockSizes:
    """The size of a block, in bytes of a text file and in rows of any other table."""

    n_bytes: int
    n_rows: int


@dataclass(frozen=True)
class BlockTable:
    """A table whose columns have no meaning yet, as `Table`, that is loaded block by block."""

    origin: str
    library: str
    head: pl.DataFrame
    header: Header
    blocks: Blocks  # from columns and their wished types, and which may be whole numbers in text, to the rows, once
    n_rows: int | None  # about so many; None where nobody can say
    row_names: RowNames
    is_text: bool


def open_blocks(source: Any, options: Options, sizes: BlockSizes) -> BlockTable:
    """The table that `source` holds, looked at but not yet loaded.

    source: anything that `open_table` takes; of what is no text, Parquet or Arrow file, query or Arrow stream, memory
        holds the columns that are used
    Raises `BadTable`, which names the file, and `NotAfterFork` where `open_table` does.
    """
    require_polars()
    try:
        return _blocks_of(source, options, sizes)
    except BadTable as error:
        raise BadTable(f"{name_of(source)}: {error}") from None


def _blocks_of(source: Any, options: Options, sizes: BlockSizes) -> BlockTable:
    path = Path(source).expanduser() if isinstance(source, str | Path) else None
    if path is not None and path.is_file():
        try:
            packed = packed_file(path)
            if packed is not None:
                return _packed(packed, path.name, sizes.n_rows)
            if not holds_lines(path, path.name, options):
                return _text(path, options, sizes)
        except OSError as error:
            raise BadTable(
                f"{str(path)!r} cannot be read: {error.strerror}. Mend that, or give another file."
            ) from None
    return _opened(open_table(source, options), sizes.n_rows)


def _opened(table: Table, n_rows_a_block: int) -> BlockTable:
    """A table that arrives in blocks, else one that is loaded as a whole."""

    def blocks(dtypes: Mapping[str, Any], _: Collection[str]) -> Iterator[pl.DataFrame]:
        return table.load(dtypes).iter_slices(n_rows_a_block) if table.stream is None else table.stream(dtypes)

    return BlockTable(
        table.origin, table.library, table.head, table.header, blocks, None, table.row_names, is_text=table.is_text
    )


def _text(path: Path, options: Options, sizes: BlockSizes) -> BlockTable:
    first = first_block(path, sizes.n_bytes, options.separator, options.encoding, options.has_header)

    def blocks(dtypes: Mapping[str, Any], whole: Collection[str]) -> Iterator[pl.DataFrame]:
        for table in text_blocks(path, first, sizes.n_bytes, options.encoding):
            yield table.load(dtypes, whole)

    lines, packed = as_bytes(first.data), start_of(path).startswith(GZIP)
    n_rows = path.stat().st_size * (PACKED_TO if packed else 1) * lines.count(b"\n") // len(lines)
    return BlockTable(
        path.name, "polars", first.head, first.header, blocks, n_rows, RowNames("line", first.first_line), is_text=True
    )


def _packed(frame: pl.LazyFrame, origin: str, n_rows_a_block: int) -> BlockTable:
    names = collected(frame.head(0)).columns
    header = Header.of(names)
    frame = frame.rename(dict(zip(names, header.names, strict=True)))
    n_rows = int(collected(frame.select(pl.len())).item())

    def blocks(dtypes: Mapping[str, Any], _: Collection[str]) -> Iterator[pl.DataFrame]:
        wanted = frame.select(by_name(list(dtypes)))
        for start in count(0, n_rows_a_block):
            if start >= n_rows:
                return
            yield collected(wanted.slice(start, n_rows_a_block))

    head = collected(frame.head(N_HEAD))
    return BlockTable(origin, "polars", head, header, blocks, n_rows, RowNames(), is_text=False)
