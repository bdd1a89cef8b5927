"""Remarks on a table that is read in blocks: those on each block, joined to those on the whole.

Remarks on rows are added up. One on a block as a whole ("all ratings are 3") holds for the table where every block
gives it.
"""

from dataclasses import replace
from typing import TypeVar

from cofactor.data.remarks import Remark, Remarks
from cofactor.data.report import N_SHOWN_ROWS, Finding, RowNames

__all__ = ["BlockRemarks"]

T = TypeVar("T")


class BlockRemarks:
    """Keeps the remarks on the blocks of one or several files, rows counted from the start of each file."""

    def __init__(self) -> None:
        self._of_rows: dict[tuple[str, str], tuple[Remark, RowNames, str]] = {}
        self._of_blocks: dict[Remark, int] = {}
        self._block: list[Remark] = []
        self._n_blocks = self._n_files = 0

    def begin_file(self, name: str, row_names: RowNames) -> None:
        """The next blocks are of this file."""
        self._file, self._row_names, self._first_row = name, row_names, 0
        self._n_files += 1

    def keep(self, outcome: tuple[T, Remarks]) -> T:
        """Return what a stage made of a block; its remarks stay here."""
        made, remarks = outcome
        self._block += remarks
        return made

    def end_block(self, n_rows: int) -> None:
        """A block of so many rows is done."""
        for remark in self._block:
            if remark.first_rows is None:
                self._of_blocks[remark] = self._of_blocks.get(remark, 0) + 1
            else:
                self._add_rows(remark, remark.first_rows)
        self._block = []
        self._n_blocks += 1
        self._first_row += n_rows

    def _add_rows(self, remark: Remark, rows: tuple[int, ...]) -> None:
        what = remark.kind, remark.start.partition(" ('")[0]  # the sample that some blocks name is not another fault
        rows = tuple(row + self._first_row for row in rows)
        first, names, file = self._of_rows.get(
            what, (replace(remark, n_rows=0, first_rows=()), self._row_names, self._file)
        )
        known = first.first_rows or ()
        if file == self._file:
            known = (*known, *rows)[:N_SHOWN_ROWS]
        self._of_rows[what] = replace(first, n_rows=first.n_rows + remark.n_rows, first_rows=known), names, file

    @property
    def has_problems(self) -> bool:
        """Return whether the table cannot be used as it is."""
        return any(kind == "problem" for kind, _ in self._of_rows) or any(
            one.kind == "problem" for one in self._of_blocks
        )

    def in_some_blocks(self, start: str) -> bool:
        """Return whether some blocks gave a remark that begins so, and others did not."""
        return any(one.start.startswith(start) and n < self._n_blocks for one, n in self._of_blocks.items())

    def findings(self) -> list[tuple[str, Finding]]:
        """The remarks as a report holds them, each with its kind."""
        whole = [one for one, n in self._of_blocks.items() if one.kind == "problem" or n == self._n_blocks]
        found = [(one.kind, one.finding(RowNames())) for one in whole]
        for remark, names, file in self._of_rows.values():
            end = f" (numbers are those of {file}){remark.end}" if self._n_files > 1 else remark.end
            found.append((remark.kind, replace(remark, end=end).finding(names)))
        return found
