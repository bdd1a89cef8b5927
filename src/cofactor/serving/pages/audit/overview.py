"""GET /api/audit: all audits of the model shown, those that have not been made among them; DELETE ends one."""

from collections.abc import Callable
from dataclasses import dataclass

from fastapi import APIRouter

from cofactor.errors import BadOption
from cofactor.serving.opened import OnShelf, Shelf
from cofactor.serving.pages.audit import bubble, popularity, reidentification
from cofactor.serving.pages.audit.answer import AuditAbout, job_key

__all__ = ["overview", "routes"]

routes = APIRouter(prefix="/api/audit", tags=["audit"])

AUDITS: dict[str, Callable[[Shelf], AuditAbout]] = {
    popularity.KIND.name: lambda shelf: popularity.popularity(shelf).about,
    bubble.KIND.name: lambda shelf: bubble.bubble(shelf).about,
    reidentification.KIND.name: lambda shelf: reidentification.singled_out(shelf).about,
}


@dataclass(frozen=True)
class Overview:
    """The audits there are, and how far each is; fingerprint: of the model that they are of."""

    fingerprint: str
    objective: str
    audits: list[AuditAbout]


@routes.get("")
def overview(shelf: OnShelf) -> Overview:
    """All audits of the model shown."""
    opened = shelf.opened
    return Overview(opened.fingerprint, opened.model.objective, [about(shelf) for about in AUDITS.values()])


@routes.delete("/{name}")
def cancel(name: str, shelf: OnShelf) -> AuditAbout:
    """End an audit: at once where it waits, after the step at hand where it runs. What it found earlier stays.

    Raises `BadOption` for what is no audit.
    """
    if name not in AUDITS:
        raise BadOption(f"{name!r} is no audit. Choose one of: {', '.join(AUDITS)}.")
    shelf.background.cancel(job_key(shelf, name))
    return AUDITS[name](shelf)
