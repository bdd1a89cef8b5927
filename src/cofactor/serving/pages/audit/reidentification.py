"""/api/audit/reidentification: how many people a few of their ratings single out in the table."""

from typing import TYPE_CHECKING

from cofactor.card.section import Section
from cofactor.serving.background import Task
from cofactor.serving.opened import OpenModel
from cofactor.serving.pages.audit.answer import AuditFound, AuditKind, Measured, table_rows
from cofactor.serving.pages.audit.lights import card_audit
from cofactor.serving.pages.audit.plain_routes import plain_routes
from cofactor.serving.pages.panels import Axis, Curves, MeasureView, Panel, Series

if TYPE_CHECKING:
    from cofactor.audit.privacy.reidentification import Reidentification

__all__ = ["KIND", "found_of", "routes"]

KIND = AuditKind(
    "reidentification", "How few ratings single one out",
    "The table that the model learned from, without names: how many people are the only ones who have a few of their "
    "ratings, if these are known to somebody. Where one person alone matches, the table tells all else about them.",
    ("reidentification",),
)  # fmt: skip
IMPORT = "from cofactor.audit.privacy.reidentification import reidentification"
MOST_PEOPLE = 10_000  # who are looked for, drawn at random where there are more


def found_of(opened: OpenModel, task: Task) -> Measured:
    """The audit of the table that a model learned from. Raises as `reidentification` does, and `Cancelled`."""
    from cofactor.audit.card.privacy import unique_people
    from cofactor.audit.privacy.reidentification import reidentification

    ratings = opened.model.ratings
    n_people = MOST_PEOPLE if ratings.n_users > MOST_PEOPLE else None
    task.at(0.1, "People are looked for …")
    found = reidentification(ratings, n_people=n_people)
    limited = "" if n_people is None else f", n_people={n_people}"
    python = opened.python(f"{IMPORT}\n\nreidentification(model.ratings{limited})")
    views = {"reidentification": [MeasureView("", "", [_panel(found)])]}
    unique = unique_people(card_audit(opened, opened.model, ratings, KIND.says), found)
    section = Section(key="privacy", findings=(unique,))
    return Measured(AuditFound(views, table_rows(found.columns()), list(found.sheet().notes), python), (section,))


def _panel(found: "Reidentification") -> Panel:
    by_detail = dict[str, Series]()
    for (detail, n_known), share in found.shares.items():
        one = by_detail.setdefault(str(detail), Series(str(detail), [], []))
        one.x.append(n_known)
        one.y.append(share.value)
    said = "; ".join(
        f"{one.label}: "
        + ", ".join(f"{share:.1%} by {n:g}" for n, share in zip(one.x, one.y, strict=True) if share is not None)
        for one in by_detail.values()
    )
    y = Axis("people who are the only ones", percent=True, domain=(0, 1))
    chart = Curves(Axis("known ratings"), y, list(by_detail.values()), said)
    return Panel("People who are the only ones with their ratings", f"{said.split('; ')[0]}.", chart)


routes = plain_routes(KIND, found_of)
