"""Rows of a rating table, as they came and as codes."""

from dataclasses import dataclass, replace
from typing import Self, cast

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from cofactor.arrays import FloatArray, IntArray
from cofactor.collab.categories import CategoryMap, Classes, NotInTraining
from cofactor.collab.lists import L
from cofactor.errors import BadTable, counted, verb_of

__all__ = ["Batch", "RatingRows", "all_finite", "read_ratings"]

Batch = tuple[Tensor, ...]  # x (b, 2) int64 codes of users and items, and y (b, 1) float32 ratings where there are any


@dataclass(frozen=True, eq=False, repr=False)
class RatingRows:
    """Rows of a rating table, as they came (`frame`: user, item, rating) and as codes.

    codes: (n, 2) int64     ratings: (n,) float32, or None where they are asked for
    """

    frame: pd.DataFrame
    classes: Classes
    y_name: str
    codes: IntArray
    ratings: FloatArray | None

    @classmethod
    def of(cls, frame: pd.DataFrame, classes: Classes, y_name: str, *, labelled: bool, strangers: bool) -> Self:
        """strangers: ids without training ratings get code 0 (`#na#`); else they raise `NotInTraining`."""
        columns = [_codes(frame, name, ids, strangers) for name, ids in classes.items()]
        ratings = read_ratings(frame, y_name) if labelled else None
        kept = [*classes, y_name] if labelled else list(classes)
        return cls(_pick(frame, kept), classes, y_name, np.stack(columns, axis=1).astype(np.int64), ratings)

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def items(self) -> pd.DataFrame:
        """The rows as codes and ratings, under the index of the table they come from."""
        encoded = pd.DataFrame(self.codes, columns=list(self.classes), index=self.frame.index)
        return encoded if self.ratings is None else encoded.assign(**{self.y_name: self.ratings})

    @property
    def xs(self) -> pd.DataFrame:
        """The user and item codes, (n, 2), under the index of the table they come from."""
        return _pick(self.items, list(self.classes))

    @property
    def ys(self) -> pd.DataFrame:
        """The ratings, (n, 1), under the index of the table; raises `KeyError` where the rows have none."""
        return _pick(self.items, [self.y_name])

    @property
    def y(self) -> pd.Series:
        """The ratings, (n,), under the index of the table; raises `KeyError` where the rows have none."""
        return cast(pd.Series, self.items[self.y_name])

    @property
    def cat_names(self) -> L:
        """The names of the user column and of the item column."""
        return L(list(self.classes))

    @property
    def y_names(self) -> L:
        """The name of the rating column, as a list of one."""
        return L(self.y_name)

    @property
    def cont_names(self) -> L:
        """None: there are only users and items."""
        return L()

    def take(self, rows: IntArray | slice) -> Self:
        """The rows at these places."""
        ratings = None if self.ratings is None else self.ratings[rows]
        return replace(self, frame=self.frame.iloc[rows], codes=self.codes[rows], ratings=ratings)

    def batch(self, rows: IntArray | slice) -> Batch:
        """x (b, 2) int64 codes, and y (b, 1) float32 ratings where the rows have any."""
        x = torch.tensor(self.codes[rows])
        return (x,) if self.ratings is None else (x, torch.tensor(self.ratings[rows])[:, None])

    def __repr__(self) -> str:
        return f"{type(self).__name__} {self.items!r}"


def _pick(frame: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """These columns."""
    return cast(pd.DataFrame, frame[columns])


def read_ratings(frame: pd.DataFrame, name: str) -> FloatArray:
    """(n,) float32; raises `BadTable` that names the rows which are not numbers."""
    column, numbers = cast(pd.Series, frame[name]), _numbers(frame, name)
    wrong = np.flatnonzero(~np.isfinite(numbers))
    if len(wrong):
        given = column.tolist()
        named = ", ".join(f"{column.index[at]}: {given[at]!r}" for at in wrong[:5])
        raise BadTable(
            f"{len(wrong):,} of {counted(len(numbers), 'rating')} in {name!r} {verb_of(len(wrong), 'are')} not finite "
            f"or no number (row {named}{', …' if len(wrong) > 5 else ''}). Drop such rows or correct them."
        )
    return numbers


def all_finite(frame: pd.DataFrame, name: str) -> bool:
    """True where every entry of the column is a finite number."""
    return bool(np.isfinite(_numbers(frame, name)).all())


def _numbers(frame: pd.DataFrame, name: str) -> FloatArray:
    """(n,) float32, nan where an entry is no number."""
    found = cast(pd.Series, pd.to_numeric(cast(pd.Series, frame[name]), errors="coerce"))
    return found.to_numpy(np.float32, na_value=np.nan, copy=True)


def _codes(frame: pd.DataFrame, name: str, ids: CategoryMap, strangers: bool) -> IntArray:
    column = cast(pd.Series, frame[name])
    codes = ids.codes(column)
    if (codes < 0).any() and not strangers:
        raise NotInTraining(name, list(dict.fromkeys(column[codes < 0])), ids.ids)
    return np.maximum(codes, 0)
