"""Answers in the table library the question came in: pandas in, pandas out; Polars otherwise."""

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from typing import Any

__all__ = ["LIBRARIES", "make_table"]

LIBRARIES = ("polars", "pandas", "arrow")


def make_table(columns: Mapping[str, Sequence[Any]], library: str) -> Any:
    """A data frame of these columns, in `library` where it is installed, else in Polars."""
    if library == "pandas" and find_spec("pandas"):
        import pandas as pd

        return pd.DataFrame(dict(columns))
    import polars as pl

    frame = pl.DataFrame(dict(columns), strict=False)
    return frame.to_arrow() if library == "arrow" and find_spec("pyarrow") else frame
