"""The report of a table that was read: what stops it, what was left out and why, what was guessed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cofactor.arrays import IntArray
from cofactor.errors import BadTable, counted
from cofactor.sheet import TextMixin

__all__ = ["N_SHOWN_ROWS", "Finding", "Report", "RowNames"]

N_SHOWN_ROWS = 5  # row numbers named in a message


@dataclass(frozen=True)
class RowNames:
    """How rows are numbered in messages: as lines of a file (from 1), or as rows of a frame (from 0).

    first: the number of the first row
    """

    word: str = "row"
    first: int = 0

    def where(self, rows: IntArray) -> str:
        """'in line 7', or 'in 12 lines: 3, 7, 9, 10, 11, …'."""
        return self.where_first(rows[:N_SHOWN_ROWS].tolist(), len(rows))

    def where_first(self, first_rows: Sequence[int], n_rows: int) -> str:
        """The same of n rows, of which the first few positions are known."""
        numbers = ", ".join(str(row + self.first) for row in first_rows)
        if n_rows == 1:
            return f"in {self.word} {numbers}"
        return f"in {n_rows:,} {self.word}s: {numbers}{', …' if n_rows > len(first_rows) else ''}"


@dataclass(frozen=True)
class Finding:
    """One sentence for a reader, and the same for a program: how many rows, and the first of their numbers."""

    text: str
    count: int = 0
    rows: tuple[int, ...] = ()

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, kw_only=True)
class Report(TextMixin):
    """How a table was understood. Row numbers are file lines from 1, or positions in a frame from 0.

    problems: why it cannot be used as it is     left_out: rows not taken, each with its reason and count
    untrainable: why no model can learn from it alone, though one may be updated with it, or evaluated on it
    notes: what was guessed or converted, and what deserves a look
    """

    source: str
    columns: Mapping[str, str] = field(default_factory=dict[str, str])  # role: the column that plays it
    kind: str = ""  # what the values are: ratings, clicks or counts; empty: not known yet
    n_read: int = 0
    n_kept: int = 0
    problems: tuple[Finding, ...] = ()
    left_out: tuple[Finding, ...] = ()
    untrainable: tuple[Finding, ...] = ()
    notes: tuple[Finding, ...] = ()

    @property
    def ok(self) -> bool:
        """Return whether the table can be used as it is."""
        return not self.problems

    def refuse_untrainable(self) -> None:
        """Raise `BadTable` where no model can be fitted on the table alone."""
        if self.untrainable:
            raise BadTable(f"{self.source}: " + "\n".join(map(str, self.untrainable)))

    def __str__(self) -> str:
        roles = ", ".join(f"{role} = {column}" for role, column in self.columns.items())
        lines = [f"{self.source}: {counted(self.n_read, 'row')} read, {self.n_kept:,} kept"]
        lines += [f"  columns: {roles}"] if roles else []
        lines += [f"  kind: {self.kind}"] if self.kind else []
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
