"""POST /api/session: hand in the token, and carry it in a cookie that no script can read and no address holds."""

import hmac

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from cofactor.serving.guard import COOKIE
from cofactor.serving.opened import OnShelf

__all__ = ["routes"]

routes = APIRouter(prefix="/api/session", tags=["session"])


class Token(BaseModel):
    """The token that `cofactor explore` printed."""

    token: str


@routes.post("", response_class=Response)
async def enter(given: Token, shelf: OnShelf) -> Response:
    """Let the page's browser in, until it is closed, where the token is the right one."""
    token = shelf.permissions.token
    if token is not None and not hmac.compare_digest(given.token.strip().encode(), token.encode()):
        return JSONResponse({"message": "That is not the token.", "kind": "Refused"}, 401)
    answer = JSONResponse({"entered": True})
    if token is not None:
        answer.set_cookie(COOKIE, token, httponly=True, samesite="strict")
    return answer
