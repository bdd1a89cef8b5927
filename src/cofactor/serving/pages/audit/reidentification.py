"""/api/audit/reidentification: how many people a few of their ratings single out in the table."""

from dataclasses import dataclass

from fastapi import APIRouter

from cofactor.audit.privacy.reidentification import reidentification
from cofactor.serving.background import Task
from cofactor.serving.opened import OnShelf, OpenModel, Shelf
from cofactor.serving.pages.audit.answer import AuditAbout, AuditKind, Light, audit_about, job_key, job_of
from cofactor.serving.pages.rows import Measured

__all__ = ["KIND", "found_of", "routes"]

routes = APIRouter(prefix="/api/audit/reidentification", tags=["audit"])

KIND = AuditKind(
    "reidentification", "How few ratings single one out",
    "The table that the model learned from, without names: how many people are the only ones who have a few of their "
    "ratings, if these are known to somebody. Where one person alone matches, the table tells all else about them.",
)  # fmt: skip
IMPORT = "from cofactor.audit.privacy.reidentification import reidentification"
MOST_PEOPLE = 10_000  # who are looked for, drawn at random where there are more


@dataclass(frozen=True)
class UniqueShare:
    """The share of people who are unique by so many known ratings, and how many people match in the median."""

    n_known: int
    unique: Measured
    median_matching: float


@dataclass(frozen=True)
class KnownDetail:
    """A detail in which ratings are known, and the share of people who are unique by 1, 2, … of such ratings."""

    detail: str
    shares: list[UniqueShare]


@dataclass(frozen=True)
class ReidentificationFound:
    """The results of `reidentification`, by detail."""

    details: list[KnownDetail]
    notes: list[str]
    python: str
    lights: list[Light]


@dataclass(frozen=True)
class ReidentificationAnswer:
    """The audit as far as it is, and what it found."""

    about: AuditAbout
    found: ReidentificationFound | None


@routes.get("")
def singled_out(shelf: OnShelf) -> ReidentificationAnswer:
    """The audit, as far as it is."""
    return _answer(shelf)


@routes.post("")
def start(shelf: OnShelf) -> ReidentificationAnswer:
    """Have it counted, in the background."""
    opened = shelf.opened
    shelf.background.start(job_key(shelf, KIND.name), lambda task: found_of(opened, task))
    return _answer(shelf)


def _answer(shelf: Shelf) -> ReidentificationAnswer:
    job = job_of(shelf, KIND)
    return ReidentificationAnswer(audit_about(KIND, job), job.result)


def found_of(opened: OpenModel, task: Task) -> ReidentificationFound:
    """The audit of the table that a model learned from. Raises as `reidentification` does, and `Cancelled`."""
    ratings = opened.model.ratings
    n_people = MOST_PEOPLE if ratings.n_users > MOST_PEOPLE else None
    task.at(0.1, "People are looked for …")
    found = reidentification(ratings, n_people=n_people)
    details = dict[str, list[UniqueShare]]()
    for (detail, n_known), share in found.shares.items():
        row = UniqueShare(n_known, Measured.of(share), found.median_matching[detail, n_known])
        details.setdefault(str(detail), []).append(row)
    limited = "" if n_people is None else f", n_people={n_people}"
    python = f"{IMPORT}\n\nreidentification(model.ratings{limited})"
    return ReidentificationFound(
        [KnownDetail(*one) for one in details.items()], list(found.sheet().notes), opened.python(python), []
    )
