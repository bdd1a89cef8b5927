"""From a table to coded rows and their batches: the course's `TabularPandas`, as far as ratings need it."""

from collections.abc import Callable, Sequence, Sized
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd
import torch

from cofactor.arrays import IntArray
from cofactor.collab.categories import CategoryMap, Classes, is_text
from cofactor.collab.lists import L
from cofactor.collab.loaders import DataLoader, DataLoaders, draw_seed
from cofactor.collab.rows import RatingRows, read_ratings
from cofactor.errors import BadOption, Unsupported
from cofactor.training.engines.torch_engine import seeded

__all__ = [
    "Categorify",
    "IndexSplitter",
    "RandomSplitter",
    "TabularCollab",
    "TabularPandas",
    "TransformBlock",
    "random_split",
]

Splits = Sequence[Sequence[int] | IntArray]


class Categorify:
    """The one step that users and items need: ids to codes."""


class TransformBlock:
    """Ratings as they are, for `y_block`."""


class TabularPandas:
    """A table of ratings, its ids as codes, split into training and validation rows.

    cat_names: the user column and the item column     y_names: the rating column
    splits: the places of the training rows and of the validation rows; all rows are for training without
    The table is left as it is. Ids of text are numbered from all rows, numbers from the training rows, as the course
    does it; code 0 (`#na#`) is kept for missing ids and for numbers that only validation has. Raises `Unsupported`
    where there are other columns than these three or other steps than `Categorify`, and `BadTable`.
    """

    def __init__(
        self, df: pd.DataFrame, procs: Any = None, cat_names: Sequence[str] | None = None,
        cont_names: Sequence[str] | None = None, y_names: Sequence[str] | str | None = None, y_block: Any = None,
        splits: Splits | None = None,
    ) -> None:  # fmt: skip
        names, rating = L(cat_names), L(y_names)
        if len(names) != 2 or len(rating) != 1 or L(cont_names) or any(_other(one, Categorify) for one in L(procs)):
            raise Unsupported(
                f"Ratings have cat_names=[user, item], y_names=[rating], no cont_names and procs=[Categorify], but "
                f"cat_names={cat_names}, y_names={y_names}, cont_names={cont_names}, procs={procs} came."
            )
        if y_block is not None and _other(y_block, TransformBlock):
            raise Unsupported(f"Ratings are numbers as they are, y_block=TransformBlock(), but {y_block!r} came.")
        read_ratings(df, rating[0])
        parts = [df, df.iloc[:0]] if splits is None else [df.iloc[np.asarray(rows, np.int64)] for rows in splits]
        classes = Classes((name, _ids_of(df, parts[0], name)) for name in names)
        self.train, self.valid = (
            RatingRows.of(part, classes, rating[0], labelled=True, strangers=True) for part in parts
        )

    @property
    def items(self) -> pd.DataFrame:
        """All rows as codes and ratings, those of training first."""
        return pd.concat([self.train.items, self.valid.items])

    def __getattr__(self, name: str) -> Any:
        """What else is asked is asked of the training rows: `classes`, `xs`, `cat_names` …"""
        if name.startswith("_") or name in ("train", "valid"):
            raise AttributeError(name)
        return getattr(self.train, name)

    def __len__(self) -> int:
        return len(self.train) + len(self.valid)

    def dataloaders(
        self, bs: int = 64, val_bs: int | None = None, shuffle: bool = True, device: str | None = None,
        path: str | Path = ".", num_workers: int = 0, seed: int | None = None, made: type[DataLoaders] = DataLoaders,
    ) -> Any:  # fmt: skip
        """Batches of both parts; made: the class of what comes back.

        seed: of the order in which training takes the rows; None: torch's global generator decides
        """
        on = device or "cpu"
        train = DataLoader(self.train, bs, shuffle, True, on, draw_seed() if seed is None else seed, num_workers)
        return made(train, DataLoader(self.valid, val_bs or bs, device=on, num_workers=num_workers), Path(path))

    def __repr__(self) -> str:
        return f"{type(self).__name__} {self.items!r}"


class TabularCollab(TabularPandas):
    """The same by its name for ratings."""


def RandomSplitter(valid_pct: float = 0.2, seed: int | None = None) -> Callable[[Sized], tuple[L, L]]:
    """A function from rows to the places of those to train on and, a random share, of those to validate on."""

    def split(rows: Sized) -> tuple[L, L]:
        train, valid = random_split(len(rows), valid_pct, seed)
        return L(train.tolist()), L(valid.tolist())

    return split


def IndexSplitter(valid_idx: Sequence[int]) -> Callable[[Sized], tuple[L, L]]:
    """A function from rows to the places of those to train on and of those to validate on, which are these."""

    def split(rows: Sized) -> tuple[L, L]:
        train = np.setdiff1d(np.arange(len(rows)), np.asarray(valid_idx, np.int64))
        return L(train.tolist()), L(np.asarray(valid_idx).tolist())

    return split


def random_split(n: int, valid_pct: float, seed: int | None) -> tuple[IntArray, IntArray]:
    """The places of the training and of the validation rows, row for row the course's own.

    seed: None: torch's global generator decides, as `set_seed` set it
    Raises `BadOption` for a share that is not from 0 to below 1.
    """
    if not 0 <= valid_pct < 1:
        raise BadOption(f"valid_pct is the share of ratings kept for validation, from 0 to below 1, not {valid_pct}.")
    order, cut = _shuffled(n, seed), int(valid_pct * n)
    return order[cut:], order[:cut]


def _shuffled(n: int, seed: int | None) -> IntArray:
    if seed is None:
        return torch.randperm(n).numpy()
    with seeded(seed):
        return torch.randperm(n).numpy()


def _other(one: Any, wanted: type) -> bool:
    return one is not wanted and not isinstance(one, wanted)


def _ids_of(ratings: pd.DataFrame, train: pd.DataFrame, name: str) -> CategoryMap:
    """Text is a category to the original, whose categories stay when rows go; a number is what training has seen."""
    table = ratings if is_text(cast(pd.Series, ratings[name])) else train
    return CategoryMap.of(cast(pd.Series, table[name]), name)
