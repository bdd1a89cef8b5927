"""The explorer's pages of the data, of items and of comparisons in a real browser on a real server."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from serving.views import answered, asked, expect, open_view

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

MARKUP = '<img src=x onerror="document.title=1">'
HEBREW = "שלום (1994)"


def test_neighbours_are_those_of_the_api_with_the_ratings_each_stands_on(page):
    item = asked(page, "items?n=1")["items"][0]["item"]
    open_view(page, f"items/{item}?by=dot")
    expect(page.locator("td", has_text="rating").first).to_be_visible()
    rows = asked(page, f"items/{item}/neighbours?n=15&by=dot")["rows"]
    shown = page.get_by_role("region", name="nearest first").locator("tbody tr").all_inner_texts()
    assert len(shown) == len(rows)
    for text, row in zip(shown, rows, strict=True):
        assert row["title"] in text
        assert f"{row['ratings']:,} rating" in text
        assert f"{row['similarity']:.3f}" in text.replace("−", "-")
    assert "by=dot" in page.url


def test_what_a_filter_cannot_mean_is_said_in_place(page):
    item = asked(page, "items?n=1")["items"][0]["item"]
    open_view(page, f"items/{item}")
    page.get_by_label("Only where").fill("bad ==")
    page.get_by_role("button", name="Filter").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.locator("h1")).to_be_visible()


def test_titles_with_markup_and_from_right_to_left_are_text(page):
    rows = [{"item": n, "title": title, "ratings": 3} for n, title in enumerate([MARKUP, HEBREW, "plain"])]
    page.route("**/api/items?*", lambda route: answered(route, {"items": rows, "shown": 3, "of": 3, "python": ""}))
    open_view(page, "items")
    expect(page.locator("main bdi", has_text="<img")).to_have_text(MARKUP)
    assert page.locator("main img").count() == 0
    left = page.locator("tbody a").evaluate_all("links => links.map(link => link.getBoundingClientRect().left)")
    assert len(set(left)) == 1  # a title in its own direction does not turn its row


def test_a_late_answer_to_an_earlier_search_is_dropped(page):
    held = []

    def slow(route: "Route") -> None:
        if "q=early" in route.request.url:
            held.append(route)
        elif "q=late" in route.request.url:
            answered(route, {"items": [{"item": 2, "title": "late", "ratings": 1}], "shown": 1, "of": 1})
        else:
            route.fallback()

    page.route("**/api/items?*", slow)
    open_view(page, "items")
    search = page.get_by_label("Search")
    with page.expect_request("**q=early**"):
        search.fill("early")
    search.fill("late")
    expect(page.locator("tbody tr")).to_have_count(1)
    for route in held:
        route.fulfill(status=200, content_type="application/json", body='{"items": [], "shown": 0, "of": 0}')
    expect(page.locator("tbody bdi").first).to_have_text("late")


def test_the_matrix_is_zoomed_by_keys_and_its_address_restores_the_window(page):
    page.set_viewport_size({"width": 1280, "height": 1400})
    open_view(page, "data")
    matrix = page.locator("canvas.heat")
    counts = asked(page, "data")["counts"]
    expect(page.locator(".readout")).to_contain_text(f"people 1 to {counts['users']:,}")
    matrix.press("+")
    expect(page.locator(".readout")).not_to_contain_text(f"people 1 to {counts['users']:,}")
    said, address = page.locator(".readout").inner_text(), page.url
    assert {"rows", "columns", "model"} == {word.partition("=")[0] for word in address.partition("?")[2].split("&")}
    page.goto("about:blank")
    page.goto(address)
    expect(page.locator(".readout")).to_have_text(said)
    matrix.hover()
    expect(page.locator(".readout")).to_contain_text("cell")
    page.get_by_role("button", name="Whole matrix").click()
    expect(page.locator(".readout")).to_contain_text(f"people 1 to {counts['users']:,}")
    box = matrix.bounding_box()
    page.mouse.move(box["x"] + 10, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.up()
    wait_for_rows(page, lambda first, last: first > 0 and abs(last - counts["users"] / 2) < 30)


def wait_for_rows(page: "Page", is_so: Callable[[int, int], bool]) -> None:
    """Wait until the address has a window of rows for which something is so."""
    words = "() => new URLSearchParams(location.hash.split('?')[1]).get('rows')"
    for _ in range(50):
        if is_so(*map(int, page.evaluate(words).split(","))):
            return
        page.wait_for_timeout(40)
    pytest.fail(f"The address stays at {page.url}")


def test_a_chart_is_saved_as_a_picture_and_a_list_as_a_sheet(page):
    open_view(page, "data")
    with page.expect_download() as picture:
        page.get_by_role("button", name="Save picture: values").click()
    assert picture.value.path().read_bytes().startswith(b"\x89PNG")
    with page.expect_download() as sheet:
        page.get_by_role("button", name="Save as CSV").click()
    head, first = sheet.value.path().read_text(encoding="utf-8").splitlines()[:2]
    assert head == "item,title,ratings,model"
    assert first.endswith(asked(page, "model")["fingerprint"])


def panel(title: str, **shown) -> dict:
    return {"title": title, "says": "", "curves": None, "intervals": [], "table": None, "sentences": [], **shown}


def test_a_comparison_is_started_watched_and_read(page):
    chart = panel("ndcg@10", intervals=[{"label": "one", "value": 0.31, "low": 0.30, "high": 0.32}])
    cells = [
        {"text": text, "small": "", "item": None} for text in ("one \N{MINUS SIGN} other", "no difference is seen")
    ]
    columns = [{"label": label, "number": False} for label in ("Models", "Verdict")]
    paired = panel("Is it real?", table={"caption": "Differences", "columns": columns, "rows": [cells]})
    views = [{"name": name, "label": name, "panels": [chart, paired]} for name in ("ndcg@10", "rmse")]
    ready = {
        "state": "ready", "models": [], "says": "Two models.", "python": "cf.compare(…)", "views": views,
        "split": {"share": 0.2, "seed": 42, "ratings": 100, "users": 10},
    }  # fmt: skip
    answers = iter(
        [{"state": "none", "says": "Nothing yet."}, {"state": "running", "progress": 0.5, "says": "Half."}, ready]
    )
    page.route("**/api/compare", lambda route: answered(route, next(answers)))
    open_view(page, "compare")
    page.get_by_role("button", name="Compare them").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    expect(page.locator(".intervals")).to_be_visible()
    expect(page.get_by_text("no difference is seen")).to_be_visible()
    page.get_by_label("Metric").select_option("rmse")
    expect(page).to_have_url(re.compile("metric=rmse"))
