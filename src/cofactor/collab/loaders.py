"""Batches of rows, and what the codes in them stand for: what the course calls `dls`."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd
import torch

from cofactor.collab.categories import Classes
from cofactor.collab.rows import Batch, RatingRows, all_finite
from cofactor.collab.showing import show_frame
from cofactor.errors import BadTable, Unsupported
from cofactor.training.batches import Batches

__all__ = ["DataLoader", "DataLoaders", "default_device", "draw_seed"]


@dataclass(eq=False, repr=False)
class DataLoader:
    """Batches of a table's rows; each pass over it is in a new order if `shuffle`."""

    dataset: RatingRows
    bs: int
    shuffle: bool = False
    drop_last: bool = False
    device: str = "cpu"
    seed: int = 0
    num_workers: int = 0  # taken and shown; a batch is a slice of arrays, which no other process could make sooner
    _passes: int = field(default=0)

    @property
    def n(self) -> int:
        """The number of rows in the table."""
        return len(self.dataset)

    @property
    def batches(self) -> Batches:
        """Its plan of rows; a table smaller than one batch is one batch."""
        size = max(1, min(self.bs, self.n))
        return Batches(self.n, size, self.seed, self.drop_last, self.shuffle)

    @property
    def n_inp(self) -> int:
        """The number of tensors of a batch that go into the model."""
        return 1

    def new(self, **changes: Any) -> Self:
        """A loader that differs in these of its fields."""
        return replace(self, **changes)

    def __getattr__(self, name: str) -> Any:
        """What else is asked is asked of the rows: `items`, `xs`, `ys`, `classes` …"""
        if name.startswith("_") or name == "dataset":
            raise AttributeError(name)
        return getattr(self.dataset, name)

    def __len__(self) -> int:
        return self.batches.n_steps

    def __iter__(self) -> Iterator[Batch]:
        self._passes += 1
        for rows in self.batches.of(self._passes - 1):
            yield self._moved(self.dataset.batch(rows[rows >= 0]))

    def one_batch(self) -> Batch:
        """The first batch of a new pass."""
        return next(iter(self))

    def show_batch(self, max_n: int = 10) -> None:
        """Show some rows as they came: user, item, rating."""
        order = self.batches.of(self._passes)[0] if self.shuffle else np.arange(self.n)
        show_frame(self.dataset.frame.iloc[order[order >= 0][:max_n]].reset_index(drop=True))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.n:,} rows, bs={self.bs}, device={self.device!r})"

    def _moved(self, batch: Batch) -> Batch:
        return tuple(part.to(self.device) for part in batch)


@dataclass(eq=False, repr=False)
class DataLoaders:
    """The batches to train on, and those to validate on."""

    train: DataLoader
    valid: DataLoader
    path: Path = Path()

    @property
    def classes(self) -> Classes:
        """The ids of the user column and of the item column in the order of their codes, by the columns' names."""
        return self.train_ds.classes

    @property
    def y_name(self) -> str:
        """The name of the rating column."""
        return self.train_ds.y_name

    @classmethod
    def from_dblock(
        cls, dblock: Any, source: Any, path: str | Path = ".", bs: int = 64, val_bs: int | None = None,
        shuffle: bool = True, device: str | None = None, **kwargs: Any,
    ) -> Self:  # fmt: skip
        """Raises `Unsupported`: there are no data blocks here, only the options of this method, to delegate to."""
        raise Unsupported("Ratings need no DataBlock: CollabDataLoaders.from_df(table, …) makes their batches.")

    def __getattr__(self, name: str) -> Any:
        """What else is asked is asked of the training loader and its rows: `items`, `xs`, `cat_names`, `n_inp` …"""
        if name.startswith("_") or name in ("train", "valid"):
            raise AttributeError(name)
        return getattr(self.train, name)

    def __len__(self) -> int:
        return len(self.loaders)

    @property
    def loaders(self) -> list[DataLoader]:
        """The training loader, then the validation loader."""
        return [self.train, self.valid]

    def __getitem__(self, at: int) -> DataLoader:
        return self.loaders[at]

    @property
    def train_ds(self) -> RatingRows:
        """The training ratings, as a table and as codes."""
        return self.train.dataset

    @property
    def valid_ds(self) -> RatingRows:
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

    def cpu(self) -> Self:
        """Batches on the CPU from now on; returns these loaders."""
        return self.to("cpu")

    def cuda(self) -> Self:
        """Batches on the GPU from now on; returns these loaders."""
        return self.to("cuda")

    def one_batch(self) -> Batch:
        """x (bs, 2) codes of users and items, y (bs, 1) ratings, of the training rows."""
        return self.train.one_batch()

    def show_batch(self, max_n: int = 10) -> None:
        """Show max_n training ratings as they came."""
        self.train.show_batch(max_n)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(train={self.train!r}, valid={self.valid!r})"

    def test_dl(
        self, test_items: pd.DataFrame, with_labels: bool = False, bs: int | None = None, num_workers: int = 0
    ) -> DataLoader:
        """Batches of other rows, in their order, with ratings where the table has all of them; bs: of validation.

        Raises `BadTable` where the user or item column is missing, or with `with_labels` a rating that is a finite
        number, and `NotInTraining` for ids that training has not seen.
        """
        needed = [*self.classes, *([self.y_name] if with_labels else [])]
        missing = [name for name in needed if name not in test_items]
        if missing:
            raise BadTable(f"The table needs the columns {', '.join(needed)}, but {missing} are not there.")
        labelled = with_labels or (self.y_name in test_items and all_finite(test_items, self.y_name))
        rows = RatingRows.of(test_items, self.classes, self.y_name, labelled=labelled, strangers=False)
        return DataLoader(rows, bs or self.valid.bs, device=self.device, num_workers=num_workers)


def default_device() -> torch.device:
    """The device that batches are on where none is named: the CPU, where small ones are faster than on most GPUs."""
    return torch.device("cpu")


def draw_seed() -> int:
    """From torch's global generator, so that `set_seed` makes a whole notebook repeatable."""
    return int(torch.randint(2**31, ()).item())
