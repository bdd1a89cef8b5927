"""A comparison of models that runs beside the answers, and its result as JSON."""

from dataclasses import dataclass, field
from typing import Literal

from cofactor.serving.pages.held_out import SplitAbout
from cofactor.serving.pages.panels import MeasureView
from cofactor.serving.pages.rows import Measured

__all__ = ["ComparedModel", "ComparisonAnswer", "Difference", "Metric"]


@dataclass(frozen=True)
class ComparedModel:
    """A model that was fitted anew, and its metrics; folder and fingerprint of the saved one, None of a baseline."""

    name: str
    folder: str | None
    fingerprint: str | None
    metrics: dict[str, Measured]


@dataclass(frozen=True)
class Difference:
    """The metric of the first model less that of the second, paired by people, and in words whether that is beyond the
    noise."""

    first: str
    second: str
    metric: str
    difference: float
    low: float
    high: float
    verdict: str


@dataclass(frozen=True)
class Metric:
    """A metric, in a sentence, and whether higher or lower is better."""

    name: str
    says: str
    better: str


@dataclass(frozen=True)
class ComparisonAnswer:
    """The state of the comparison and, when it is ready, what was measured. views: the same as the page shows it"""

    state: Literal["none", "running", "ready"]
    says: str
    progress: float | None = None
    models: list[ComparedModel] = field(default_factory=list[ComparedModel])
    pairs: list[Difference] = field(default_factory=list[Difference])
    metrics: list[Metric] = field(default_factory=list[Metric])
    split: SplitAbout | None = None
    python: str | None = None
    views: list[MeasureView] = field(default_factory=list[MeasureView])
