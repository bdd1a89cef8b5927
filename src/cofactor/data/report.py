"""What was found while a table was read: what stops it, what was left out and why, what was guessed."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from cofactor.arrays import BoolArray, IntArray
from cofactor.errors import BadTable

__all__ = ["Finding", "Findings", "Report", "RowNames"]

SHOWN = 5  # row numbers named in a message


@dataclass(frozen=True)
class RowNames:
    """What a reader calls a row: a line of a file (from 1), a row of a frame (from 0)."""

    word: str = "row"
    first: int = 0

    def where(self, rows: IntArray) -> str:
        """'in line 7', or 'in 12 lines: 3, 7, 9, 10, 11, …'."""
        numbers = ", ".join(str(int(row) + self.first) for row in rows[:SHOWN])
        if len(rows) == 1:
            return f"in {self.word} {numbers}"
        return f"in {len(rows):,} {self.word}s: {numbers}{', …' if len(rows) > SHOWN else ''}"


@dataclass(frozen=True)
class Finding:
    """One sentence for a reader, and the same for a program: how many rows, and the first of their numbers."""

    text: str
    count: int = 0
    rows: tuple[int, ...] = ()

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, kw_only=True)
class Report:
    """How a table was understood. Row numbers are file lines from 1, or positions in a frame from 0.

    problems: why it cannot be used as it is     left_out: rows not taken, each with its reason and count
    untrainable: why no model can learn from it alone, though one may be updated with it, or evaluated on it
    notes: what was guessed or converted, and what deserves a look
    """

    source: str
    columns: Mapping[str, str] = field(default_factory=dict[str, str])  # role: the column that plays it
    n_read: int = 0
    n_kept: int = 0
    problems: tuple[Finding, ...] = ()
    left_out: tuple[Finding, ...] = ()
    untrainable: tuple[Finding, ...] = ()
    notes: tuple[Finding, ...] = ()

    @property
    def ok(self) -> bool:
        return not self.problems

    def refuse_untrainable(self) -> None:
        if self.untrainable:
            raise BadTable(f"{self.source}: " + "\n".join(map(str, self.untrainable)))

    def __str__(self) -> str:
        roles = ", ".join(f"{role} = {column}" for role, column in self.columns.items())
        lines = [f"{self.source}: {self.n_read:,} rows read, {self.n_kept:,} kept"]
        lines += [f"  columns: {roles}"] if roles else []
        sections = {
            "problems": self.problems, "left out": self.left_out, "too few to train on": self.untrainable,
            "notes": self.notes,
        }  # fmt: skip
        for title, found in sections.items():
            lines += [f"  {title}:"] if found else []
            lines += [f"    - {finding}" for finding in found]
        return "\n".join([*lines, f"  {self._verdict}"])

    @property
    def _verdict(self) -> str:
        if not self.ok:
            return "not usable as it is"
        if self.untrainable:
            return "sound to update or to evaluate a model with; none can be fitted on it alone"
        return "sound: nothing stands against training on it"


class Findings:
    """Collects while a table is read; `report()` closes it."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.row_names = RowNames()
        self.columns: dict[str, str] = {}
        self.n_read = self.n_kept = 0
        self._problems: list[Finding] = []
        self._left_out: list[Finding] = []
        self._untrainable: list[Finding] = []
        self._notes: list[Finding] = []

    @property
    def ok(self) -> bool:
        return not self._problems

    def problem(self, what: str, rows: IntArray | BoolArray | None = None, *, mend: str = "") -> None:
        self._problems.append(self._finding(what, rows, mend))

    def failure(self, error: Exception) -> None:
        """What stopped the reading altogether; its message is a whole one."""
        self._problems.append(Finding(str(error)))

    def left_out(self, what: str, rows: IntArray | BoolArray) -> None:
        self._left_out.append(self._finding(what, rows, ""))

    def untrainable(self, what: str, mend: str) -> None:
        self._untrainable.append(self._finding(what, None, mend))

    def note(self, what: str, rows: IntArray | BoolArray | None = None, *, mend: str = "") -> None:
        self._notes.append(self._finding(what, rows, mend))

    def report(self) -> Report:
        return Report(
            source=self.source, columns=self.columns, n_read=self.n_read, n_kept=self.n_kept,
            problems=tuple(self._problems), left_out=tuple(self._left_out), notes=tuple(self._notes),
            untrainable=tuple(self._untrainable),
        )  # fmt: skip

    def _finding(self, what: str, rows: IntArray | BoolArray | None, mend: str) -> Finding:
        """rows: positions in the table, or a mask over it; None for what concerns the table as a whole."""
        if rows is None:
            return Finding(f"{what}. {mend}".strip())
        at: IntArray = np.flatnonzero(rows) if rows.dtype == np.bool_ else np.asarray(rows, np.int64)
        numbers = tuple(int(row) + self.row_names.first for row in at[:SHOWN])
        return Finding(f"{what} {self.row_names.where(at)}. {mend}".strip(), len(at), numbers)
