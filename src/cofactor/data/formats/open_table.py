"""Any table that a caller may hold, opened."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import IO, Any, TypeGuard

import polars as pl

from cofactor.data.formats.after_fork import require_polars
from cofactor.data.formats.files import from_bytes, from_path
from cofactor.data.formats.frames import from_arrow, from_columns, from_eager, from_lazy, from_pandas, from_sparse
from cofactor.data.formats.streams import from_arrow_stream, from_cursor, is_arrow_stream, is_cursor
from cofactor.data.formats.table import Table
from cofactor.data.options import Options
from cofactor.errors import BadTable

__all__ = ["is_open_file", "name_of", "open_table"]

KINDS = {
    "pandas": "a pandas table", "polars": "a Polars table", "arrow": "an Arrow table",
    "scipy": "a scipy sparse matrix", "dict": "a dict of columns",
}  # fmt: skip


def name_of(source: Any) -> str:
    """The name of a table in messages: that of its file, or its kind."""
    if isinstance(source, str | Path):
        return Path(source).name or str(source)
    if isinstance(source, bytes | bytearray) or is_open_file(source):
        return Path(str(getattr(source, "name", "the given text"))).name
    if is_cursor(source) or is_arrow_stream(source):
        return "the rows of a query" if is_cursor(source) else "an Arrow stream"
    library = _library_of(source)
    return KINDS.get(library, f"the given {type(source).__name__}")


def is_open_file(source: Any) -> TypeGuard[IO[Any]]:
    """Return whether it is a file, or what reads as one."""
    read = callable(getattr(source, "read", None))  # a column of a pandas table may have that name, and is none
    return read and not is_arrow_stream(source)


def open_table(source: Any, options: Options | None = None) -> Table:
    """The table that `source` holds, looked at but not yet loaded.

    source: a path, bytes or an open file; a pandas, Polars or Arrow table; an Arrow stream; a database cursor; a scipy
        sparse matrix; a dict of columns

    options: separator, encoding and has_header of a text; None: all to be found.
    Raises `BadTable` for what is none of these, or cannot be opened; `NotAfterFork` in a forked child.
    """
    require_polars()
    options = options or Options()
    if options.wide and options.has_header is None:
        options = replace(options, has_header=True)
    if isinstance(source, str | Path):
        return from_path(Path(source), options)
    if isinstance(source, bytes | bytearray):
        return from_bytes(bytes(source), name_of(source), options)
    if is_open_file(source):
        content = source.read()
        data = content.encode() if isinstance(content, str) else bytes(content)
        return from_bytes(data, name_of(source), options)
    return _open_frame(source)


def _open_frame(source: Any) -> Table:
    library, origin = _library_of(source), name_of(source)
    if isinstance(source, pl.LazyFrame):
        return from_lazy(source, origin)
    if isinstance(source, pl.DataFrame):
        return from_eager(source, origin)
    if library == "pandas":
        return from_pandas(source, origin)
    if library == "scipy":
        return from_sparse(source, origin)
    if is_arrow_stream(source):
        return from_arrow_stream(source, origin)
    if is_cursor(source):
        return from_cursor(source, origin)
    if hasattr(source, "__arrow_c_stream__"):  # pyarrow, and everyone who speaks its protocol
        return from_arrow(source, origin)
    if isinstance(source, Mapping):
        return from_columns(list(source), list(source.values()), origin, "polars")
    raise BadTable(
        f"A table cannot be made of {type(source).__name__}. Give a path, a pandas, Polars or Arrow table, a database "
        f"cursor, a scipy sparse matrix, or a dict of columns such as {{'user': […], 'item': […], 'rating': […]}}."
    )


def _library_of(source: Any) -> str:
    module = type(source).__module__.partition(".")[0]
    return {"pyarrow": "arrow", "builtins": type(source).__name__}.get(module, module)
