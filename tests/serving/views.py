"""The explorer's views as its tests open, read and answer them."""

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route


def expect(what: Any) -> Any:
    """Playwright's, imported where a browser is there: without one, the fixture `browser` skips or fails."""
    from playwright.sync_api import expect as expect_of

    return expect_of(what)


def open_view(page: "Page", view: str) -> None:
    """Open a view and wait until it has answered."""
    page.goto(f"/#/{view}")
    expect(page.locator("main .loading")).to_have_count(0)
    expect(page.locator("main h1")).to_be_visible()


def asked(page: "Page", path: str):
    """JSON of the API, as the page gets it."""
    return page.request.get(f"/api/{path}").json()


def someone(page: "Page"):
    """The person with most ratings."""
    return asked(page, "people?n=1")["people"][0]["user"]


def places(page: "Page") -> list[str]:
    """The items of the list that is shown, by id, in order."""
    expect(page.locator(".places > li").first).to_be_visible()
    return page.locator(".places > li").evaluate_all("rows => rows.map(row => row.dataset.item)")


def answered(route: "Route", body: object) -> None:
    route.fulfill(status=200, content_type="application/json", body=json.dumps(body))
