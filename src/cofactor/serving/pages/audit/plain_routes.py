"""The two routes of an audit without settings: GET says how far it is, POST has it measured in the background."""

from collections.abc import Callable

from fastapi import APIRouter

from cofactor.serving.background import Task
from cofactor.serving.opened import OnShelf, OpenModel
from cofactor.serving.pages.audit.answer import AuditAnswer, AuditKind, Measured, answer_of, job_key

__all__ = ["plain_routes"]


def plain_routes(kind: AuditKind, found_of: Callable[[OpenModel, Task], Measured]) -> APIRouter:
    """The routes below /api/audit/ of an audit of this kind, which `found_of` measures."""
    routes = APIRouter(prefix=f"/api/audit/{kind.name}", tags=["audit"])

    @routes.get("")
    def ask(shelf: OnShelf) -> AuditAnswer:  # pyright: ignore[reportUnusedFunction]
        """The audit, as far as it is."""
        return answer_of(shelf, kind)

    @routes.post("")
    def start(shelf: OnShelf) -> AuditAnswer:  # pyright: ignore[reportUnusedFunction]
        """Have it measured, in the background."""
        opened = shelf.opened
        shelf.background.start(job_key(shelf, kind.name), lambda task: found_of(opened, task))
        return answer_of(shelf, kind)

    return routes
