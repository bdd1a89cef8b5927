"""Tables that are in memory already: data frames of pandas, Polars and Arrow, dicts of columns, sparse matrices."""

from collections.abc import Sequence
from dataclasses import replace
from importlib.util import find_spec
from typing import Any

import polars as pl
from polars.selectors import by_name  # a name as it is: "*" is not every column

from cofactor.data.formats.header import Header
from cofactor.data.formats.series import series_of
from cofactor.data.formats.table import N_HEAD, Table
from cofactor.data.id_kinds import is_missing
from cofactor.errors import BadTable

__all__ = ["collected", "from_arrow", "from_columns", "from_eager", "from_lazy", "from_pandas", "from_sparse"]


def from_lazy(frame: pl.LazyFrame, origin: str) -> Table:
    """The table of a lazy frame, of which only the columns that are used will be computed.

    Raises `BadTable` where its query fails.
    """
    names = _schema(frame)
    header = Header.of(names)
    frame = frame.rename(dict(zip(names, header.names, strict=True)))
    head = collected(frame.head(N_HEAD))
    return Table(origin, "polars", head, lambda dtypes: collected(frame.select(by_name(list(dtypes)))), header=header)


def _schema(frame: pl.LazyFrame) -> list[str]:
    try:
        return frame.collect_schema().names()
    except (pl.exceptions.PolarsError, OSError) as error:
        raise _unreadable(error) from None


def _unreadable(error: Exception) -> BadTable:
    return BadTable(f"The table cannot be read: {str(error).splitlines()[0]}. Fetch or write it again.")


def collected(frame: pl.LazyFrame) -> pl.DataFrame:
    """The rows of a lazy frame; raises `BadTable` where its query fails."""
    try:
        return frame.collect()
    except (pl.exceptions.PolarsError, OSError) as error:
        raise _unreadable(error) from None


def from_eager(frame: pl.DataFrame, origin: str, library: str = "polars", header: Header | None = None) -> Table:
    """The table of a data frame; raises `BadTable` where its names look like a first row of data.

    header: of the names that the table came with, where those of the frame are made of them already
    """
    header = header or Header.of(frame.columns)
    frame = frame.rename(dict(zip(frame.columns, header.names, strict=True)))
    _refuse_data_as_names(frame.columns)
    return Table(origin, library, frame.head(N_HEAD), lambda dtypes: frame.select(by_name(list(dtypes))), header=header)


def _refuse_data_as_names(names: Sequence[str]) -> None:
    """A frame read without header=None carries its first row as names; columns numbered 0, 1, 2 are no such case."""
    numbered = [str(at) for at in range(len(names))]
    if len(names) > 1 and list(names) != numbered and all(name.replace(".", "", 1).isdecimal() for name in names[:3]):
        raise BadTable(
            f"The columns are called {', '.join(names[:4])}, which looks like a first row of data. "
            f"Read the table without a header (pandas: header=None, Polars: has_header=False)."
        )


def from_columns(names: Sequence[Any], columns: Sequence[Any], origin: str, library: str) -> Table:
    """The table of these columns; raises `BadTable` where they are no lists of one length."""
    header = Header.of(names)
    frame = {name: series_of(name, values) for name, values in zip(header.names, columns, strict=True)}
    lengths = {name: len(column) for name, column in frame.items()}
    if len(set(lengths.values())) > 1:
        raise BadTable(f"The columns of a table must have one length, but these have {lengths}.")
    return from_eager(pl.DataFrame(frame), origin, library, header=header)


def from_arrow(source: Any, origin: str) -> Table:
    """The table of an Arrow table, or of anything that exports an Arrow stream, taken whole.

    Raises `BadTable` for types that Polars does not know.
    """
    try:
        return from_eager(pl.DataFrame(source), origin, "arrow")
    except pl.exceptions.PolarsError as error:
        raise BadTable(f"The Arrow table cannot be read: {str(error).splitlines()[0]}.") from None


def from_pandas(source: Any, origin: str) -> Table:
    """The table of a pandas data frame or series; a named index is a column, too."""
    named_index = any(name is not None for name in getattr(source.index, "names", ()))
    frame = source.reset_index() if named_index or source.ndim == 1 else source
    columns = [_pandas_values(frame.iloc[:, at]) for at in range(frame.shape[1])]
    return from_columns(list(frame.columns), columns, origin, "pandas")


def _pandas_values(column: Any) -> Any:
    if find_spec("pyarrow") and str(column.dtype) in ("str", "string", "category"):
        return pl.from_pandas(column)
    if column.dtype.kind in "iufbM" and not hasattr(column.dtype, "na_value"):
        return column.to_numpy()  # no copy
    try:
        return column.astype(object).where(column.notna(), None).tolist()
    except ArithmeticError:  # a signalling nan
        return [None if is_missing(one) else one for one in column.astype(object)]


def from_sparse(matrix: Any, origin: str) -> Table:
    """The table of a matrix with a row for each stored cell.

    One that is stored several times holds the sum, as in SciPy.
    Raises `BadTable` for a matrix that has not two dimensions, or no numbers.
    """
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
    return replace(from_eager(frame, origin), shape=matrix.shape, n_added_up=n_stored - cells.nnz)
