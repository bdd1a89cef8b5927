"""The result of an audit of a second objective: its measures by weight, what either pushes, as tables and in print."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from cofactor.audit.objective.measures import MEASURES, Measure
from cofactor.audit.objective.pushed_items import PushedItems
from cofactor.audit.popularity_groups import ACTIVITIES, USER_GROUPS
from cofactor.audit.popularity_lists import AuditedUsers
from cofactor.audit.user_means import EVERYBODY, GAP, SAME_ACTIVITY, reversal_notes
from cofactor.data.item_values import AlignedValues
from cofactor.data.tables import Table, make_table
from cofactor.errors import BadOption, counted, shown
from cofactor.evaluation.bootstrap import Interval
from cofactor.sheet import Sheet, SheetMixin, format_number

__all__ = ["ObjectiveSetting", "Pusher", "SecondObjective"]

N_NAMED = 3  # items of either kind, in print
Pusher = Literal["model", "values"]
Column = Literal["measure", "weight", "group", "stratum", "change", "value", "low", "high"]
PushedColumn = Literal[
    "item", "title", "value", "standard_error", "lists_model", "share_model", "low_model", "high_model",
    "lists_values", "share_values", "low_values", "high_values",
]  # fmt: skip


class ObjectiveSetting(NamedTuple):
    """The options of an audit, and the sizes of what was audited.

    relevant_from: the lowest rating that counts as relevant; None: every one does
    n_left_out: users of the test without training ratings     coverage: a sentence on items without a value
    has_errors: the values have standard errors
    """

    weights: tuple[float, ...]
    k: int
    n_users: int
    n_left_out: int
    relevant_from: float | None
    coverage: str
    confidence: float
    n_bootstrap: int
    has_errors: bool

    @classmethod
    def of(
        cls, users: AuditedUsers, values: AlignedValues, weights: Sequence[float], k: int, confidence: float,
        n_bootstrap: int,
    ) -> "ObjectiveSetting":  # fmt: skip
        """The setting of an audit of these users."""
        held = users.held
        return cls(
            tuple(weights), k, held.n_users, users.n_left_out, held.relevant_from, values.note(), confidence,
            n_bootstrap, values.errors is not None,
        )  # fmt: skip


@dataclass(frozen=True, eq=False)
class SecondObjective(SheetMixin):
    """The gain and loss of lists by a second objective: `value("ndcg", 0.3)`, `pushed("model")`, `table()`, or printed.

    objective, not_optimised: of the model     name, origin: what is valued, by whom, when and from how many people
    intervals: each measure with its interval     pushed_items: by the model alone and by the values alone
    """

    model: str
    objective: str
    not_optimised: tuple[str, ...]
    name: str
    origin: str
    higher_is_better: bool
    setting: ObjectiveSetting
    intervals: Mapping[Measure, Interval]
    pushed_items: Mapping[Pusher, PushedItems] = field(repr=False)
    library: str = "polars"

    def value(
        self, measure: str, weight: float, group: str = EVERYBODY, *, stratum: str = "", change: bool = False
    ) -> Interval:
        """One measure with its interval, named as in `table`. Raises `BadOption` where there is no such measure."""
        found = self.intervals.get(Measure(measure, weight, group, stratum, change))
        if found is None:
            raise BadOption(
                f"There is no {shown(measure)} at weight {shown(weight)} of {shown(group)}, stratum {shown(stratum)}, "
                f"change={change}. Measures: {', '.join(MEASURES)}; weights: {self._weights(self.setting.weights)}; "
                f"groups are those of changes: {', '.join((EVERYBODY, *USER_GROUPS))}; strata: {', '.join(ACTIVITIES)}."
            )
        return found

    @property
    def halfway(self) -> float | None:
        """The lowest weight at which half of what the values alone would gain is gained; None where they gain nothing.

        The gain is in the mean value of lists, whose interval leaves 0 out.
        """
        sign = 1 if self.higher_is_better else -1
        most = self.value("value", 1.0, change=True)
        if not min(sign * most.low, sign * most.high) > 0:
            return None
        return next(
            weight for weight in self.setting.weights[1:]
            if sign * self.value("value", weight, change=True).value >= sign * most.value / 2
        )  # fmt: skip

    def columns(self) -> dict[str, list[Any]]:
        """One row for each measure at each weight, and for its change from the model alone of each group of users."""
        rows = list(self.intervals.items())
        names: dict[str, list[Any]] = {
            column: [getattr(one, field_name) for one, _ in rows]
            for column, field_name in (("measure", "name"), *((same, same) for same in Measure._fields[1:]))
        }
        return names | {end: [getattr(found, end) for _, found in rows] for end in Interval._fields}

    def table(self) -> Table[Column]:
        """`columns` as a data frame in the library the test came in."""
        return make_table(self.columns(), self.library)

    def pushed(self, by: Pusher) -> Table[PushedColumn]:
        """The items that the model alone, or the values alone, push, those they push most first.

        Columns: the item, its title, value and the standard error of that (nan where none were given), the lists of
        either that hold it, as number and as share of all lists with its interval.
        Raises `BadOption` for anything else than "model" or "values".
        """
        return make_table(self._pushed(by).columns(by, _other(by), self.setting.confidence), self.library)

    def _pushed(self, by: Pusher) -> PushedItems:
        if by not in self.pushed_items:
            raise BadOption(f"Items are pushed by 'model' or by 'values', but {shown(by)} came.")
        return self.pushed_items[by]

    def plot(self, measure: Literal["engagement", "ndcg", "recall"] = "ndcg", *, ax: Any = None) -> Any:
        """The Matplotlib axes of the trade-off: the value of lists against a measure, a point for each weight.

        Raises `BadOption` for another measure, `MissingExtra` without Matplotlib.
        """
        from cofactor.plots.canvas import PLAIN
        from cofactor.plots.trade_off import trade_off

        weights = self.setting.weights
        names = self._names()
        if measure not in names or measure == "value":
            raise BadOption(f"The values are drawn against engagement, ndcg or recall, but {shown(measure)} came.")
        curves = [[self.value(name, weight) for weight in weights] for name in ("value", measure)]
        better = "higher" if self.higher_is_better else "lower"
        axes = trade_off(
            weights, *curves, x=f"{names['value']}, mean of lists ({better} is better)", y=names[measure], ax=ax
        )
        axes.set_title(self.origin, fontsize=8, wrap=True, **PLAIN)
        return axes

    def sheet(self) -> Sheet:
        """One row a weight: engagement, accuracy and value of its lists; what is pushed, and who pays, below."""
        names = self._names()
        rows = [
            (_weight(weight), *(_with_interval(self.value(name, weight)) for name in names))
            for weight in self.setting.weights
        ]
        title = f"a second objective beside that of {self.model}, lists of {self.setting.k}"
        return Sheet(title, ("weight", *names.values()), rows, [*self.findings(), *self._notes()])

    def _names(self) -> dict[str, str]:
        k = self.setting.k
        return {"engagement": "engagement", "ndcg": f"nDCG@{k}", "recall": f"recall@{k}", "value": self.name}

    def findings(self) -> list[str]:
        """Sentences on what is pushed by the model alone and by the values alone, and on who pays half-way."""
        return [self._push_note("model", "worse"), self._push_note("values", "better"), *self._who_pays()]

    def _push_note(self, by: Pusher, than_mean: str) -> str:
        found, words = self._pushed(by), {"model": "the model alone", "values": "the values alone"}
        named = [
            f"{' '.join(title.split())} ({value:.2f}; {own:,} lists, {other:,} of {words[_other(by)]})"
            for title, value, own, other in zip(
                found.titles[:N_NAMED], found.values.tolist(), found.n_own.tolist(), found.n_other.tolist(),
                strict=False,
            )
        ]  # fmt: skip
        what = f"{words[by].capitalize()} push{'es' if by == 'model' else ''} {counted(len(found), 'item')}"
        unsure = (
            f" {counted(found.n_unsure, 'more item')} may be like that, but the {self.setting.confidence:.0%} interval "
            "of the value holds the mean: not named." if found.n_unsure else ""
        )  # fmt: skip
        if not named:
            return f"{what} of {than_mean} values than the mean.{unsure}"
        return (
            f"{what} of {than_mean} values than the mean, which have {found.share_of_places:.0%} of the places on such "
            f"lists; most of all {', '.join(named)}.{unsure}"
        )

    def _who_pays(self) -> list[str]:
        weight = self.halfway
        if weight is None:
            return ["The values alone make lists that are no better by them than those of the model."]
        all_ = [_signed(self.value(name, weight, change=True)) for name in ("value", "ndcg")]
        groups = [
            *((group, self.value("ndcg", weight, group, change=True)) for group in USER_GROUPS),
            *((stratum, self.value("ndcg", weight, stratum=stratum, change=True)) for stratum in ACTIVITIES),
        ]
        paid = ", ".join(f"{name} {_signed(change)}" for name, change in groups)
        names = self._names()
        return [
            f"Half of what the values alone gain is gained at weight {_weight(weight)}: {names['value']} {all_[0]}, "
            f"{names['ndcg']} {all_[1]}.",
            f"Who pays there, in {names['ndcg']}: {paid}.",
            *reversal_notes(f"change in {names['ndcg']}", *self._gaps("ndcg", weight)),
        ]

    def _gaps(self, name: str, weight: float) -> tuple[Interval, Interval]:
        pooled, alike = (self.value(name, weight, GAP, stratum=one, change=True) for one in ("", SAME_ACTIVITY))
        return pooled, alike

    def _notes(self) -> list[str]:
        setting = self.setting
        least = setting.relevant_from
        notes = [
            f"The model optimises: {self.objective}",
            f"It does not optimise: {' '.join(self.not_optimised)}",
            f"Values: {self.origin}. {setting.coverage}",
            "Weight 0 is the model alone, 1 the values alone. Engagement is what the model predicts of a list's items, "
            "1 for the user's best item, 0 for the last.",
            f"{setting.confidence:.0%} intervals by resampling {counted(setting.n_users, 'user')} "
            f"{counted(setting.n_bootstrap, 'time')}; {_how_sure(has_errors=setting.has_errors)}",
            f"Relevant: {'everything in the test' if least is None else f'test ratings of {least:g} and above'}. "
            "What people were not shown, a test says nothing of.",
        ]
        if setting.n_left_out:
            notes.append(f"{counted(setting.n_left_out, 'user')} of the test without training ratings left out.")
        return notes

    @staticmethod
    def _weights(weights: Sequence[float]) -> str:
        return ", ".join(map(_weight, weights))


def _how_sure(*, has_errors: bool) -> str:
    if not has_errors:
        return (
            "the values themselves are taken as they are: without standard errors an item may lie beyond the mean by "
            "chance."
        )
    return "in them the values are taken as they are, but items are named only if theirs differs from the mean."


def _other(by: Pusher) -> Pusher:
    return "values" if by == "model" else "model"


def _weight(weight: float) -> str:
    return f"{weight:g}"


def _with_interval(found: Interval) -> str:
    value, low, high = map(format_number, found)
    return f"{value} ({low} to {high})"


def _signed(found: Interval) -> str:
    return f"{found.value:+.4f} ({found.low:+.4f} to {found.high:+.4f})"
