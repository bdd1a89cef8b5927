"""The result of membership attacks: each reader's success by name, as a table, and in print."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from cofactor.audit.privacy.folder import FolderFinding
from cofactor.data.tables import Table, make_table
from cofactor.errors import BadOption
from cofactor.evaluation.bootstrap import Interval
from cofactor.sheet import Sheet, SheetMixin, format_number

__all__ = ["FALSE_POSITIVE_RATES", "MEASURES", "MembershipInference", "Reader"]

Reader = Literal["scores", "lists", "item factors", "blind"]
FALSE_POSITIVE_RATES = (0.01, 0.001)
MEASURES = ("AUC", "TPR at 1% FPR", "TPR at 0.1% FPR")
CHANCE = (0.5, *FALSE_POSITIVE_RATES)
Column = Literal["reader", "measure", "value", "low", "high", "chance"]


@dataclass(frozen=True, eq=False)
class MembershipInference(SheetMixin):
    """How well each reader tells members from others: `value("scores", "AUC")`, `table()`, or printed.

    intervals: of each reader and measure; "blind" is an attack that never sees the model, and "item factors" is there
        for models with vectors or weights of items
    folder: what a look-up in the saved folder of one of the models finds; None where it cannot be saved
    """

    model: str
    n_models: int
    n_people: int  # who were asked about, each at every model
    k: int
    confidence: float
    intervals: Mapping[tuple[Reader, str], Interval]
    folder: FolderFinding | None = None
    library: str = "polars"

    @property
    def readers(self) -> list[Reader]:
        """Those whose attack was tried."""
        return list(dict.fromkeys(reader for reader, _ in self.intervals))

    def value(self, reader: Reader, measure: str) -> Interval:
        """One measure of one reader's attack; raises `BadOption` where there is none of that name."""
        if (reader, measure) not in self.intervals:
            raise BadOption(
                f"{measure!r} of {reader!r} was not measured. Readers: {', '.join(self.readers)}; measures: "
                f"{', '.join(MEASURES)}."
            )
        return self.intervals[reader, measure]

    def columns(self) -> dict[str, list[Any]]:
        """One row for each reader and measure, as plain values; `chance` is what guessing would give."""
        return {
            "reader": [reader for reader, _ in self.intervals],
            "measure": [measure for _, measure in self.intervals],
            "value": [one.value for one in self.intervals.values()],
            "low": [one.low for one in self.intervals.values()],
            "high": [one.high for one in self.intervals.values()],
            "chance": [CHANCE[MEASURES.index(measure)] for _, measure in self.intervals],
        }

    def table(self) -> Table[Column]:
        """`columns` as a data frame in the library the ratings came in."""
        return make_table(self.columns(), self.library)

    def sheet(self) -> Sheet:
        """One row a reader, one column a measure, each with its interval; chance below."""
        rows = [(reader, *(_in_text(self.intervals[reader, one]) for one in MEASURES)) for reader in self.readers]
        chance = ("by chance", *(format_number(one, 3) for one in CHANCE))
        notes = [
            f"{self.n_people:,} people asked about at each of {self.n_models} models, members drawn by coin. "
            f"{self.confidence:.0%} intervals over people, the models as they are.",
            f"The reader holds their ratings, asks with half of them, and sees all scores or a list of {self.k};\n"
            "item factors: the vectors or weights of all items, and no answer; blind: nothing of the model.",
            str(self.folder or "folder: this model cannot be saved, so it has none."),
            "Not attacked: rows of users.",
        ]
        if "item factors" not in self.readers:
            notes.append("The model has no vectors or weights of items that could be read.")
        if self.n_models * self.n_people < 4 / FALSE_POSITIVE_RATES[-1]:
            notes.append("So few decisions tell little of one false positive in a thousand: ask about more people.")
        return Sheet(f"membership inference against {self.model}", ("", *MEASURES), [*rows, chance], notes)


def _in_text(found: Interval) -> str:
    value, low, high = (format_number(one, 3) for one in found)
    return f"{value} ({low} to {high})"
