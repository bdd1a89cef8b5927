"""GET /api/map…: the items in a plane, how much of the full space it keeps, clusters, colours, an axis of one's own."""

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from fastapi import APIRouter, Depends, Query, Response

from cofactor.arrays import FloatArray, Id, IntArray
from cofactor.contract.indices import find
from cofactor.filtering.columns import Column, item_column
from cofactor.interpretation.axis import Axis
from cofactor.interpretation.between import axis_between
from cofactor.interpretation.clusters import Clusters, clusters
from cofactor.interpretation.plane import neighbours_kept
from cofactor.serving.opened import Opened, OpenModel
from cofactor.serving.pages.axes import NamedEnds, Rotation, ends_of, factors_of, named_ends
from cofactor.serving.pages.rows import ItemRow, PlacedItem, item_rows, number

__all__ = ["PlaneQuery", "own_axis", "routes"]

routes = APIRouter(prefix="/api/map", tags=["map"])

N_COLOURS = 8
NOT_COMPRESSED = {"Content-Encoding": "identity"}  # coordinates are as good as random: they hardly shrink
N_CLUSTERS = 12
N_EXAMPLES = 5


@dataclass(frozen=True)
class OwnAxis(NamedEnds):
    """An axis from some items to others: what tells its ends apart, and the items that lie there."""

    says: str
    ends: dict[str, list[PlacedItem]]
    python: str


@dataclass(frozen=True)
class KeptOfItem:
    """How many of one item's `of` true neighbours are among its nearest on screen."""

    kept: int
    of: int


@dataclass(frozen=True)
class Kept:
    """The share of the true neighbours that are among the nearest on screen, on average over `items_counted` of
    `items`; `of` neighbours each"""

    of: int
    whole: float
    items_counted: int
    items: int
    item: KeptOfItem | None


@dataclass(frozen=True)
class ClusterRow:
    """A cluster, the place of its label on the plane, and its most rated items.

    name: None where no attribute tells it from the rest
    """

    name: str | None
    says: str
    p: float | None
    size: int
    x: float
    y: float
    items: list[ItemRow]


@dataclass(frozen=True)
class ClustersAnswer:
    """The clusters of the full space, and the cluster of each item of the catalogue, -1 for none."""

    clusters: list[ClusterRow]
    cluster_of: list[int]


@dataclass(frozen=True)
class NumberColours:
    """The numbers of an attribute, None where it is missing."""

    kind: Literal["number"]
    low: float
    high: float
    values: list[float | None]


@dataclass(frozen=True)
class CategoryColours:
    """The commonest words of an attribute; codes: of each item, 8 for other words, -1 where it is missing"""

    kind: Literal["category"]
    labels: list[str]
    codes: list[int]


class PlaneQuery:
    """Two axes by their numbers, or in place of the first the axis from some items to others."""

    def __init__(
        self, x: int = 0, y: int = 1, rotation: Rotation = "none",
        low: Annotated[list[str] | None, Query(alias="from")] = None,
        high: Annotated[list[str] | None, Query(alias="to")] = None,
    ) -> None:  # fmt: skip
        self.x, self.y, self.low, self.high = x, y, low or [], high or []
        self.rotation: Rotation = rotation

    def axes(self, opened: OpenModel) -> tuple[Axis, Axis]:
        """Both axes. Raises `BadOption` for an axis that there is not, `UnknownIds`, and `Unsupported` of a model
        without vectors."""
        found = factors_of(opened, self.rotation)
        x = own_axis(opened, self.low, self.high) if self.low or self.high else found.axis(self.x)
        return x, found.axis(self.y)


OnPlane = Annotated[PlaneQuery, Depends()]


@routes.get("", response_class=Response)
def places(opened: Opened, plane: OnPlane) -> Response:
    """Float32, little-endian: x and y of each item of the catalogue, nan of one that nobody rated."""
    xy = np.full((opened.model.ratings.n_items, 2), np.nan, "<f4")
    for column, axis in enumerate(plane.axes(opened)):
        xy[axis.rows.idx, column] = axis.places
    return Response(xy.tobytes(), headers=NOT_COMPRESSED, media_type="application/octet-stream")


@routes.get("/own")
def own(opened: Opened, plane: OnPlane, n: Annotated[int, Query(ge=1, le=100)] = 8) -> OwnAxis:
    """The axis from some items to others, and what lies at its ends."""
    axis = own_axis(opened, plane.low, plane.high)
    ends, (low, high) = named_ends(axis.names()), ends_of(opened, axis, n)
    return OwnAxis(
        ends.low, ends.high, ends.strength, ends.p, ends.named, f"{axis.title}: {axis.names()}.",
        {"low": low, "high": high}, opened.python(f"cf.axis_between(model, {plane.low!r}, {plane.high!r})"),
    )  # fmt: skip


@routes.get("/kept")
def kept(opened: Opened, plane: OnPlane, item: str | None = None) -> Kept:
    """How many of the true neighbours are among the nearest on screen, for a sample of all and for one item."""
    x, y = plane.axes(opened)
    key = f"kept {plane.x} {plane.y} {plane.rotation} {plane.low} {plane.high}"
    whole = opened.once(key, lambda: neighbours_kept(opened.model, x, y))
    of_item = None
    if item is not None and opened.model.ratings.item_counts[find(opened.model.ratings, "item", [item])[0]]:
        one = neighbours_kept(opened.model, x, y, ids=[item])
        of_item = KeptOfItem(int(one.kept[0]), one.k)
    return Kept(whole.k, whole.mean / whole.k, len(whole.checked), len(whole.rows), of_item)


@routes.get("/clusters")
def clusters_on(opened: Opened, plane: OnPlane) -> ClustersAnswer:
    """The clusters of the full space, where they lie on the plane, and what they are called."""
    n = min(N_CLUSTERS, int((opened.model.ratings.item_counts > 0).sum()))
    found = opened.once("clusters", lambda: clusters(opened.model, n))
    xy = np.column_stack([axis.places for axis in plane.axes(opened)])
    cluster_of = np.full(opened.model.ratings.n_items, -1)
    cluster_of[found.rows.idx] = found.members
    places = found.label_places(xy)
    return ClustersAnswer([_cluster(opened, found, at, xy) for at, xy in enumerate(places)], cluster_of.tolist())


@routes.get("/colour/{attribute:path}")
def colours(attribute: str, opened: Opened) -> NumberColours | CategoryColours:
    """The values of an attribute for each item of the catalogue: numbers, or its eight commonest words."""
    column = item_column(opened.model.ratings, attribute, "colour")
    if column.kind != "number":
        return _categories(column)
    known = column.values[column.known]
    low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 0.0)
    return NumberColours("number", low, high, [number(value) for value in column.values])


def own_axis(opened: OpenModel, low: list[str], high: list[str]) -> Axis:
    """The axis from some items to others, by ids or titles."""
    ratings = opened.model.ratings
    ends: list[list[Id]] = [ratings.items.gather(find(ratings, "item", one)).tolist() for one in (low, high)]
    return opened.once(f"own axis {ends!r}", lambda: axis_between(opened.model, *ends))


def _cluster(opened: OpenModel, found: Clusters, at: int, xy: FloatArray) -> ClusterRow:
    names = found.names[at]
    p = None if names.is_noise else names.found[0].p
    examples: IntArray = found.rows.idx[found.most_rated(at, N_EXAMPLES)]
    return ClusterRow(
        names.high or None, str(names) if names.is_noise else f"told apart by {names.high} (p {p:.2g})", p,
        int(found.sizes[at]), float(xy[0]), float(xy[1]), item_rows(opened.model.ratings, examples),
    )  # fmt: skip


def _categories(column: Column) -> CategoryColours:
    """Truths and texts by their words: the commonest have a colour each, and of an item's words the rarest of these
    counts, which says most."""
    words = column.words
    counts = np.bincount(words[words >= 0], minlength=len(column.codes_of_words))
    commonest = np.argsort(-counts, kind="stable")[:N_COLOURS]
    colour_of = np.full(len(counts) + 1, -1)  # the last: no word
    colour_of[commonest] = np.arange(len(commonest))
    rarest = colour_of[words].max(axis=1, initial=-1)
    codes = np.where(rarest < 0, N_COLOURS, rarest)
    names = list(column.codes_of_words)
    return CategoryColours(
        "category", [names[at] for at in commonest], np.where(column.known, codes, -1).tolist()
    )  # fmt: skip
