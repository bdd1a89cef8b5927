"""Answers in the table library the question came in: pandas in, pandas out; Polars otherwise."""

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from typing import Any

__all__ = ["LIBRARIES", "make_table"]

LIBRARIES = ("polars", "pandas", "arrow")


def make_table(columns: Mapping[str, Sequence[Any]], library: str, like: Mapping[str, Any] | None = None) -> Any:
    """A data frame of these columns, in `library` where it is installed, else in Polars.

    like: a value of each column, whose type the column has also where it is empty, so that tables of one kind have one
        schema and can be put together; None: the types are those of the values
    """
    if library == "pandas" and find_spec("pandas"):
        import pandas as pd

        if like and not any(map(len, columns.values())):
            return pd.DataFrame({name: [one] for name, one in like.items()}).iloc[:0]
        return pd.DataFrame(dict(columns))
    import polars as pl

    types = {name: pl.Series([one]).dtype for name, one in (like or {}).items()}
    frame = pl.DataFrame([_series(name, values, types.get(name)) for name, values in columns.items()])
    return frame.to_arrow() if library == "arrow" and find_spec("pyarrow") else frame


def _series(name: str, values: Sequence[Any], dtype: Any) -> Any:
    """A column of the type, or of its values' own where they are of another: a newcomer among numbered users."""
    import polars as pl

    try:
        return pl.Series(name, values, dtype=dtype)
    except (TypeError, OverflowError, pl.exceptions.PolarsError):
        return pl.Series(name, values, dtype=pl.Object) if dtype is None else _series(name, values, None)
