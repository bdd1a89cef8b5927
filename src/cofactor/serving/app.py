"""The web app: the routes of each page's JSON, one handler for errors, the guard around, and the page itself."""

from functools import cache
from http import HTTPStatus
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse
from fastapi.staticfiles import StaticFiles
from starlette.middleware.gzip import GZipMiddleware

from cofactor import __version__
from cofactor.errors import AmbiguousTitle, BadModelFolder, CofactorError, NotShown
from cofactor.serving import session
from cofactor.serving.guard import Guard
from cofactor.serving.opened import Shelf
from cofactor.serving.page_files import page_with_modules
from cofactor.serving.pages import (
    about,
    axes,
    catalogue,
    comparison,
    items,
    lesson,
    map as map_page,
    newcomer,
    people,
    table,
    what_if,
)  # fmt: skip
from cofactor.serving.pages.audit import bubble, overview, person, popularity, reidentification

__all__ = ["create_app"]

PAGE, FILES = Path(__file__).with_name("explorer"), "/explorer"
PAGES = (
    about, axes, map_page, table, catalogue, items, people, what_if, newcomer, lesson, comparison, popularity, bubble,
    reidentification, person, overview, session,
)  # fmt: skip
SMALLEST_COMPRESSED = 1024  # bytes
LEVEL = 3  # of gzip: on one machine a smaller answer is not worth waiting for


def create_app(shelf: Shelf) -> Guard:
    """The app that answers for the models on a shelf.

    Errors are JSON, {"kind": its class, "message": what to do}: 404 for what is not there, 403 for what is not shown,
    422 for all else that the caller can mend.
    """
    app = FastAPI(title="cofactor", version=__version__, docs_url=None, redoc_url=None, openapi_url="/api/openapi.json")
    app.state.shelf = shelf
    for router in (*(page.routes for page in PAGES), items.mixes):
        app.router.routes.extend(router.routes)  # `include_router` would build every route once more, in 0.2 s
    app.add_exception_handler(CofactorError, _refused)
    app.add_exception_handler(RequestValidationError, _misread)
    app.mount(FILES, StaticFiles(directory=PAGE), name="explorer")
    app.add_api_route("/", _page, include_in_schema=False)
    app.add_middleware(GZipMiddleware, minimum_size=SMALLEST_COMPRESSED, compresslevel=LEVEL)
    return Guard(app, shelf.permissions)


async def _page() -> HTMLResponse:
    return HTMLResponse(_page_text())


@cache
def _page_text() -> str:
    return page_with_modules(PAGE, FILES)


async def _refused(_: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"kind": type(error).__name__, "message": str(error)}, _status(error))


def _status(error: Exception) -> HTTPStatus:
    if isinstance(error, NotShown):
        return HTTPStatus.FORBIDDEN
    if isinstance(error, (AmbiguousTitle, BadModelFolder)):
        return HTTPStatus.CONFLICT
    return HTTPStatus.NOT_FOUND if isinstance(error, LookupError) else HTTPStatus.UNPROCESSABLE_ENTITY


async def _misread(_: Request, error: Exception) -> JSONResponse:
    """A question that is not of the form that the API takes."""
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    where = ".".join(str(one) for one in first["loc"][1:])
    return JSONResponse({"kind": "BadOption", "message": f"{where or 'The question'}: {first['msg']}."}, 422)
