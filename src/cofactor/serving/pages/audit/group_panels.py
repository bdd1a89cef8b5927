"""Panels of who is served worse: each measure by group of people, and whether the difference is one of activity."""

from cofactor.audit.popularity_groups import ACTIVITIES, USER_GROUPS
from cofactor.audit.popularity_measures import Measure
from cofactor.audit.popularity_report import DIRECTIONS, PopularityBias
from cofactor.audit.user_means import EVERYBODY, GAP
from cofactor.evaluation.bootstrap import Interval
from cofactor.serving.pages.panels import (
    Cell,
    Column,
    IntervalRow,
    MeasureView,
    Panel,
    PanelTable,
    interval_cell,
)

__all__ = ["group_views"]

ACCURACY = "ndcg", "recall"  # are shown first
SAYS = (
    "Higher means: {}. People are told apart by the share of popular items among their own ratings: the fifth with the "
    "least is niche, the fifth with the most blockbuster."
)


def group_views(bias: PopularityBias) -> list[MeasureView]:
    """A view for each measure that is of groups of people, accuracy first."""
    names = dict.fromkeys(one.name for one in bias.intervals["model"] if one.group in USER_GROUPS)
    ordered = sorted(names, key=lambda name: name not in ACCURACY)  # a stable sort: each in the order of the audit
    return [MeasureView(name, name, _panels(bias, name)) for name in ordered]


def _panels(bias: PopularityBias, name: str) -> list[Panel]:
    found = bias.intervals["model"]
    rows = [IntervalRow.of(_people(group), found[Measure(name, group)]) for group in (EVERYBODY, *USER_GROUPS)]
    panels = [
        Panel(f"{name}, by taste", SAYS.format(DIRECTIONS[name]), intervals=rows),
        _gap(bias, name), _strata(bias, name),
    ]  # fmt: skip
    return [one for one in panels if one is not None]


def _gap(bias: PopularityBias, name: str) -> Panel | None:
    gaps = {one.stratum: gap for one, gap in bias.intervals["model"].items() if one.name == name and one.group == GAP}
    if not gaps:
        return None
    rows = [[Cell(stratum or "all people"), interval_cell(*gap), Cell(_verdict(gap))] for stratum, gap in gaps.items()]
    columns = [Column("Among people of"), Column("Difference", True), Column("")]
    sentences = [one for one in bias.reversals if one.startswith(f"REVERSAL: {name},")]
    table = PanelTable("A difference in taste may be one of activity", columns, rows)
    return Panel(GAP, table=table, sentences=sentences)


def _verdict(gap: Interval) -> str:
    return "beyond the noise" if gap.low * gap.high > 0 else "inside the noise"


def _strata(bias: PopularityBias, name: str) -> Panel:
    found = bias.intervals["model"]
    rows = [
        [Cell(_people(group)), *(interval_cell(*found[Measure(name, group, "", one)]) for one in ("", *ACTIVITIES))]
        for group in (EVERYBODY, *USER_GROUPS)
    ]
    columns = [Column("People"), *(Column(one or "all", True) for one in ("", *ACTIVITIES))]
    return Panel(
        "By taste and activity", table=PanelTable("Thirds of people by their number of ratings", columns, rows)
    )


def _people(group: str) -> str:
    return "everybody" if group == EVERYBODY else group
