"""The result of an audit of popularity: its measures by name, as a table, and in print."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, NamedTuple

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.audit.popularity_lists import SOURCES, ListSource
from cofactor.audit.popularity_measures import Measure, MeasuredUsers
from cofactor.audit.popularity_metrics import lorenz_curve
from cofactor.audit.user_means import EVERYBODY, GAP, SAME_ACTIVITY, reversal_notes
from cofactor.data.tables import Table, make_table
from cofactor.errors import BadOption, counted, shown, some_of
from cofactor.evaluation.bootstrap import Interval
from cofactor.sheet import Sheet, SheetMixin, Side, format_number

__all__ = ["AuditSetting", "PopularityBias"]

DIRECTIONS: Mapping[str, str] = {  # what a higher value means
    "average popularity": "more popular items",
    "popularity lift": "more popular than the profiles",
    "long-tail share": "more of the tail",
    "unliked share": "more that nobody liked",
    "popularity deviation": "farther from the profiles",
    "gini": "more unequal exposure",
    "coverage": "more items shown",
    "PopRSP": "head favoured",
    "PopREO": "head favoured",
    "miscalibration": "farther from the profiles",
    "miscalibration above own taste": "farther than by chance",
    "ndcg": "better",
    "recall": "better",
}
Column = Literal[
    "lists", "measure", "group", "stratum", "cut", "value", "low", "high", "k", "candidates", "direction"
]  # fmt: skip


class AuditSetting(NamedTuple):
    """The options of an audit, and the sizes of what was audited.

    relevant_from: the lowest rating that counts as relevant; None: every one does
    head_sizes: items in the head, for each cut     n_left_out: users of the test without training ratings
    n_cut: lists that end among equal scores, by catalogue order
    """

    k: int
    n_users: int
    n_left_out: int
    n_items: int
    relevant_from: float | None
    head_sizes: Mapping[str, int]
    confidence: float
    n_bootstrap: int
    attribute: str | None
    n_cut: int

    @classmethod
    def of(
        cls, users: MeasuredUsers, k: int, confidence: float, n_bootstrap: int, attribute: str | None, n_cut: int
    ) -> "AuditSetting":
        """The setting of an audit of these users."""
        audited = users.audited
        sizes = {cut.name: int(np.count_nonzero(cut.head)) for cut in users.cuts}
        return cls(
            k, audited.held.n_users, audited.n_left_out, audited.train.n_items, audited.held.relevant_from, sizes,
            confidence, n_bootstrap, attribute, n_cut,
        )  # fmt: skip

    def candidates(self, source: ListSource) -> str:
        """The items that could be in these lists, in words."""
        if source == "own ratings":
            return "the user's training ratings"
        return f"all {self.n_items:,} items but the user's training ratings"


@dataclass(frozen=True, eq=False)
class PopularityBias(SheetMixin):
    """Popularity bias of a model's lists and of three controls: `value("gini")`, `lorenz()`, `table()`, or printed.

    intervals: of "model", "own ratings", "most popular" and "random" lists, each measure with its interval
    exposure: of the same, (n_items,) the number of lists that hold each item
    """

    model: str
    setting: AuditSetting
    intervals: Mapping[ListSource, Mapping[Measure, Interval]]
    exposure: Mapping[ListSource, IntArray] = field(repr=False)
    library: str = "polars"

    def value(
        self, measure: str, group: str = "all", *, cut: str = "", stratum: str = "", lists: ListSource = "model"
    ) -> Interval:
        """One measure with its interval, named as in `table`. Raises `BadOption` where there is no such measure."""
        asked = Measure(measure, group, cut, stratum)
        found = self.intervals.get(lists, {}).get(asked)
        if found is None:
            near = [tuple(one) for one in self.intervals["model"] if one.name == measure]
            mend = f"Of that name there are: {near}." if near else f"Choose one of: {', '.join(DIRECTIONS)}."
            raise BadOption(f"The {shown(lists)} lists have no measure {tuple(asked)}. {mend}")
        return found

    def lorenz(self, lists: ListSource = "model") -> FloatArray:
        """(n_items + 1,) the Lorenz curve of exposure: the share that the j least shown items have, j from 0."""
        return lorenz_curve(self.exposure[lists])

    @cached_property
    def reversals(self) -> tuple[str, ...]:
        """A sentence for each measure whose difference between blockbuster and niche users changes its sign where users
        of like activity are compared: the pooled difference then tells of activity, not of taste."""
        names = [one.name for one in self.intervals["model"] if one.group == GAP and not one.stratum]
        gaps = {name: [self.value(name, GAP, stratum=one) for one in ("", SAME_ACTIVITY)] for name in names}
        return tuple(text for name, (pooled, alike) in gaps.items() for text in reversal_notes(name, pooled, alike))

    def columns(self) -> dict[str, list[Any]]:
        """One row for each measure of each set of lists; `direction` is what a higher value means."""
        rows: list[tuple[ListSource, Measure, Interval]] = [
            (source, measure, found) for source in SOURCES for measure, found in self.intervals[source].items()
        ]
        return {
            "lists": [source for source, _, _ in rows],
            "measure": [one.name for _, one, _ in rows],
            "group": [one.group for _, one, _ in rows],
            "stratum": [one.stratum for _, one, _ in rows],
            "cut": [one.cut for _, one, _ in rows],
            "value": [found.value for _, _, found in rows],
            "low": [found.low for _, _, found in rows],
            "high": [found.high for _, _, found in rows],
            "k": [self.setting.k] * len(rows),
            "candidates": [self.setting.candidates(source) for source, _, _ in rows],
            "direction": [_direction(one) for _, one, _ in rows],
        }

    def table(self) -> Table[Column]:
        """`columns` as a data frame in the library the test came in."""
        return make_table(self.columns(), self.library)

    def sheet(self) -> Sheet:
        """One row a measure: the model's value with its interval, the values of the controls, and the direction.

        Groups of taste within a stratum of activity are in `table` alone.
        """
        header = ("", "model", "interval", *SOURCES[1:], "higher means")
        measures = [one for one in self.intervals["model"] if not one.stratum or one.group in (EVERYBODY, GAP)]
        title = f"popularity bias of {self.model}, lists of {self.setting.k}"
        sides: list[Side] = ["left", *("right" for _ in header[1:-1]), "left"]
        return Sheet(title, header, [self._row(one) for one in measures], [*self.reversals, *self._notes()], sides)

    def _row(self, measure: Measure) -> tuple[str, ...]:
        nothing = Interval(*[float("nan")] * 3)
        model, *controls = (self.intervals[source].get(measure, nothing) for source in SOURCES)
        digits = 1 if measure.name == "average popularity" else 4
        low, high = (format_number(one, digits) for one in (model.low, model.high))
        values = [format_number(one.value, digits) for one in (model, *controls)]
        return _label(measure), values[0], f"{low} to {high}", *values[1:], _direction(measure)

    def _notes(self) -> list[str]:
        setting = self.setting
        heads = ", ".join(f"with {name} {counted(n, 'item')}" for name, n in setting.head_sizes.items())
        least = setting.relevant_from
        notes = [
            f"{setting.confidence:.0%} intervals by resampling {setting.n_users:,} users "
            f"{counted(setting.n_bootstrap, 'time')} (gini, coverage: jackknife); those of the other lists: table().",
            f"Candidates: {setting.candidates('model')}; of own ratings: {setting.candidates('own ratings')}.",
            f"Relevant: {'everything in the test' if least is None else f'test ratings of {least:g} and above'}.",
            f"Popularity is the number of training ratings. The head is, {heads}; all others are the tail.",
        ]
        if setting.attribute is not None:
            notes.append(
                f"Miscalibration is of {setting.attribute}; of own ratings: {setting.k} drawn with repetition."
            )
        if setting.n_cut:
            notes.append(
                f"{some_of(setting.n_cut, setting.n_users, 'list', 'end')} among items of equal scores: which of these "
                f"are shown is by catalogue order, and says nothing of the model."
            )
        if setting.n_left_out:
            notes.append(f"{counted(setting.n_left_out, 'user')} of the test without training ratings left out.")
        return notes


def _direction(measure: Measure) -> str:
    meaning = DIRECTIONS[measure.name]
    return f"blockbuster users: {meaning}" if measure.group == GAP else meaning


def _label(measure: Measure) -> str:
    group = "" if measure.group in (EVERYBODY, "head - tail") else measure.group
    name = ", ".join(part for part in (measure.name, group, measure.stratum) if part)
    return f"{name} (head: {measure.cut})" if measure.cut else name
