"""Everything on a card that is held to a threshold: where it stands, what it is called, and what is good or bad.

Measures that lists can better by holding items that nobody wants (coverage, Gini index, the tail's share, diversity)
are coupled: they are green only if `GUARDS` are, too. A model that serves nobody serves all alike: so a small gap
between groups is green only beside lists that are worth having.
"""

from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NamedTuple

from cofactor.card.finding import Finding
from cofactor.card.lights import Threshold, checked_threshold
from cofactor.card.settings import read_settings
from cofactor.errors import BadOption, shown
from cofactor.hyperparameters import conformed

__all__ = ["GUARDS", "MEASURES", "CardMeasure", "Thresholds", "checked_thresholds", "not_measured", "read_thresholds"]


class CardMeasure(NamedTuple):
    """A measure of the card.

    section: the key of its section     guards: the measures without which it is not green, by name
    most: the size beyond which a threshold can only be a slip, such as 90 for 90 %
    """

    section: str
    title: str
    threshold: Threshold
    guards: tuple[str, ...] = ()
    most: float = 1.0

    @property
    def coupled(self) -> bool:
        """True where lists can better it by what nobody wants."""
        return self.guards == GUARDS


GUARDS = "list_accuracy", "liked_share"
WORTH_HAVING = GUARDS[:1]
MEASURES: Mapping[str, CardMeasure] = {
    "list_accuracy": CardMeasure("accuracy", "Lists against the most popular items", Threshold(0.01, -0.01)),
    "rating_accuracy": CardMeasure("accuracy", "Predicted ratings against plain averages", Threshold(0.01, -0.01, "%")),
    "group_gap": CardMeasure("accuracy", "Gap in service to people of rare taste", Threshold(0.02, 0.05), WORTH_HAVING),
    "liked_share": CardMeasure("popularity", "Items on lists that somebody has liked", Threshold(0.99, 0.9, "%")),
    "tail_opportunity": CardMeasure(
        "popularity", "Head start of popular items people like", Threshold(0.2, 0.6), GUARDS
    ),
    "tail_share": CardMeasure(
        "popularity", "Rare items on lists, less own ratings", Threshold(-0.05, -0.2, "%"), GUARDS
    ),
    "popularity_lift": CardMeasure(
        "popularity", "Popularity beyond that of own ratings", Threshold(0.1, 0.5, "%"), GUARDS, 5.0
    ),
    "exposure_gini": CardMeasure("popularity", "Uneven attention to items", Threshold(0.05, 0.2), GUARDS),
    "coverage": CardMeasure("popularity", "Share of the catalogue that is shown", Threshold(0.5, 0.1, "%"), GUARDS),
    "miscalibration": CardMeasure(
        "popularity", "Distance from people's mix of kinds", Threshold(0.1, 0.5), GUARDS, 5.0
    ),
    "bubble_overlap": CardMeasure("bubble", "People's lists growing alike", Threshold(0.02, 0.1), GUARDS),
    "bubble_diversity": CardMeasure("bubble", "Variety within lists, as time goes by", Threshold(-0.02, -0.1), GUARDS),
    "unique_people": CardMeasure("privacy", "People singled out by four ratings", Threshold(0.05, 0.5, "%")),
    "membership": CardMeasure("privacy", "Telling whose ratings it has learned from", Threshold(0.02, 0.1, "%")),
    "newcomers": CardMeasure("cold_start", "Service to people known by five ratings", Threshold(0.01, -0.01)),
}  # a threshold's first value is where green begins, its second where red does
Thresholds = Mapping[str, Threshold]  # by the names of `MEASURES`


def not_measured(name: str, sentence: str = "", thresholds: Thresholds | None = None) -> Finding:
    """The grey finding of a measure that there is no value of. sentence: why"""
    one = MEASURES[name]
    threshold = (thresholds or {}).get(name, one.threshold)
    return Finding(name=name, title=one.title, sentence=sentence, unit=threshold.unit, threshold=threshold)


def read_thresholds(path: str | Path) -> dict[str, Threshold]:
    """The thresholds in a TOML or JSON file, as `coverage = {green = 0.5, red = 0.1}`; raises `BadOption` for what is
    none, and for a measure that there is not."""
    return checked_thresholds(read_settings(path, "thresholds"), str(path))


def checked_thresholds(given: Mapping[str, Any], where: str = "thresholds") -> dict[str, Threshold]:
    """The thresholds that were set, each with the unit of its measure; raises `BadOption` as `read_thresholds` does.

    given: {measure: {"green": …, "red": …}}, or a `Threshold` for each     where: they came from
    """
    return {_known(name, where): _threshold(name, one, where) for name, one in given.items()}


def _known(name: str, where: str) -> str:
    if name not in MEASURES:
        near = get_close_matches(name, MEASURES, n=1)
        mend = f"Did you mean {near[0]!r}?" if near else f"There are: {', '.join(MEASURES)}."
        raise BadOption(f"{where}: there is no measure {shown(name)}. {mend}")
    return name


def _threshold(name: str, given: Any, where: str) -> Threshold:
    if isinstance(given, Threshold):
        given = {"green": given.green, "red": given.red}
    if not isinstance(given, Mapping) or set(given) != {"green", "red"}:
        raise BadOption(f"{where}: {name} is given as {{green = 0.5, red = 0.1}}, but {shown(given)} came.")
    green, red = (conformed(f"{where}: {name}.{end}", float, given[end]) for end in ("green", "red"))
    usual, most = MEASURES[name].threshold, MEASURES[name].most
    threshold = checked_threshold(name, Threshold(green, red, usual.unit))
    if max(abs(green), abs(red)) > most:
        means = "a share, 0.9 being 90 %" if usual.unit == "%" else "a difference, not in percent"
        raise BadOption(
            f"{where}: of {name} green and red are {means}, and no larger than {most:g}, but green={green:g} and "
            f"red={red:g} came."
        )
    if threshold.higher_is_better != usual.higher_is_better:
        lower, upper = ("red", "green") if usual.higher_is_better else ("green", "red")
        raise BadOption(f"{where}: of {name} {lower} must lie below {upper}, but green={green:g} and red={red:g} came.")
    return threshold
