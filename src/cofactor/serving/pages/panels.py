"""What is measured of a model, as panels of charts and tables with all their words: the page only draws them."""

from dataclasses import dataclass, field
from typing import Literal

from cofactor.evaluation.bootstrap import Interval
from cofactor.serving.pages.rows import JsonId, number
from cofactor.sheet import format_number

__all__ = [
    "Axis", "Cell", "Column", "Curves", "IntervalRow", "MeasureView", "Panel", "PanelTable", "Series", "interval_cell",
    "value_cell",
]  # fmt: skip


@dataclass(frozen=True)
class Axis:
    """An axis of a chart. scale: "count" is logarithmic with 0 on it     percent: shares are written as percentages"""

    label: str
    scale: Literal["linear", "log", "count"] = "linear"
    percent: bool = False
    domain: tuple[float, float] | None = None


@dataclass(frozen=True)
class Series:
    """The points of one curve, and where there are several runs the lowest and the highest values."""

    label: str
    x: list[float]
    y: list[float | None]
    low: list[float | None] | None = None
    high: list[float | None] | None = None


@dataclass(frozen=True)
class Curves:
    """A chart of several curves, or of points. said: what it shows, for those who listen"""

    x: Axis
    y: Axis
    series: list[Series]
    said: str
    points: bool = False


@dataclass(frozen=True)
class IntervalRow:
    """A value and its interval, of a chart of such."""

    label: str
    value: float | None
    low: float | None
    high: float | None

    @classmethod
    def of(cls, label: str, found: Interval) -> "IntervalRow":
        """The interval under a label."""
        return cls(label, *map(number, found))


@dataclass(frozen=True)
class Cell:
    """A cell of a table: its text, what stands small below it, and the item that it is the title of."""

    text: str
    small: str = ""
    item: JsonId | None = None


@dataclass(frozen=True)
class Column:
    """The head of a column, and whether it is of numbers."""

    label: str
    number: bool = False


@dataclass(frozen=True)
class PanelTable:
    """A table in a panel."""

    caption: str
    columns: list[Column]
    rows: list[list[Cell]]


@dataclass(frozen=True)
class Panel:
    """A part of what is shown, with whatever of these it has. sentences: below the rest"""

    title: str
    says: str = ""
    curves: Curves | None = None
    intervals: list[IntervalRow] = field(default_factory=list[IntervalRow])
    table: PanelTable | None = None
    sentences: list[str] = field(default_factory=list[str])


@dataclass(frozen=True)
class MeasureView:
    """The panels of one measure; where there is none to choose, the only view has no name."""

    name: str
    label: str
    panels: list[Panel]


def value_cell(value: float | None) -> Cell:
    """The value, with fewer digits where it is large; a dash for None and nan."""
    return Cell("–" if value is None else _written(value, value))


def interval_cell(value: float | None, low: float | None, high: float | None, *, signed: bool = False) -> Cell:
    """The value, and its interval below it. signed: of a difference, which has a plus, too"""
    if value is None or low is None or high is None or low != low:
        return value_cell(value)
    plus = "+" if signed and value > 0 else ""
    return Cell(f"{plus}{_written(value, value)}", f"{_written(low, value)} to {_written(high, value)}")


def _written(one: float, beside: float) -> str:
    return format_number(one, 1 if abs(beside) >= 10 else 4).replace("-", "\N{MINUS SIGN}")
