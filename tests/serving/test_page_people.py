"""The explorer's pages of data, items, people, newcomers and comparisons, in a real browser on a real server."""

import json
import re
from collections.abc import Callable
from itertools import pairwise

import pytest

pytest.importorskip("playwright", reason="Playwright is not installed: pip install playwright.")

from playwright.sync_api import Locator, Page, Route, expect

import cofactor as cf
from cofactor.serving.opened import OpenModel, Shelf
from serving.conftest import serving
from serving.test_api import run_python

NARROW = {"width": 390, "height": 800}
MARKUP = '<img src=x onerror="document.title=1">'
HEBREW = "שלום (1994)"


def opened(page: Page, view: str) -> None:
    """Open a view and wait until it has answered."""
    page.goto(f"/#/{view}")
    expect(page.locator("main .loading")).to_have_count(0)
    expect(page.locator("main h1")).to_be_visible()


def asked(page: Page, path: str):
    """JSON of the API, as the page gets it."""
    return page.request.get(f"/api/{path}").json()


def someone(page: Page):
    """The person with most ratings."""
    return asked(page, "people?n=1")["people"][0]["user"]


def places(page: Page) -> list[str]:
    """The items of the list that is shown, by id, in order."""
    expect(page.locator(".places > li").first).to_be_visible()
    return page.locator(".places > li").evaluate_all("rows => rows.map(row => row.dataset.item)")


def answered(route: Route, body: object) -> None:
    route.fulfill(status=200, content_type="application/json", body=json.dumps(body))


# ------------------------------------------------------------------------------------------------------------ reasons


def test_bars_of_a_reason_begin_where_the_one_before_ends_and_end_at_the_score(page):
    user = someone(page)
    opened(page, f"people/{user}")
    first = page.locator(".places > li").first
    first.get_by_role("button", name="Why").click()
    first.locator(".waterfall").wait_for()
    parts = asked(page, f"people/{user}/reasons/{first.get_attribute('data-item')}")
    bars = first.locator(".waterfall").evaluate(
        """svg => {
          const x = (row) => [...row.querySelectorAll('rect')].map(bar => {
            const [from, to] = [+bar.getAttribute('x'), +bar.getAttribute('x') + +bar.getAttribute('width')];
            return bar.classList.contains('up') ? [from, to] : [to, from];
          })[0] ?? [+row.querySelector('circle').getAttribute('cx')].flatMap(at => [at, at]);
          return [...svg.querySelectorAll('g')].filter(row => row.querySelector('rect, circle')).map(x);
        }"""
    )
    assert all(abs(bar[0] - before[1]) < 1.01 for before, bar in pairwise(bars))
    first.get_by_text("As a table").click()
    total = first.locator("table tbody tr").last.locator("td").last.inner_text().replace("−", "-")
    assert float(total) == pytest.approx(parts["sum"], abs=1e-4)
    assert parts["sum"] == pytest.approx(sum(part["part"] for part in parts["parts"]), abs=1e-6)


def test_a_squashed_sum_shows_both_numbers(page):
    """Parts of 1 and 0.5 make 1.5 before the sigmoid of (0, 5.5), and 5.5 / (1 + exp(-1.5)) = 4.497 after it."""
    parts = [
        {"reason": "base", "item": None, "title": None, "rating": None, "part": 1.0, "score_part": 3.0},
        {"reason": "rating", "item": "x", "title": HEBREW, "rating": 5, "part": 0.5, "score_part": 1.497},
    ]
    body = {
        "item": "y", "title": "y", "score": 4.497, "sum": 1.5, "squashed": True, "approximate": False, "interval": None,
        "parts": parts, "says": "", "counterfactual": None, "python": "",
    }  # fmt: skip
    page.route("**/reasons/*", lambda route: answered(route, body))
    opened(page, f"people/{someone(page)}")
    first = page.locator(".places > li").first
    first.get_by_role("button", name="Why").click()
    expect(first.locator(".waterfall")).to_contain_text("after the sigmoid")
    written = first.locator(".waterfall .total text").all_text_contents()
    assert [text for text in written if text[0].isdigit()] == ["1.500", "4.497"]
    first.get_by_text("As a table").click()
    assert first.locator("table tbody tr").last.locator("td").last.inner_text() == "1.4970"


def test_the_ratings_that_a_place_hangs_on_are_asked_for(page):
    """Of the last place, which hangs on less than the first."""
    user = someone(page)
    opened(page, f"people/{user}")
    found = asked(page, f"people/{user}/reasons/{places(page)[-1]}?counterfactual=true")["counterfactual"]
    said = without_which(page.locator(".places > li").last)
    expect(said.locator("p")).to_contain_text(found["says"])
    assert said.locator("li").all_inner_texts() == [row["title"] for row in found["without"]]


def test_a_place_in_a_list_with_changes_hangs_on_ratings_too(page):
    opened(page, f"people/{someone(page)}")
    page.get_by_label("What if:").first.select_option(label="without it")
    expect(page.locator(".places .badge").first).to_be_visible()
    said = without_which(page.locator(".places > li").last)
    expect(said).to_contain_text("checked by scoring anew")
    expect(said.locator("li").first).to_be_visible()


def without_which(place: Locator) -> Locator:
    """Asks why, and which ratings a place of a list hangs on."""
    place.get_by_role("button", name="Why").click()
    place.get_by_role("button", name="Without which ratings").click()
    expect(place.locator(".counterfactual")).to_be_visible()
    return place.locator(".counterfactual")


def test_the_line_of_python_makes_the_list_that_is_shown(page):
    opened(page, f"people/{someone(page)}")
    page.locator(".recommendations > .take-away summary").click()
    made = run_python(page.locator(".recommendations > .take-away pre").inner_text())
    assert [str(item) for item in made["item"]] == places(page)


# ------------------------------------------------------------------------------------------------------------ what if


def test_a_what_if_is_marked_by_sign_and_word_and_one_step_undoes_it(page):
    user = someone(page)
    opened(page, f"people/{user}")
    before = places(page)
    page.get_by_label("What if:").first.select_option(label="without it")
    expect(page.locator(".places .badge")).to_have_count(len(before))
    assert all(
        re.match(r"[+▲▼=] (enters|rises from \d+|falls from \d+|stays)$", text)
        for text in page.locator(".places .badge").all_inner_texts()
    )
    page.get_by_role("button", name="Undo the last change").click()
    expect(page.locator(".places .badge")).to_have_count(0)
    assert places(page) == before
    assert page.url.partition("?")[2] == f"model={asked(page, 'model')['fingerprint']}"


def test_what_was_kept_is_what_the_next_change_is_measured_against(page):
    opened(page, f"people/{someone(page)}")
    fields = page.get_by_label("What if:")
    fields.nth(0).select_option(label="without it")
    page.get_by_role("button", name="Keep on this page").click()
    expect(page.locator(".places .badge")).to_have_count(0)
    kept = places(page)
    fields.nth(1).select_option(label="without it")
    expect(page.locator(".places .badge")).to_have_count(len(kept))
    page.get_by_role("button", name="Undo the last change").click()
    expect(page.locator(".places .badge")).to_have_count(0)
    assert places(page) == kept


def test_a_rating_is_added_by_keyboard_alone(page):
    opened(page, f"people/{someone(page)}")
    page.get_by_role("combobox", name="Add a rating of").focus()
    page.keyboard.type("a")
    page.locator(".suggestions [role=option]").first.wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator(".rater button").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".changes li")).to_have_count(1)
    expect(page.locator(".changes li")).to_contain_text("→ 1 star")


# ----------------------------------------------------------------------------------------------------------- newcomer


def test_a_newcomer_answers_by_keys_and_the_list_forms(page):
    opened(page, "newcomer")
    before = places(page)
    page.locator(".question").focus()
    for n, key in enumerate(["5", "4", "n"], start=1):
        page.keyboard.press(key)
        expect(page.get_by_role("heading", name=f"Your {n} answer")).to_be_visible()
        expect(page.locator(".question")).to_contain_text(f"Question {n + 1}")
    expect(page.locator(".answers li").last).to_contain_text("not known")
    expect(page.locator(".places .badge")).to_have_count(len(places(page)))
    assert places(page) != before
    page.keyboard.press("Backspace")
    expect(page.locator(".answers li")).to_have_count(2)
    page.get_by_role("button", name="Start over").click()
    expect(page.locator(".answers li")).to_have_count(0)
    expect(page.locator(".places .badge")).to_have_count(0)
    assert places(page) == before


def test_answers_are_in_no_address_and_in_no_store_but_outlive_a_look_at_an_item(page):
    opened(page, "newcomer")
    page.locator(".question").focus()
    page.keyboard.press("5")
    expect(page.locator(".answers li")).to_have_count(1)
    assert set(page.url.partition("?")[2].split("&")) == {f"model={asked(page, 'model')['fingerprint']}"}
    assert (
        page.evaluate("[...Object.keys(localStorage), ...Object.keys(sessionStorage)].filter(name => name !== 'theme')")
        == []
    )
    page.locator(".places a").first.click()
    page.go_back()
    expect(page.locator(".answers li")).to_have_count(1)
    page.reload()
    expect(page.locator(".places > li").first).to_be_visible()
    expect(page.locator(".answers li")).to_have_count(0)


# --------------------------------------------------------------------------------------------------------------- items


def test_neighbours_are_those_of_the_api_with_the_ratings_each_stands_on(page):
    item = asked(page, "items?n=1")["items"][0]["item"]
    opened(page, f"items/{item}?by=dot")
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
    opened(page, f"items/{item}")
    page.get_by_label("Only where").fill("bad ==")
    page.get_by_role("button", name="Filter").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.locator("h1")).to_be_visible()


def test_titles_with_markup_and_from_right_to_left_are_text(page):
    rows = [{"item": n, "title": title, "ratings": 3} for n, title in enumerate([MARKUP, HEBREW, "plain"])]
    page.route("**/api/items?*", lambda route: answered(route, {"items": rows, "shown": 3, "of": 3, "python": ""}))
    opened(page, "items")
    expect(page.locator("main bdi", has_text="<img")).to_have_text(MARKUP)
    assert page.locator("main img").count() == 0
    left = page.locator("tbody a").evaluate_all("links => links.map(link => link.getBoundingClientRect().left)")
    assert len(set(left)) == 1  # a title in its own direction does not turn its row


def test_a_late_answer_to_an_earlier_search_is_dropped(page):
    held = []

    def slow(route: Route) -> None:
        if "q=early" in route.request.url:
            held.append(route)
        elif "q=late" in route.request.url:
            answered(route, {"items": [{"item": 2, "title": "late", "ratings": 1}], "shown": 1, "of": 1})
        else:
            route.fallback()

    page.route("**/api/items?*", slow)
    opened(page, "items")
    search = page.get_by_label("Search")
    with page.expect_request("**q=early**"):
        search.fill("early")
    search.fill("late")
    expect(page.locator("tbody tr")).to_have_count(1)
    for route in held:
        route.fulfill(status=200, content_type="application/json", body='{"items": [], "shown": 0, "of": 0}')
    expect(page.locator("tbody bdi").first).to_have_text("late")


# ---------------------------------------------------------------------------------------------------------------- data


def test_the_matrix_is_zoomed_by_keys_and_its_address_restores_the_window(page):
    page.set_viewport_size({"width": 1280, "height": 1400})
    opened(page, "data")
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


def wait_for_rows(page: Page, is_so: Callable[[int, int], bool]) -> None:
    """Wait until the address has a window of rows for which something is so."""
    words = "() => new URLSearchParams(location.hash.split('?')[1]).get('rows')"
    for _ in range(50):
        if is_so(*map(int, page.evaluate(words).split(","))):
            return
        page.wait_for_timeout(40)
    pytest.fail(f"The address stays at {page.url}")


def test_a_chart_is_saved_as_a_picture_and_a_list_as_a_sheet(page):
    opened(page, "data")
    with page.expect_download() as picture:
        page.get_by_role("button", name="Save picture: values").click()
    assert picture.value.path().read_bytes().startswith(b"\x89PNG")
    with page.expect_download() as sheet:
        page.get_by_role("button", name="Save as CSV").click()
    head, first = sheet.value.path().read_text(encoding="utf-8").splitlines()[:2]
    assert head == "item,title,ratings,model"
    assert first.endswith(asked(page, "model")["fingerprint"])


# ------------------------------------------------------------------------------------------------- clicks, doors, width


@pytest.fixture(scope="module")
def served_clicks(tmp_path_factory):
    """Clicks on four items without titles."""
    clicks = cf.Ratings.from_arrays([1, 1, 2, 2, 3, 3, 4], [10, 20, 20, 30, 10, 30, 40])
    folder = tmp_path_factory.mktemp("clicks") / "clicks.cofactor"
    cf.ImplicitMF(n_factors=2).fit(clicks, progress=False).save(folder)
    yield from serving(Shelf(OpenModel.at(folder)))


def test_a_few_clicks_without_titles_have_every_view(browser, served_clicks):
    with browser.new_context(base_url=served_clicks.address) as context:
        page = context.new_page()
        for view in ("data", "items", "items/10", "people", "people/1", "newcomer", "compare"):
            opened(page, view)
            expect(page.get_by_role("alert")).to_have_count(0)


def test_of_clicks_a_newcomer_says_what_they_have_and_a_what_if_takes_it_away(browser, served_clicks):
    with browser.new_context(base_url=served_clicks.address) as context:
        page = context.new_page()
        opened(page, "newcomer")
        expect(page.locator(".question .rater button")).to_have_text("Has it")
        page.locator(".question .rater button").click()
        expect(page.locator(".answers")).to_contain_text("has it")
        opened(page, "people/1")
        page.get_by_label("What if:").first.select_option(label="without it")
        expect(page.locator(".changes li")).to_contain_text("has it → no rating")


def test_without_people_there_are_items_and_newcomers_but_no_persons(browser, served_without_people):
    with browser.new_context(base_url=served_without_people.address) as context:
        page = context.new_page()
        opened(page, f"items/{asked(page, 'items?n=1')['items'][0]['item']}")
        expect(page.get_by_role("heading", name="How it is rated")).to_be_visible()
        expect(page.get_by_role("heading", name="Who likes it")).to_have_count(0)
        expect(page.get_by_role("link", name="People")).to_have_count(0)
        page.goto("/#/people")
        expect(page.get_by_role("alert")).to_contain_text("no single persons")
        opened(page, "newcomer")
        assert len(places(page)) == 10


def test_the_entrance_sends_the_token_in_a_body(page):
    page.route(
        "**/api/model",
        lambda route: route.fulfill(
            status=401, content_type="application/json", body='{"message": "A token, please."}'
        ),
    )
    sent = []
    page.route("**/api/session", lambda route: (sent.append(route.request.post_data_json), answered(route, {})))
    page.goto("/")
    page.get_by_label("Token").fill("secret")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Token")).to_have_value("")  # the page was loaded anew
    assert sent == [{"token": "secret"}]
    assert "secret" not in page.url


def test_a_phone_needs_no_sideways_scrolling(page):
    page.set_viewport_size(NARROW)
    user, item = someone(page), asked(page, "items?n=1")["items"][0]["item"]
    for view in ("data", "items", f"items/{item}", "people", f"people/{user}", "newcomer", "compare"):
        opened(page, view)
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"], view


# ------------------------------------------------------------------------------------------------------------- compare


def test_a_comparison_is_started_watched_and_read(page):
    metric = {"ndcg@10": {"value": 0.31, "low": 0.30, "high": 0.32}}
    models = [{"name": name, "folder": name, "fingerprint": "f", "metrics": metric} for name in ("one", "other")]
    pair = {
        "first": "one",
        "second": "other",
        "metric": "ndcg@10",
        "difference": 0.0,
        "low": -0.01,
        "high": 0.01,
        "verdict": "no difference is seen",
    }
    ready = {
        "state": "ready", "models": models, "pairs": [pair], "says": "Two models.", "python": "cf.compare(…)",
        "metrics": [{"name": "ndcg@10", "says": "How early the hits come.", "better": "higher"}],
        "split": {"share": 0.2, "seed": 42, "ratings": 100, "users": 10},
    }  # fmt: skip
    answers = iter(
        [{"state": "none", "says": "Nothing yet."}, {"state": "running", "progress": 0.5, "says": "Half."}, ready]
    )
    page.route("**/api/compare", lambda route: answered(route, next(answers)))
    opened(page, "compare")
    page.get_by_role("button", name="Compare them").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    expect(page.locator(".intervals")).to_be_visible()
    expect(page.get_by_text("no difference is seen")).to_be_visible()
