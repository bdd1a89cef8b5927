"""What a simulation of the closed loop found: every round of every run, curves over the rounds, and the findings."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from cofactor.audit.bubble.findings import Finding, Runs, find, first_short_round
from cofactor.audit.bubble.recommenders import CONTROLS
from cofactor.audit.bubble.rounds import MEASURES
from cofactor.data.tables import Table, make_table
from cofactor.errors import BadOption
from cofactor.plots.round_curves import round_curves
from cofactor.sheet import Sheet, SheetMixin, format_number

__all__ = ["FilterBubble", "Setting"]


class Setting(NamedTuple):
    """The data, and the sizes of the simulation."""

    name: str
    n_users: int
    n_items: int
    k: int
    n_rounds: int
    attribute: str
    synthetic: bool


@dataclass(frozen=True, eq=False)
class FilterBubble(SheetMixin):
    """The rounds of a model, its mitigations and the controls: `findings`, `curves(measure)`, `table()`, or printed.

    runs: the rounds of each run     audited: the names of the model and of its mitigated versions
    """

    runs: Runs
    audited: tuple[str, ...]
    setting: Setting
    library: str

    @cached_property
    def findings(self) -> list[Finding]:
        """The changes of the audited recommenders that have one sign under all choice models and seeds."""
        return find(self.runs, self.audited)

    @property
    def recommenders(self) -> tuple[str, ...]:
        """The audited ones and the controls, by name."""
        return (*self.audited, *CONTROLS)

    def columns(self) -> dict[str, list[Any]]:
        """One row a round of a run: its measures, `n_chosen` items, and `n_short` users with fewer than k left."""
        rows = [
            {**key._asdict(), "round": number, **one.measures, "n_chosen": one.n_chosen, "n_short": one.n_short}
            for key, rounds in self.runs.items()
            for number, one in enumerate(rounds, start=1)
        ]
        return {name: [row[name] for row in rows] for name in rows[0]}

    def table(self) -> Table[str]:
        """`columns` as a data frame in the library the ratings came in."""
        return make_table(self.columns(), self.library)

    def curves(self, measure: str) -> dict[str, list[Any]]:
        """Plain columns for a plot: recommender, round, and over all runs the mean, the lowest and the highest value.

        Raises `BadOption` for a measure that there is not.
        """
        if measure not in MEASURES:
            raise BadOption(f"{measure!r} is not measured. Choose one of: {', '.join(MEASURES)}.")
        columns: dict[str, list[Any]] = {name: [] for name in ("recommender", "round", "mean", "low", "high")}
        for recommender in self.recommenders:
            values = np.array(
                [
                    [one.measures[measure] for one in rounds]
                    for key, rounds in self.runs.items()
                    if key.recommender == recommender
                ]
            )
            columns["recommender"] += [recommender] * values.shape[1]
            columns["round"] += range(1, values.shape[1] + 1)
            for name, over_runs in (("mean", values.mean), ("low", values.min), ("high", values.max)):
                columns[name] += over_runs(axis=0).tolist()
        return columns

    def plot(self, measure: str, *, ax: Any = None) -> Any:
        """The Matplotlib axes of a measure over the rounds: the mean of each recommender over all runs, and a band that
        holds them.

        Raises `BadOption` for a measure that there is not, and `MissingExtra` without Matplotlib.
        """
        columns = self.curves(measure)
        return round_curves(rounds=columns.pop("round"), **columns, measure=MEASURES[measure], ax=ax)

    def sheet(self) -> Sheet:
        """Each measure in the first and the last round, the mean over all runs; then the findings."""
        rows = [(MEASURES[measure], *self._cells(measure)) for measure in MEASURES]
        title = f"Filter bubble: {self.setting.name}{' (synthetic)' if self.setting.synthetic else ''}"
        return Sheet(title, ("first → last round", *self.recommenders), rows, self.notes())

    def _cells(self, measure: str) -> list[str]:
        curves, n = self.curves(measure), self.setting.n_rounds
        means = [curves["mean"][at : at + n] for at in range(0, len(curves["mean"]), n)]
        return [f"{format_number(one[0], 3)} → {format_number(one[-1], 3)}" for one in means]

    def notes(self) -> tuple[str, ...]:
        """How it was simulated, the findings, and who ran out of items."""
        one = self.setting
        choices, seeds = ({getattr(key, name): None for key in self.runs} for name in ("choice_model", "seed"))
        return (
            f"{one.n_users:,} users choose among {one.k} of {one.n_items:,} items in each of {one.n_rounds} rounds; "
            f"choice models: {', '.join(choices)}; {len(seeds)} seed{'s' if len(seeds) > 1 else ''}; attribute: "
            f"{one.attribute}. The means are over all runs.",
            f"Changes from the first to the last round that have one sign in all {len(choices) * len(seeds)} runs:",
            *(map(str, self.findings) if self.findings else ("None.",)),
            *map(self._exhaustion, self.recommenders),
            "This is a simulation: people choose by a stated rule and a taste that never changes. Profiles drift, and "
            "come nearer to each other, under any recommender, as they grow: compare with the controls.",
        )

    def _exhaustion(self, recommender: str) -> str:
        first = first_short_round(self.runs, recommender)
        if first is None:
            return f"{recommender}: nobody runs out of items."
        last = [rounds[-1].n_short for key, rounds in self.runs.items() if key.recommender == recommender]
        return (
            f"{recommender}: people run out of items: from round {first} on, somebody has fewer than {self.setting.k} "
            f"left; in the last round up to {max(last)} users."
        )
