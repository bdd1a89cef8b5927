"""From a data frame of ratings to `dls`, by the course's name."""

import warnings
from pathlib import Path
from typing import Any, Self

import pandas as pd

from cofactor.collab.loaders import DataLoaders
from cofactor.collab.tabular import Categorify, TabularCollab, TransformBlock, random_split
from cofactor.errors import BadTable, counted

__all__ = ["CollabDataLoaders"]


class CollabDataLoaders(DataLoaders):
    """`DataLoaders` for collaborative filtering, made from a table of ratings."""

    @classmethod
    def from_df(
        cls, ratings: pd.DataFrame, valid_pct: float = 0.2, user_name: str | None = None,
        item_name: str | None = None, rating_name: str | None = None, seed: int | None = None,
        path: str | Path = ".", *, bs: int = 64, val_bs: int | None = None, shuffle: bool = True,
        device: str | None = None, num_workers: int = 0, batch_size: int | None = None,
        shuffle_train: bool | None = None,
    ) -> Self:  # fmt: skip
        """Columns are the first three unless named; a random share `valid_pct` of the rows is for validation.

        seed: of that split, row for row the course's own; None: torch's global generator decides, as `set_seed` set it
        device: "cpu" unless named: small batches are faster there than on most GPUs
        batch_size, shuffle_train: other names of bs and shuffle     num_workers: makes no difference here
        The frame is left as it is; whose ids get codes is said at `TabularPandas`. Raises `BadTable`.
        """
        user, item, rating = _columns(ratings, user_name, item_name, rating_name)
        splits = random_split(len(ratings), valid_pct, seed)
        table = TabularCollab(
            ratings, [Categorify], [user, item], y_names=[rating], y_block=TransformBlock(), splits=splits
        )
        bs = bs if batch_size is None else batch_size
        if len(table.train) < bs:
            rows = counted(len(table.train), "training rating")
            warnings.warn(f"An epoch has only {rows}, fewer than bs={bs}: one batch of all.", stacklevel=2)
        shuffled = shuffle if shuffle_train is None else shuffle_train
        return table.dataloaders(bs, val_bs, shuffled, device, path, num_workers, seed, made=cls)

    @classmethod
    def from_csv(cls, csv: str | Path, **kwargs: Any) -> Self:
        """`from_df` of a file with commas."""
        return cls.from_df(pd.read_csv(csv), **kwargs)


def _columns(frame: Any, *names: str | None) -> list[str]:
    if not isinstance(frame, pd.DataFrame):
        came = f"{type(frame).__module__.partition('.')[0]} {type(frame).__name__}".removeprefix("builtins ")
        mend = "Pass frame.to_pandas()." if hasattr(frame, "to_pandas") else "Make one by pd.DataFrame(table)."
        raise BadTable(f"from_df takes a pandas frame, but a {came} came. {mend}")
    here = list(frame.columns)
    if len(here) < 3:
        raise BadTable(f"A table of ratings has a user, an item and a rating column, but this one has {here}.")
    columns = [here[at] if name is None else name for at, name in enumerate(names)]
    for kind, name in zip(("user", "item", "rating"), columns, strict=True):
        if name not in here:
            raise BadTable(f"{kind}_name={name!r} is no column of the table. It has {', '.join(map(str, here))}.")
    if len(set(columns)) < 3:
        raise BadTable(f"User, item and rating must be three different columns, but they are {columns}. Name them.")
    if not len(frame):
        raise BadTable("The table has no rows. Give it some ratings.")
    return columns
