"""The rows of a table as far as they are understood, and those that cannot be used."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
import polars as pl

from cofactor.arrays import BoolArray, FloatArray, IntArray
from cofactor.data.options import Missing
from cofactor.data.remarks import Remark, Remarks, left_out, problem

__all__ = ["TableRows", "only_usable"]

MEND = "Mend the table, or pass missing='drop' to leave such rows out."


@dataclass(frozen=True)
class TableRows:
    """Rows of a table, column by column, each (n,)."""

    users: pl.Series
    items: pl.Series
    values: FloatArray | None  # None: clicks
    times: IntArray | None
    titles: pl.Series | None
    position: IntArray | None = None  # of each row in the table as it came; None: all of its rows are here

    def only(self, kept: BoolArray) -> Self:
        """The rows where the mask is True."""
        at = pl.Series(kept)
        return type(self)(
            self.users.filter(at), self.items.filter(at),
            None if self.values is None else self.values[kept],
            None if self.times is None else self.times[kept],
            None if self.titles is None else self.titles.filter(at), np.flatnonzero(kept),
        )  # fmt: skip


def only_usable(
    rows: TableRows, faults: Mapping[str, BoolArray], missing: Missing, *, unwanted: Mapping[str, BoolArray]
) -> tuple[TableRows, Remarks]:
    """The rows without a fault; of the others each fault is a problem or, with missing="drop", the first is told.

    faults: what is wrong, and in which rows     unwanted: which rows are always left out, and why
    """
    for why, them in unwanted.items():
        if them.any():
            faults = {why: them} | {what: rows & ~them for what, rows in faults.items()}
    unusable, remarks = np.zeros(len(rows.users), np.bool_), list[Remark]()
    dropped = unusable.copy()
    for what, faulty in faults.items():
        unusable |= faulty
        if missing == "drop" or what in unwanted:
            first = faulty & ~dropped
            remarks += [left_out(what, first)] if first.any() else []
            dropped |= faulty
        elif faulty.any():
            remarks.append(problem(what, faulty, mend=MEND))
    return rows.only(~unusable) if unusable.any() else rows, tuple(remarks)
