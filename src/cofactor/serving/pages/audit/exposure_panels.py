"""Panels of exposure: items by popularity and by lists, the Lorenz curve, and popularity bias beside three controls."""

import numpy as np

from cofactor.audit.popularity_lists import SOURCES, ListSource
from cofactor.audit.popularity_measures import Measure
from cofactor.audit.popularity_report import DIRECTIONS, PopularityBias
from cofactor.audit.user_means import EVERYBODY
from cofactor.data.ratings import Ratings
from cofactor.errors import some_of
from cofactor.serving.pages.panels import (
    Axis,
    Cell,
    Column,
    Curves,
    Panel,
    PanelTable,
    Series,
    interval_cell,
    value_cell,
)
from cofactor.serving.pages.rows import item_rows

__all__ = ["exposure_panels"]

N_MOST = 10  # items that are named
MOST_POINTS = 101  # of a Lorenz curve
HALF = 0.5  # of the catalogue


def exposure_panels(bias: PopularityBias, train: Ratings) -> list[Panel]:
    """The panels of what lists show of the catalogue. train: the ratings that the lists were learned from"""
    return [_items(bias, train), _spread(bias), _bias(bias)]


def _items(bias: PopularityBias, train: Ratings) -> Panel:
    """A point for every number of ratings and of lists that an item has."""
    exposed = bias.exposure["model"]
    ratings, lists = np.unique(np.stack([train.item_counts, exposed]), axis=1)
    says = f"{some_of(int(np.count_nonzero(exposed == 0)), len(exposed), 'item', 'are')} on no list."
    chart = Curves(
        Axis("ratings (log scale)", "count"), Axis("lists (log scale)", "count"),
        [Series("items", ratings.tolist(), lists.tolist())],
        f"Items by their ratings and by the lists that hold them. {says}", points=True,
    )  # fmt: skip
    most = np.argsort(-exposed, kind="stable")[:N_MOST]
    rows = [
        [Cell(row.title, item=row.item), Cell(f"{row.ratings:,}"), Cell(f"{n:,}")]
        for row, n in zip(item_rows(train, most), exposed[most].tolist(), strict=True)
    ]
    columns = [Column("Title"), Column("Ratings", True), Column("Lists", True)]
    return Panel("Which items are shown", says, chart, table=PanelTable("On the most lists", columns, rows))


def _spread(bias: PopularityBias) -> Panel:
    series, halves = list[Series](), list[str]()
    for source in SOURCES:
        curve = bias.lorenz(source)
        at = np.unique(np.linspace(0, len(curve) - 1, MOST_POINTS).round().astype(int))
        series.append(Series(source, (at / (len(curve) - 1)).tolist(), curve[at].tolist()))
        halves.append(f"{source} {curve[int(HALF * (len(curve) - 1))]:.1%}")
    axes = [
        Axis(label, percent=True, domain=(0, 1)) for label in ("share of the items, least shown first", "of places")
    ]
    said = f"The less shown half of the items has of all places on lists: {', '.join(halves)}."
    says = f"Lorenz curves: the lower, the fewer items share the places. {said}"
    return Panel("How the places are spread", says, Curves(axes[0], axes[1], series, said))


def _bias(bias: PopularityBias) -> Panel:
    header = [Column("Measure"), *(Column(source, True) for source in SOURCES), Column("Higher means")]
    measures = [one for one in bias.intervals["model"] if not one.stratum and one.group in (EVERYBODY, "head - tail")]
    rows = [
        [
            Cell(one.name, one.cut and f"head: {one.cut}"), interval_cell(*bias.intervals["model"][one]),
            *(_control(bias, source, one) for source in SOURCES[1:]), Cell(DIRECTIONS[one.name]),
        ]
        for one in measures
    ]  # fmt: skip
    return Panel(
        "Popularity bias", table=PanelTable("The model's lists, and three others for the same people", header, rows)
    )


def _control(bias: PopularityBias, source: ListSource, measure: Measure) -> Cell:
    """Own ratings have no accuracy."""
    found = bias.intervals[source].get(measure)
    return value_cell(None if found is None else found.value)
