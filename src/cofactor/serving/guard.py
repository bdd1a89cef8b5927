"""Who may ask: this machine alone, from pages of this address alone; others with a token, where they were let in.

A page anywhere can make a browser send requests to loopback. So `Host` must name loopback (a name that an attacker's
DNS points here is refused), and `Origin`, where a browser sends it, must be the address asked for.
"""

import hmac
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse

__all__ = ["COOKIE", "App", "Guard", "Permissions", "new_token"]

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

LOOPBACK = frozenset(("127.0.0.1", "localhost", "[::1]"))
COOKIE = "cofactor_token"
OPEN_TO_ALL = "/api/session"  # where the token is handed in; the page itself holds nothing of the model
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


@dataclass(frozen=True)
class Permissions:
    """The permissions of a server.

    token: what those must show who are not on this machine; None: nobody else may ask
    people: whether single persons are shown
    """

    token: str | None = None
    people: bool = True


class Guard:
    """The app behind the checks of host, origin and token; every answer carries the headers that browsers obey."""

    def __init__(self, app: App, permissions: Permissions) -> None:
        self.app, self.permissions = app, permissions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":  # a web socket: the API has none
            return
        is_api = scope["path"].startswith("/api/")

        async def with_headers(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(HEADERS)
                headers.setdefault("Cache-Control", "no-store" if is_api else "no-cache")
            await send(message)

        refused = self._refusal(scope["path"], Headers(scope=scope))
        answer = JSONResponse({"message": refused[1], "kind": "Refused"}, refused[0]) if refused else self.app
        await answer(scope, receive, with_headers)

    def _refusal(self, path: str, headers: Headers) -> tuple[int, str] | None:
        """Status and message where a request is refused."""
        host, origin, token = headers.get("host", ""), headers.get("origin"), self.permissions.token
        if token is None and _name(host) not in LOOPBACK:
            return 403, f"This explorer answers on this machine alone, and {host!r} is no name of it."
        if origin is not None and origin.split("://")[-1] != host:
            return 403, f"A page of {origin} asked; only the explorer's own page may."
        if headers.get("sec-fetch-site") == "cross-site":
            return 403, "A page of another address asked; only the explorer's own page may."
        if token is not None and path.startswith("/api/") and path != OPEN_TO_ALL and not _shows(headers, token):
            return 401, "Give the token that `cofactor explore` printed."
        return None


def new_token() -> str:
    """A token that nobody can guess."""
    return secrets.token_urlsafe(18)


def _name(host: str) -> str:
    """A host without its port.

    >>> _name("localhost:8000"), _name("[::1]:8000"), _name("[::1]")
    ('localhost', '[::1]', '[::1]')
    """
    name, _, port = host.rpartition(":")
    return name if name and port.isdigit() else host


def _shows(headers: Headers, token: str) -> bool:
    """True where a request carries the token, as a bearer or in the page's cookie."""
    given = headers.get("authorization", "").removeprefix("Bearer ") or _cookie(headers.get("cookie", ""))
    return hmac.compare_digest(given.encode(), token.encode())


def _cookie(text: str) -> str:
    try:
        found = SimpleCookie(text).get(COOKIE)
    except CookieError:
        return ""
    return found.value if found else ""
