"""GET /api/axes and /api/biases: what each axis explains, what its ends are called, what lies along it."""

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from fastapi import APIRouter, Query

from cofactor.arrays import IntArray
from cofactor.errors import Unsupported
from cofactor.interpretation.axis import Axis
from cofactor.interpretation.biases import Biases, biases
from cofactor.interpretation.factors import Factors, factors
from cofactor.interpretation.naming import EndNames
from cofactor.serving.opened import Opened, OpenModel
from cofactor.serving.pages.about import MAX_AXES
from cofactor.serving.pages.rows import ItemRow, PlacedItem, item_rows

__all__ = ["NamedEnds", "Rotation", "ends_of", "factors_of", "named_ends", "routes"]

routes = APIRouter(prefix="/api", tags=["axes"])

Rotation = Literal["none", "varimax"]
Length = Annotated[int, Query(ge=1, le=200)]


@dataclass(frozen=True)
class NamedEnds:
    """The names of both ends, None where no attribute tells them apart; strength: the AUC of the strongest attribute,
    0.5 to 1     p: of it, corrected for all that were tried"""

    low: str | None
    high: str | None
    strength: float | None
    p: float | None
    named: bool


@dataclass(frozen=True)
class AxisRow(NamedEnds):
    """An axis, its share of the vectors' variance, what is said of it, and the axes that other data may mix it with."""

    axis: int
    share: float
    share_error: float
    says: str
    interchangeable: list[int]


@dataclass(frozen=True)
class AxesAnswer:
    """The axes of the items' vectors, the strongest first."""

    rotation: Rotation
    axes: list[AxisRow]
    python: str


@dataclass(frozen=True)
class AxisEnds:
    """The items at both ends of an axis, the outermost first, with their places."""

    low: list[PlacedItem]
    high: list[PlacedItem]
    python: str


@dataclass(frozen=True)
class ItemsAt:
    """The items around a place on an axis: 0 is the lowest place of any item, 1 the highest."""

    place: float
    items: list[PlacedItem]


@dataclass(frozen=True)
class BiasedItem(ItemRow):
    """An item and its bias, with the interval it lies in 9 times of 10 where the model has one."""

    bias: float
    interval: tuple[float, float] | None


@dataclass(frozen=True)
class BiasesAnswer:
    """The items that the average person rates highest and lowest, with their biases."""

    loved: list[BiasedItem]
    disliked: list[BiasedItem]
    says: str
    python: str


@routes.get("/axes")
def axes(opened: Opened, rotation: Rotation = "none") -> AxesAnswer:
    """The axes and their names."""
    found = factors_of(opened, rotation)
    rows = [_row(found, at) for at in range(len(found.shares))]
    return AxesAnswer(rotation, rows, opened.python(f"{_made(opened, rotation)}"))


@routes.get("/axes/{axis}/ends")
def ends(axis: int, opened: Opened, n: Length = 10, rotation: Rotation = "none") -> AxisEnds:
    """The items at both ends of an axis."""
    low, high = ends_of(opened, factors_of(opened, rotation).axis(axis), n)
    return AxisEnds(low, high, opened.python(f"{_made(opened, rotation)}.axis({axis}).extremes_table({n})"))


@routes.get("/axes/{axis}/at")
def at(
    axis: int, opened: Opened, place: Annotated[float, Query(ge=0, le=1)] = 0.5, n: Length = 10,
    rotation: Rotation = "none",
) -> ItemsAt:  # fmt: skip
    """The items nearest to a place on an axis, in their order on it."""
    one = factors_of(opened, rotation).axis(axis)
    low, high = float(one.places.min()), float(one.places.max())
    nearest = np.argsort(np.abs(one.places - (low + place * (high - low))), kind="stable")[:n]
    nearest = nearest[np.argsort(one.places[nearest], kind="stable")]
    return ItemsAt(place, _items_of(opened, one, nearest))


@routes.get("/biases")
def biased(opened: Opened, n: Length = 15) -> BiasesAnswer:
    """The items that everybody likes whatever their taste, and the worst that people still watch."""
    found = opened.once("biases", lambda: biases(opened.model))
    low, high = found.axis.ends(n)
    says = f"How much higher than the average item the average person rates it; {found.axis.title}."
    return BiasesAnswer(
        _biased(opened, found, high), _biased(opened, found, low), says, opened.python("cf.biases(model)")
    )


def factors_of(opened: OpenModel, rotation: Rotation) -> Factors:
    """The factors of the items, worked out once. Raises `Unsupported` of a model without vectors."""
    if not opened.model.abilities.has_vectors:
        raise Unsupported(f"{type(opened.model).__name__} has no vectors, so there are no axes to look at.")
    return opened.once(f"factors {rotation}", lambda: factors(opened.model, _n(opened), rotation=_option(rotation)))


def named_ends(names: EndNames) -> NamedEnds:
    """The names of two ends with their evidence."""
    if names.is_noise:
        return NamedEnds(None, None, None, None, named=False)
    strongest = names.found[0]
    return NamedEnds(
        names.low, names.high, max(strongest.auc, 1 - strongest.auc), strongest.p, named=True
    )  # fmt: skip


def ends_of(opened: OpenModel, axis: Axis, n: int) -> tuple[list[PlacedItem], list[PlacedItem]]:
    """The n outermost items of both ends, with their places."""
    low, high = axis.ends(n)
    return _items_of(opened, axis, low), _items_of(opened, axis, high)


def _items_of(opened: OpenModel, axis: Axis, positions: IntArray) -> list[PlacedItem]:
    low, high = float(axis.places.min()), float(axis.places.max())
    rows = item_rows(opened.model.ratings, axis.rows.idx[positions])
    at = axis.places[positions].tolist()
    span = max(high - low, 1e-12)
    return [
        PlacedItem(one.item, one.title, one.ratings, (to - low) / span, to) for one, to in zip(rows, at, strict=True)
    ]


def _biased(opened: OpenModel, found: Biases, positions: IntArray) -> list[BiasedItem]:
    rows = item_rows(opened.model.ratings, found.axis.rows.idx[positions])
    low, high = (found.axis.places if end is None else end for end in (found.low, found.high))
    return [
        BiasedItem(
            row.item, row.title, row.ratings, float(found.axis.places[at]),
            None if found.low is None else (float(low[at]), float(high[at])),
        )
        for row, at in zip(rows, positions, strict=True)
    ]  # fmt: skip


def _row(found: Factors, at: int) -> AxisRow:
    ends, share, error = named_ends(found.axes[at].names()), float(found.shares[at]), float(found.share_errors[at])
    mixed = sorted({one for group in found.interchangeable if at in group for one in group} - {at})
    says = f"Axis {at + 1} explains {share:.1%} of the variance: {found.axes[at].names()}."
    return AxisRow(
        ends.low, ends.high, ends.strength, ends.p, ends.named, at, share, error, says,
        [one for one in mixed if one < len(found.shares)],
    )  # fmt: skip


def _n(opened: OpenModel) -> int:
    return min(MAX_AXES, *opened.model.vectors("item").shape, int((opened.model.ratings.item_counts > 0).sum()))


def _option(rotation: Rotation) -> Literal["varimax"] | None:
    return None if rotation == "none" else rotation


def _made(opened: OpenModel, rotation: Rotation) -> str:
    more = f", rotation={rotation!r}" if rotation != "none" else ""
    return f"cf.factors(model, {_n(opened)}{more})"
