"""/api/audit/popularity: exposure against popularity and who is served worse, as `cf.popularity_bias` measures them."""

from dataclasses import dataclass

import numpy as np
from fastapi import APIRouter

from cofactor.arrays import FloatArray
from cofactor.audit.popularity import popularity_bias
from cofactor.audit.popularity_lists import SOURCES
from cofactor.audit.popularity_measures import Measure
from cofactor.audit.popularity_report import DIRECTIONS, PopularityBias
from cofactor.audit.user_means import GAP
from cofactor.data.ratings import Ratings
from cofactor.serving.background import Task
from cofactor.serving.opened import OnShelf, OpenModel, Shelf
from cofactor.serving.pages.audit.answer import AuditAbout, AuditKind, Light, audit_about, job_key, job_of
from cofactor.serving.pages.held_out import SEED, TEST, SplitAbout, fitted_anew, split_of
from cofactor.serving.pages.rows import ItemRow, Measured, item_rows
from cofactor.serving.pages.usual_attribute import usual_attribute

__all__ = ["KIND", "found_of", "routes"]

routes = APIRouter(prefix="/api/audit/popularity", tags=["audit"])

KIND = AuditKind(
    "popularity", "Popularity and people",
    "What the lists show, and whom they serve. A model with the same options is fitted to four fifths of the ratings; "
    "its lists of 10 are measured on the rest, beside lists of people's own ratings, of the most popular items, and of "
    "chance.",
)  # fmt: skip
LENGTH = 10
N_MOST = 10  # items that are named
MOST_POINTS = 101  # of a Lorenz curve


@dataclass(frozen=True)
class Figure:
    """A measure of some users or items, of each set of lists.

    name, group, cut, stratum: as in the table of `popularity_bias`     higher_means: in words
    """

    name: str
    group: str
    cut: str
    stratum: str
    higher_means: str
    lists: dict[str, Measured]


@dataclass(frozen=True)
class ShownItem(ItemRow):
    """An item and the number of lists that hold it; its ratings are those the lists were learned from."""

    lists: int


@dataclass(frozen=True)
class Exposure:
    """How many lists hold the items. At each place `items` have so many ratings and are on so many lists.

    never: items that are on no list     most: those on the most lists
    """

    ratings: list[int]
    lists: list[int]
    items: list[int]
    never: int
    most: list[ShownItem]


@dataclass(frozen=True)
class Lorenz:
    """The share of all places on lists that the least shown items have, by their share of the catalogue."""

    items: list[float]
    places: list[float]


@dataclass(frozen=True)
class PopularityFound:
    """The results of `popularity_bias`. reversals: differences between people that are of activity, not of taste"""

    split: SplitAbout
    figures: list[Figure]
    exposure: Exposure
    lorenz: dict[str, Lorenz]
    gap: str
    reversals: list[str]
    notes: list[str]
    python: str
    lights: list[Light]


@dataclass(frozen=True)
class PopularityAnswer:
    """The audit as far as it is, and what it found."""

    about: AuditAbout
    found: PopularityFound | None


@routes.get("")
def popularity(shelf: OnShelf) -> PopularityAnswer:
    """The audit, as far as it is."""
    return _answer(shelf)


@routes.post("")
def start(shelf: OnShelf) -> PopularityAnswer:
    """Have it measured, in the background."""
    opened = shelf.opened
    shelf.background.start(job_key(shelf, KIND.name), lambda task: found_of(opened, task))
    return _answer(shelf)


def _answer(shelf: Shelf) -> PopularityAnswer:
    job = job_of(shelf, KIND)
    return PopularityAnswer(audit_about(KIND, job), job.result)


def found_of(opened: OpenModel, task: Task) -> PopularityFound:
    """The audit of a model's options. Raises as `popularity_bias` does, and `Cancelled`."""
    ratings = opened.model.ratings
    parts, attribute = split_of(ratings), usual_attribute(ratings)
    model = fitted_anew(opened.model, parts.train, lambda done: task.at(0.7 * done, "The model is fitted anew …"))
    task.at(0.7, "Lists are made and measured …")
    bias = popularity_bias(model, parts.test, k=LENGTH, attribute=attribute)
    return PopularityFound(
        SplitAbout.of(parts), _figures(bias), _exposure(bias, parts.train),
        {source: _lorenz(bias.lorenz(source)) for source in SOURCES}, GAP, list(bias.reversals),
        list(bias.sheet().notes), _python(opened, attribute), [],
    )  # fmt: skip


def _figures(bias: PopularityBias) -> list[Figure]:
    return [
        Figure(**measure._asdict(), higher_means=DIRECTIONS[measure.name], lists=_measured(bias, measure))
        for measure in bias.intervals["model"]
    ]


def _measured(bias: PopularityBias, measure: Measure) -> dict[str, Measured]:
    """Of each set of lists that has it: own ratings have no accuracy."""
    return {source: Measured.of(found[measure]) for source, found in bias.intervals.items() if measure in found}


def _exposure(bias: PopularityBias, train: Ratings) -> Exposure:
    exposed = bias.exposure["model"]
    places, n_items = np.unique(np.stack([train.item_counts, exposed]), axis=1, return_counts=True)
    most = np.argsort(-exposed, kind="stable")[:N_MOST]
    shown = zip(item_rows(train, most), exposed[most].tolist(), strict=True)
    return Exposure(
        places[0].tolist(), places[1].tolist(), n_items.tolist(), int(np.count_nonzero(exposed == 0)),
        [ShownItem(row.item, row.title, row.ratings, n) for row, n in shown],
    )  # fmt: skip


def _lorenz(curve: FloatArray) -> Lorenz:
    at = np.unique(np.linspace(0, len(curve) - 1, MOST_POINTS).round().astype(int))
    return Lorenz((at / (len(curve) - 1)).tolist(), curve[at].tolist())


def _python(opened: OpenModel, attribute: str | None) -> str:
    return opened.python(
        f"train, test = cf.split(model.ratings, test={TEST}, seed={SEED})\n"
        f"fresh = type(model)(**model.options()).fit(train, progress=False)\n"
        f"cf.popularity_bias(fresh, test, k={LENGTH}, attribute={attribute!r})"
    )
