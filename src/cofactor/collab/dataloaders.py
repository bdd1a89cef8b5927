"""From a data frame of ratings to batches of codes: what the course calls `dls`."""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self, cast

import numpy as np
import pandas as pd
import torch

from cofactor.arrays import IntArray
from cofactor.collab.categories import CategoryMap, Classes, is_text
from cofactor.collab.rows import Batch, TabularCollab, read_ratings
from cofactor.collab.showing import show_frame
from cofactor.errors import BadOption, BadTable
from cofactor.training.batches import Batches
from cofactor.training.engines.torch_engine import seeded

__all__ = ["CollabDataLoaders", "DataLoader", "DataLoaders", "draw_seed"]


@dataclass(eq=False)
class DataLoader:
    """Batches of a table's rows; each pass over it is in a new order if `shuffle`."""

    dataset: TabularCollab
    bs: int
    shuffle: bool = False
    drop_last: bool = False
    device: str = "cpu"
    seed: int = 0
    _passes: int = field(default=0, repr=False)

    @property
    def n(self) -> int:
        """The number of rows in the table."""
        return len(self.dataset)

    @property
    def batches(self) -> Batches:
        """Its plan of rows; a table smaller than one batch is one batch."""
        size = max(1, min(self.bs, self.n))
        return Batches(self.n, size, self.seed, self.drop_last, self.shuffle)

    def __len__(self) -> int:
        return self.batches.n_steps

    def __iter__(self) -> Iterator[Batch]:
        self._passes += 1
        for rows in self.batches.of(self._passes - 1):
            yield self._moved(self.dataset.batch(rows[rows >= 0]))

    def one_batch(self) -> Batch:
        """The first batch of a new pass."""
        return next(iter(self))

    def first(self, n: int) -> Self:
        """A loader of the first n rows."""
        return replace(self, dataset=self.dataset.first(n))

    def show_batch(self, max_n: int = 10) -> None:
        """Show some rows as they came: user, item, rating."""
        order = self.batches.of(self._passes)[0] if self.shuffle else np.arange(self.n)
        show_frame(self.dataset.frame.iloc[order[order >= 0][:max_n]].reset_index(drop=True))

    def _moved(self, batch: Batch) -> Batch:
        return batch[0].to(self.device), batch[1].to(self.device)


@dataclass(eq=False)
class DataLoaders:
    """The batches to train on, those to validate on, and what the codes in them stand for."""

    train: DataLoader
    valid: DataLoader
    classes: Classes
    y_name: str
    path: Path = Path()

    @property
    def cat_names(self) -> list[str]:
        """The names of the user column and of the item column."""
        return list(self.classes)

    @property
    def y_names(self) -> list[str]:
        """The name of the rating column, as a list of one."""
        return [self.y_name]

    @property
    def loaders(self) -> list[DataLoader]:
        """The training loader, then the validation loader."""
        return [self.train, self.valid]

    def __getitem__(self, at: int) -> DataLoader:
        return self.loaders[at]

    @property
    def train_ds(self) -> TabularCollab:
        """The training ratings, as a table and as codes."""
        return self.train.dataset

    @property
    def valid_ds(self) -> TabularCollab:
        """The validation ratings, as a table and as codes."""
        return self.valid.dataset

    @property
    def bs(self) -> int:
        """The number of ratings in a training batch."""
        return self.train.bs

    @property
    def device(self) -> str:
        """The device that training batches are moved to, such as "cpu"."""
        return self.train.device

    def to(self, device: str) -> Self:
        """Move the batches of both loaders to this device from now on; returns these loaders."""
        for loader in self.loaders:
            loader.device = str(device)
        return self

    def one_batch(self) -> Batch:
        """x (bs, 2) codes of users and items, y (bs, 1) ratings, of the training rows."""
        return self.train.one_batch()

    def show_batch(self, max_n: int = 10) -> None:
        """Show max_n training ratings as they came."""
        self.train.show_batch(max_n)

    def test_dl(self, test_items: pd.DataFrame, with_labels: bool = False, bs: int | None = None) -> DataLoader:
        """Batches of other rows, with their ratings if `with_labels`; bs: that of validation unless given.

        Raises `BadTable` where the user or item column is missing, or a rating asked for is not a finite number, and
        `NotInTraining` for ids that training has not seen.
        """
        missing = [name for name in self.classes if name not in test_items]
        if missing:
            raise BadTable(f"The table needs the columns {', '.join(self.cat_names)}, but {missing} are not there.")
        rows = TabularCollab.of(test_items, self.classes, self.y_name, labelled=with_labels, strangers=False)
        return DataLoader(rows, bs or self.valid.bs, device=self.device)


class CollabDataLoaders(DataLoaders):
    """`DataLoaders` for collaborative filtering, made from a table of ratings."""

    @classmethod
    def from_df(
        cls, ratings: pd.DataFrame, valid_pct: float = 0.2, user_name: str | None = None,
        item_name: str | None = None, rating_name: str | None = None, seed: int | None = None,
        path: str | Path = ".", *, bs: int = 64, val_bs: int | None = None, shuffle: bool = True,
        device: str | None = None,
    ) -> Self:  # fmt: skip
        """Columns are the first three unless named; a random share `valid_pct` of the rows is for validation.

        seed: of that split, row for row the course's own; None: torch's global generator decides, as `set_seed` set it
        device: "cpu" unless named: small batches are faster there than on most GPUs
        The frame is left as it is. Ids of text are numbered from all rows, numbers from the training rows alone, as
        the course does it; code 0 (`#na#`) is kept for missing ids and for numbers that only validation has, so
        nothing was learned about it. Raises `BadTable`.
        """
        user, item, rating = _columns(ratings, user_name, item_name, rating_name)
        read_ratings(ratings, rating)
        order = _shuffled(len(ratings), seed)
        cut = _n_valid(len(ratings), valid_pct)
        train, valid = ratings.iloc[order[cut:]], ratings.iloc[order[:cut]]
        classes = Classes((name, _ids_of(ratings, train, name)) for name in (user, item))
        if len(train) < bs:
            warnings.warn(
                f"There are only {len(train)} training ratings, fewer than bs={bs}: an epoch is one batch of them all.",
                stacklevel=2,
            )
        parts = [TabularCollab.of(p, classes, rating, labelled=True, strangers=True) for p in (train, valid)]
        on = device or "cpu"
        return cls(
            DataLoader(parts[0], bs, shuffle, True, on, draw_seed() if seed is None else seed),
            DataLoader(parts[1], val_bs or bs, device=on), classes, rating, Path(path),
        )  # fmt: skip

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


def _ids_of(ratings: pd.DataFrame, train: pd.DataFrame, name: str) -> CategoryMap:
    """Text is a category to the original, whose categories stay when rows go; a number is what training has seen."""
    table = ratings if is_text(cast(pd.Series, ratings[name])) else train
    return CategoryMap.of(cast(pd.Series, table[name]), name)


def _n_valid(n: int, valid_pct: float) -> int:
    if not 0 <= valid_pct < 1:
        raise BadOption(f"valid_pct is the share of ratings kept for validation, from 0 to below 1, not {valid_pct}.")
    return int(valid_pct * n)


def _shuffled(n: int, seed: int | None) -> IntArray:
    if seed is None:
        return torch.randperm(n).numpy()
    with seeded(seed):
        return torch.randperm(n).numpy()


def draw_seed() -> int:
    """From torch's global generator, so that `set_seed` makes a whole notebook repeatable."""
    return int(torch.randint(2**31, ()).item())
