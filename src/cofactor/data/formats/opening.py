"""Any table that a caller may hold, opened: its columns' names, its first rows, and a way to load some of them."""

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeAlias

import polars as pl
from polars.selectors import by_name  # a name as it is: "*" is not every column

from cofactor.data.formats.after_fork import require_polars
from cofactor.data.formats.decoding import BYTES_A_ROW, refuse_too_large
from cofactor.data.formats.header import Header
from cofactor.data.formats.series import series_of
from cofactor.data.formats.streams import BlockTable, is_arrow_stream, is_cursor, open_arrow_stream, open_cursor
from cofactor.data.formats.text import TextTable, open_text
from cofactor.data.id_kinds import is_missing
from cofactor.data.options import Options
from cofactor.data.report import RowNames
from cofactor.errors import BadTable, CofactorError

__all__ = ["Table", "name_of", "open_table"]

DataTypes: TypeAlias = Mapping[str, Any]  # column: its wished Polars type, which text tables try to honour
HEAD = 100
ALL_NAMED = Header()
KINDS = {
    "pandas": "a pandas table", "polars": "a Polars table", "arrow": "an Arrow table",
    "scipy": "a scipy sparse matrix", "dict": "a dict of columns",
}  # fmt: skip
TEXT_OF = ".csv .tsv .txt .dat .data .gz"
# recognised by their first bytes, so that a wrong ending does not matter
MAGIC = {
    b"PAR1": "parquet", b"ARROW1": "arrow", b"PK\x03\x04": "a zip archive (perhaps .xlsx or .npz)",
    b"SQLite format 3": "an SQLite database", b"\x89HDF": "HDF5", b"\x80\x04": "a pickle", b"\x80\x05": "a pickle",
    b"BZh": "bzip2", b"\xfd7zXZ": "xz", b"\x28\xb5\x2f\xfd": "zstd", b"\x93NUMPY": "a NumPy file", b"%PDF": "a PDF",
}  # fmt: skip
OTHER_ENDINGS = {".xlsx", ".xls", ".ods", ".json", ".jsonl", ".ndjson", ".pkl", ".db", ".sqlite", ".h5", ".npy", ".npz"}


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

    @property
    def name(self) -> str:
        """A file's name without its endings; 'ratings' for what has none."""
        return self.origin.partition(".")[0] or self.origin if "." in self.origin else "ratings"


def name_of(source: Any) -> str:
    """What messages call it."""
    if isinstance(source, str | Path):
        return Path(source).name or str(source)
    if isinstance(source, bytes | bytearray) or hasattr(source, "read"):
        return Path(str(getattr(source, "name", "the given text"))).name
    if is_cursor(source) or is_arrow_stream(source):
        return "the rows of a query" if is_cursor(source) else "an Arrow stream"
    library = _library_of(source)
    return KINDS.get(library, f"the given {type(source).__name__}")


def open_table(source: Any, options: Options | None = None) -> Table:
    """A path, bytes or an open file; a pandas, Polars or Arrow table; an Arrow stream; a database cursor; a scipy
    sparse matrix; a dict of columns.

    options: separator, encoding and has_header of a text; None: all to be found.
    Raises `BadTable` for what is none of these, or cannot be opened; `NotAfterFork`.
    """
    require_polars()
    options = options or Options()
    if isinstance(source, str | Path):
        return _open_path(Path(source), options)
    if isinstance(source, bytes | bytearray):
        return _open_bytes(bytes(source), name_of(source), options)
    if hasattr(source, "read"):
        content = source.read()
        data = content.encode() if isinstance(content, str) else bytes(content)
        return _open_bytes(data, name_of(source), options)
    return _open_frame(source)


def _open_path(path: Path, options: Options) -> Table:
    """`_open_file`, whose errors of the system are told as ours."""
    try:
        return _open_file(path.expanduser(), options)
    except (OSError, RuntimeError, ValueError) as error:  # no home for "~"; a zero in the name
        if isinstance(error, CofactorError):
            raise
        why = getattr(error, "strerror", None) or error
        raise BadTable(f"{str(path)!r} cannot be read: {why}. Mend that, or give another file.") from None


def _open_file(path: Path, options: Options) -> Table:
    if path.is_dir():
        inside = sorted(p.name for p in path.iterdir())
        raise BadTable(f"{str(path)!r} is a folder. Give one of its files: {', '.join(inside[:8]) or 'it is empty'}.")
    if not path.is_file():
        near = get_close_matches(path.name, [p.name for p in path.parent.glob("*")], n=1)
        hint = f"Did you mean {near[0]!r}?" if near else f"Looked in {str(path.parent.resolve())!r}."
        raise BadTable(f"There is no file {str(path)!r}. {hint}")
    with path.open("rb") as file:
        kind = _kind(file.read(16))
    if kind == "parquet":
        return _packed(pl.scan_parquet(path, glob=False), path.name)
    if kind == "arrow":
        return _packed(pl.scan_ipc(path, glob=False), path.name)
    _refuse_other_formats(kind, path.suffix.lower())
    return _text(open_text(path, options.separator, options.encoding, options.has_header), path.name)


def _open_bytes(data: bytes, name: str, options: Options) -> Table:
    kind = _kind(data[:16])
    if kind == "parquet":
        return _packed(pl.scan_parquet(io.BytesIO(data)), name)
    if kind == "arrow":
        return _packed(pl.scan_ipc(io.BytesIO(data)), name)
    _refuse_other_formats(kind, Path(name).suffix.lower())
    return _text(open_text(data, options.separator, options.encoding, options.has_header), name)


def _kind(start: bytes) -> str | None:
    return next((kind for magic, kind in MAGIC.items() if start.startswith(magic)), None)


def _refuse_other_formats(kind: str | None, ending: str) -> None:
    if kind is None and ending not in OTHER_ENDINGS:
        return
    raise BadTable(
        f"This is {kind or f'a file of the kind {ending}'}, which is not read here. Read are text tables "
        f"({TEXT_OF} …), .parquet and .arrow; load anything else with pandas or Polars and pass the data frame."
    )


def _text(table: TextTable, origin: str) -> Table:
    row_names = RowNames("line", table.first_line)
    return Table(origin, "polars", table.head, table.load, row_names, is_text=True, header=table.header)


def _packed(frame: pl.LazyFrame, origin: str) -> Table:
    """A file that says how many rows it holds; equal ones may take no room in it, but do when they are read."""
    n_rows = int(_collected(frame.select(pl.len())).item())
    refuse_too_large(n_rows * BYTES_A_ROW, f"{n_rows:,} rows")
    return _lazy(frame, origin)


def _lazy(frame: pl.LazyFrame, origin: str) -> Table:
    given = _schema(frame)
    header = Header.of(given)
    frame = frame.rename(dict(zip(given, header.names, strict=True)))
    head = _collected(frame.head(HEAD))
    return Table(origin, "polars", head, lambda dtypes: _collected(frame.select(by_name(list(dtypes)))), header=header)


def _schema(frame: pl.LazyFrame) -> list[str]:
    try:
        return frame.collect_schema().names()
    except (pl.exceptions.PolarsError, OSError) as error:
        raise _unreadable(error) from None


def _unreadable(error: Exception) -> BadTable:
    return BadTable(f"The table cannot be read: {str(error).splitlines()[0]}. Fetch or write it again.")


def _collected(frame: pl.LazyFrame) -> pl.DataFrame:
    try:
        return frame.collect()
    except (pl.exceptions.PolarsError, OSError) as error:
        raise _unreadable(error) from None


def _eager(frame: pl.DataFrame, origin: str, library: str = "polars", header: Header | None = None) -> Table:
    """header: of the names that the table came with, where the frame's are made of them already"""
    header = header or Header.of(frame.columns)
    frame = frame.rename(dict(zip(frame.columns, header.names, strict=True)))
    _refuse_data_as_names(frame.columns)
    return Table(origin, library, frame.head(HEAD), lambda dtypes: frame.select(by_name(list(dtypes))), header=header)


def _of_blocks(table: BlockTable, origin: str, library: str) -> Table:
    return Table(origin, library, table.head, table.load, header=table.header)


def _open_frame(source: Any) -> Table:
    library, origin = _library_of(source), name_of(source)
    if isinstance(source, pl.LazyFrame):
        return _lazy(source, origin)
    if isinstance(source, pl.DataFrame):
        return _eager(source, origin)
    if library == "pandas":
        return _from_pandas(source, origin)
    if library == "scipy":
        return _from_sparse(source, origin)
    if is_arrow_stream(source):
        return _of_blocks(open_arrow_stream(source), origin, "arrow")
    if is_cursor(source):
        return _of_blocks(open_cursor(source), origin, "polars")
    if hasattr(source, "__arrow_c_stream__"):  # pyarrow, and everyone who speaks its protocol
        return _from_arrow(source, origin)
    if isinstance(source, Mapping):
        return _from_columns(list(source), list(source.values()), origin, "polars")
    raise BadTable(
        f"A table cannot be made of {type(source).__name__}. Give a path, a pandas, Polars or Arrow table, a database "
        f"cursor, a scipy sparse matrix, or a dict of columns such as {{'user': […], 'item': […], 'rating': […]}}."
    )


def _library_of(source: Any) -> str:
    module = type(source).__module__.partition(".")[0]
    return {"pyarrow": "arrow", "builtins": type(source).__name__}.get(module, module)


def _refuse_data_as_names(names: Sequence[str]) -> None:
    """A frame read without header=None carries its first row as names; columns numbered 0, 1, 2 are no such case."""
    numbered = [str(at) for at in range(len(names))]
    if len(names) > 1 and list(names) != numbered and all(name.replace(".", "", 1).isdecimal() for name in names[:3]):
        raise BadTable(
            f"The columns are called {', '.join(names[:4])}, which looks like a first row of data. "
            f"Read the table without a header (pandas: header=None, Polars: has_header=False)."
        )


def _from_columns(names: Sequence[Any], columns: Sequence[Any], origin: str, library: str) -> Table:
    header = Header.of(names)
    frame = {name: series_of(name, values) for name, values in zip(header.names, columns, strict=True)}
    lengths = {name: len(column) for name, column in frame.items()}
    if len(set(lengths.values())) > 1:
        raise BadTable(f"The columns of a table must have one length, but these have {lengths}.")
    return _eager(pl.DataFrame(frame), origin, library, header=header)


def _from_arrow(source: Any, origin: str) -> Table:
    try:
        return _eager(pl.DataFrame(source), origin, "arrow")
    except pl.exceptions.PolarsError as error:
        raise BadTable(f"The Arrow table cannot be read: {str(error).splitlines()[0]}.") from None


def _from_pandas(source: Any, origin: str) -> Table:
    named_index = any(name is not None for name in getattr(source.index, "names", ()))
    frame = source.reset_index() if named_index or source.ndim == 1 else source
    columns = [_pandas_values(frame.iloc[:, at]) for at in range(frame.shape[1])]
    return _from_columns(list(frame.columns), columns, origin, "pandas")


def _pandas_values(column: Any) -> Any:
    if find_spec("pyarrow") and str(column.dtype) in ("str", "string", "category"):
        return pl.from_pandas(column)
    if column.dtype.kind in "iufbM" and not hasattr(column.dtype, "na_value"):
        return column.to_numpy()  # no copy
    try:
        return column.astype(object).where(column.notna(), None).tolist()
    except ArithmeticError:  # a signalling nan
        return [None if is_missing(one) else one for one in column.astype(object)]


def _from_sparse(matrix: Any, origin: str) -> Table:
    """A row for each stored cell; one that is stored several times holds the sum, as in SciPy."""
    if len(matrix.shape) != 2:
        raise BadTable(f"A sparse matrix of ratings has two dimensions, users and items, but this has {matrix.shape}.")
    if matrix.dtype.kind not in "iufb":
        raise BadTable(f"A sparse matrix of {matrix.dtype} cannot hold ratings. Convert it to numbers.")
    cells = matrix.tocoo(copy=True)
    n_stored = cells.nnz
    if not getattr(matrix, "has_canonical_format", False):
        cells.sum_duplicates()
    row, column = cells.coords
    frame = pl.DataFrame({"user": row, "item": column, "rating": series_of("rating", cells.data)})
    return replace(_eager(frame, origin), shape=matrix.shape, n_added_up=n_stored - cells.nnz)
