"""GET /api/audit: all audits of the model shown, those that have not been made among them; DELETE ends one."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from fastapi import APIRouter

from cofactor.errors import BadOption
from cofactor.serving.opened import OnShelf, Shelf
from cofactor.serving.pages.audit import popularity, reidentification
from cofactor.serving.pages.audit.answer import AuditAbout, AuditAnswer, answer_of, job_key
from cofactor.serving.pages.audit.bubble import bubble
from cofactor.serving.pages.list_options import OptionAbout, options_of

__all__ = ["overview", "routes"]

routes = APIRouter(prefix="/api/audit", tags=["audit"])

AUDITS: dict[str, Callable[[Shelf], AuditAnswer]] = {
    "popularity": partial(answer_of, kind=popularity.KIND), "bubble": bubble,
    "reidentification": partial(answer_of, kind=reidentification.KIND),
}  # fmt: skip


@dataclass(frozen=True)
class Overview:
    """The audits there are, and how far each is.

    fingerprint: of the model that they are of     options: that move a list
    """

    fingerprint: str
    audits: list[AuditAbout]
    options: list[OptionAbout]


@routes.get("")
def overview(shelf: OnShelf) -> Overview:
    """All audits of the model shown."""
    audits = [ask(shelf).about for ask in AUDITS.values()]
    return Overview(shelf.opened.fingerprint, audits, options_of(shelf.opened))


@routes.delete("/{name}")
def cancel(name: str, shelf: OnShelf) -> AuditAnswer:
    """End an audit: at once where it waits, after the step at hand where it runs. What it found earlier stays.

    Raises `BadOption` for what is no audit.
    """
    if name not in AUDITS:
        raise BadOption(f"{name!r} is no audit. Choose one of: {', '.join(AUDITS)}.")
    shelf.background.cancel(job_key(shelf, name))
    return AUDITS[name](shelf)
