"""What one stage of reading has to say about a table: a value beside its result, collected by `reading`.

A stage returns its result and its remarks, `tuple[Remark, ...]`. It counts rows from 0, in the order of the table;
`Remark.finding` writes them as the reader of the report numbers them.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from cofactor.arrays import BoolArray, IntArray
from cofactor.data.report import N_SHOWN_ROWS, Finding, RowNames

__all__ = ["Remark", "Remarks", "failure", "left_out", "note", "problem", "untrainable"]

Kind: TypeAlias = Literal["problem", "left out", "untrainable", "note"]


@dataclass(frozen=True)
class Remark:
    """A sentence about a table, with the rows it concerns left open until their numbers are known."""

    kind: Kind
    start: str  # of the sentence; the rows follow
    end: str = ""
    n_rows: int = 0
    first_rows: tuple[int, ...] | None = None  # the first few positions in the table, from 0; None: the whole table

    @property
    def of_table(self) -> Finding:
        """The sentence where it is about the whole table."""
        return Finding(f"{self.start}{self.end}")

    def finding(self, names: RowNames) -> Finding:
        """The sentence as the report holds it."""
        if self.first_rows is None:
            return self.of_table
        where = names.where_first(self.first_rows, self.n_rows)
        numbers = tuple(row + names.first for row in self.first_rows)
        return Finding(f"{self.start} {where}{self.end}", self.n_rows, numbers)


Remarks: TypeAlias = tuple[Remark, ...]
Rows: TypeAlias = IntArray | BoolArray | None  # positions, ascending, or a mask; None: the table as a whole


def problem(what: str, rows: Rows = None, *, mend: str = "") -> Remark:
    """The reason why a table cannot be used as it is, and what to do about it."""
    return _remark("problem", what, rows, mend)


def left_out(what: str, rows: Rows) -> Remark:
    """The reason why these rows are not taken."""
    return _remark("left out", what, rows, "")


def untrainable(what: str, *, mend: str) -> Remark:
    """The reason why no model can be fitted on the table alone, though one may be updated with it."""
    return _remark("untrainable", what, None, mend)


def note(what: str, rows: Rows = None, *, mend: str = "") -> Remark:
    """A guess, a conversion, or something else that deserves a look."""
    return _remark("note", what, rows, mend)


def failure(error: Exception) -> Remark:
    """A problem that ended the reading; the error's message is a whole one."""
    return Remark("problem", str(error))


def _remark(kind: Kind, what: str, rows: Rows, mend: str) -> Remark:
    end = f". {mend}".rstrip()
    if rows is None:
        return Remark(kind, what, end)
    positions: IntArray = np.flatnonzero(rows) if rows.dtype == np.bool_ else np.asarray(rows, np.int64)
    return Remark(kind, what, end, len(positions), tuple(positions[:N_SHOWN_ROWS].tolist()))
