"""The trials of a search: the options that were tried and the value that each reached."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from cofactor.data.tables import Table, make_table
from cofactor.evaluation.metric_table import better
from cofactor.sheet import Sheet, SheetMixin, format_number

__all__ = ["History", "Trial"]

N_PRINTED = 10  # trials in the printed table, the best ones


@dataclass(frozen=True)
class Trial:
    """The options of one trial and the value of the metric on the held-out part.

    state: "complete", "stopped" (early: worse than most after a quarter of the training), "failed" or "unfinished"
    value: of a stopped trial the last one that was computed; nan where there is none
    why: the error, where it failed
    """

    number: int
    state: Literal["complete", "stopped", "failed", "unfinished"]
    value: float
    options: Mapping[str, Any]
    seconds: float
    why: str = ""


@dataclass(frozen=True)
class History(SheetMixin):
    """All trials of a search: `best`, `table()`, or printed.

    metric: such as "rmse", computed on the ratings that were held out     notes: how the search was done
    """

    metric: str
    trials: Sequence[Trial]
    notes: tuple[str, ...]
    library: str

    @property
    def best(self) -> Trial | None:
        """The best trial among those that were trained to the end; None where there is none."""
        return next(iter(self._ranked), None)

    @property
    def _ranked(self) -> list[Trial]:
        sign = 1 if better(self.metric) == "lower" else -1
        whole = [one for one in self.trials if one.state == "complete" and one.value == one.value]
        return sorted(whole, key=lambda one: sign * one.value)

    def columns(self) -> dict[str, list[Any]]:
        """One row a trial, in the order they were made: number, state, value, seconds, and each option that varied."""
        names = list(dict.fromkeys(name for one in self.trials for name in one.options))
        options = {name: [_cell(one.options.get(name)) for one in self.trials] for name in names}
        return {
            "trial": [one.number for one in self.trials],
            "state": [one.state for one in self.trials],
            self.metric: [one.value for one in self.trials],
            "seconds": [round(one.seconds, 3) for one in self.trials],
            **options,
        }

    def table(self) -> Table[str]:
        """`columns` as a data frame in the library the ratings came in."""
        return make_table(self.columns(), self.library)

    def sheet(self) -> Sheet:
        """One row a trial, the best ones, and how the search was done."""
        shown = self._ranked[:N_PRINTED]
        names = list(dict.fromkeys(name for one in shown for name in one.options))
        rows = [
            (
                f"trial {one.number}",
                format_number(one.value),
                f"{one.seconds:.1f}",
                *(_text(one.options[n]) for n in names),
            )
            for one in shown
        ]
        return Sheet("", ("", self.metric, "s", *names), rows, self.notes)


def _cell(value: Any) -> Any:
    """The value as a column of a table can hold it."""
    return str(value) if isinstance(value, (tuple, list)) else value


def _text(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
