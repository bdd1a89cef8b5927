"""An axis on which users or items have places: what lies at its ends, and what these have in common."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.data.tables import Table
from cofactor.interpretation.labelled_rows import LabelledRows
from cofactor.interpretation.naming import EndNames, name_sets
from cofactor.ranking import list_length
from cofactor.sheet import Sheet, SheetMixin

__all__ = ["Axis"]

END_SHARE, MIN_END, MAX_END = 0.1, 5, 100  # rows that make an end of the axis, when it is named
N_SHOWN = 5  # of each end, where the axis shows itself


@dataclass(frozen=True, eq=False)
class Axis(SheetMixin):
    """Places of m users or items on a line.

    places: (m,), low to high     title: what the axis is
    n_compared: axes that are named together, so that noise gets a name on any of them in 5 % of cases only
    """

    title: str
    rows: LabelledRows
    places: FloatArray
    n_compared: int = 1

    def extremes(self, n: int = 5) -> tuple[list[str], list[str]]:
        """The n names at the low end and the n at the high one, outermost first. Raises `BadOption` for n below 1."""
        low, high = self.ends(list_length(n))
        return [self.rows.names[at] for at in low], [self.rows.names[at] for at in high]

    def ends(self, n: int) -> tuple[IntArray, IntArray]:
        """(n,), (n,) the positions of the outermost rows of the low and of the high end, the outermost first."""
        order = np.argsort(self.places, kind="stable")
        return order[:n], order[::-1][:n]

    def names(self) -> EndNames:
        """A name for each end, by what tells the outermost tenth of the rows (5 to 100) at one from those at the other.

        An attribute that does so no better than the best of all attributes would by chance gives no name.
        """
        return self._names

    @cached_property
    def _names(self) -> EndNames:
        n = int(np.clip(END_SHARE * len(self.rows), MIN_END, MAX_END))
        low, high = self.ends(min(n, len(self.rows) // 2))
        return name_sets(self.rows, low, high, n_compared=self.n_compared)

    def extremes_table(
        self, n: int = 5
    ) -> Table[Literal["end", "item", "user", "title", "ratings", "rank", "place"]]:  # fmt: skip
        """The outermost n of both ends: end ("low" or "high"), id, title, ratings, rank and place.

        Raises `BadOption` for n below 1.
        """
        ends = self.ends(list_length(n))
        at = np.concatenate(ends)
        columns: dict[str, Sequence[Any]] = {"end": [name for name, end in zip(("low", "high"), ends) for _ in end]}
        ranks = [rank for end in ends for rank in range(1, 1 + len(end))]
        return self.rows.table(columns | self.rows.columns(at) | {"rank": ranks, "place": self.places[at].tolist()})

    def table(self) -> Table[Literal["item", "user", "title", "ratings", "place"]]:
        """The place of every row: a table of id, title, ratings and place."""
        return self.rows.table({**self.rows.columns(), "place": self.places.tolist()})

    def plot(self, n: int = 8, *, ax: Any = None) -> Any:
        """The Matplotlib axes of a bar for each of the n outermost rows of both ends, with the ends' names.

        Raises `BadOption` for n below 1, `MissingExtra` without Matplotlib.
        """
        from cofactor.plots.axis_ends import axis_ends

        names = self.names()
        ends = {} if names.is_noise else {"low": names.low, "high": names.high}
        return axis_ends(self.places, self.rows.names, n=list_length(n), x=self.title, **ends, ax=ax)

    def sheet(self) -> Sheet:
        """The ends side by side; the note says what tells them apart."""
        ends = [[self._described(at) for at in end] for end in self.ends(N_SHOWN)]
        return Sheet(self.title, ("low end", "high end"), list(zip(*ends)), (f"{self.names()}.",), ("left", "left"))

    def _described(self, at: int) -> str:
        return f"{self.rows.names[at]}  {self.places[at]:+.2f}"
