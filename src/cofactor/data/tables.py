"""Answers in the table library the question came in: pandas in, pandas out; Polars otherwise."""

from collections.abc import Iterator, Mapping, Sequence
from importlib.util import find_spec
from typing import Any, Protocol, TypeVar

__all__ = ["LIBRARIES", "Table", "make_table"]

LIBRARIES = ("polars", "pandas", "arrow")
Name = TypeVar("Name", bound=str, contravariant=True)


class Table(Protocol[Name]):
    """A data frame of the library the ratings came in, for a type checker: its columns by their names.

    Which library it is, is known when it runs alone; whatever else that one's tables can do is let pass.
    `isinstance(table, pd.DataFrame)` says which it is to the checker, too.
    """

    def __getitem__(self, asked: Name | int | slice | list[Any] | tuple[Any, ...], /) -> Any: ...
    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[Any]: ...
    def __getattr__(self, name: str, /) -> Any: ...


def make_table(columns: Mapping[str, Sequence[Any]], library: str, like: Mapping[str, Any] | None = None) -> Any:
    """A data frame of these columns, every value as it is, in `library` where that is installed and can hold them,
    else in Polars.

    like: a value of each column, whose type the column has also where no value is in it, so that tables of one kind
        have one schema and can be put together; None: the types are those of the values
    """
    if library == "pandas" and find_spec("pandas"):
        import pandas as pd

        if like and not any(map(len, columns.values())):
            return pd.DataFrame({name: [one] for name, one in like.items()}).iloc[:0]
        try:
            return pd.DataFrame(dict(columns))
        except UnicodeEncodeError:  # half a pair of surrogates, such as "\ud800", is text that no encoding holds
            return pd.DataFrame({name: pd.Series(list(values), dtype=object) for name, values in columns.items()})
    import polars as pl

    from cofactor.data.formats.series import series_of

    def series(name: str, values: Sequence[Any]) -> pl.Series:
        if not _is_empty(values):
            return series_of(name, values)
        dtype = series_of(name, [like[name]]).dtype if like and name in like else None
        return pl.Series(name, values, dtype=dtype)

    frame = pl.DataFrame([series(name, values) for name, values in columns.items()])
    fits = not any(isinstance(dtype, pl.Object | pl.Int128 | pl.UInt128) for dtype in frame.dtypes)
    return frame.to_arrow() if library == "arrow" and fits and find_spec("pyarrow") else frame


def _is_empty(values: Sequence[Any]) -> bool:
    return not len(values) or all(one is None for one in values)
