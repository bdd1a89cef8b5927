"""The explorer's pages of persons in a real browser on a real server: lists, reasons, what if."""

import re
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from serving.test_api import run_python
from serving.views import answered, asked, expect, open_view, places, someone

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

HEBREW = "שלום (1994)"


def test_bars_of_a_reason_begin_where_the_one_before_ends_and_end_at_the_score(page):
    user = someone(page)
    open_view(page, f"people/{user}")
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
    open_view(page, f"people/{someone(page)}")
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
    open_view(page, f"people/{user}")
    found = asked(page, f"people/{user}/reasons/{places(page)[-1]}?counterfactual=true")["counterfactual"]
    said = without_which(page.locator(".places > li").last)
    expect(said.locator("p")).to_contain_text(found["says"])
    assert said.locator("li").all_inner_texts() == [row["title"] for row in found["without"]]


def test_a_place_in_a_list_with_changes_hangs_on_ratings_too(page):
    open_view(page, f"people/{someone(page)}")
    page.get_by_label("What if:").first.select_option(label="without it")
    expect(page.locator(".places .badge").first).to_be_visible()
    said = without_which(page.locator(".places > li").last)
    expect(said).to_contain_text("checked by scoring anew")
    expect(said.locator("li").first).to_be_visible()


def without_which(place: "Locator") -> "Locator":
    """Asks why, and which ratings a place of a list hangs on."""
    place.get_by_role("button", name="Why").click()
    place.get_by_role("button", name="Without which ratings").click()
    expect(place.locator(".counterfactual")).to_be_visible()
    return place.locator(".counterfactual")


def test_the_line_of_python_makes_the_list_that_is_shown(page):
    open_view(page, f"people/{someone(page)}")
    page.locator(".recommendations > .take-away summary").click()
    made = run_python(page.locator(".recommendations > .take-away pre").inner_text())
    assert [str(item) for item in made["item"]] == places(page)


def test_an_address_restores_a_filtered_list(page):
    user = someone(page)
    open_view(page, f"people/{user}?where=year+>%3D+2005")
    expect(page.get_by_label("Only where")).to_have_value("year >= 2005")
    rows = asked(page, f"people/{user}/list?where=year>%3D2005")["rows"]
    assert places(page) == [row["item"] for row in rows]
    expect(page.locator(".recommendations")).to_contain_text("outside the filter")


def test_a_what_if_is_marked_by_sign_and_word_and_one_step_undoes_it(page):
    user = someone(page)
    open_view(page, f"people/{user}")
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


def test_a_what_if_keeps_to_the_filter_that_is_set(page):
    user = someone(page)
    open_view(page, f"people/{user}?where=year+>%3D+2005")
    page.get_by_label("What if:").first.select_option(label="without it")
    expect(page.locator(".places .badge").first).to_be_visible()
    late = places(page)
    assert all(year >= 2005 for year in years_of(page, late))
    page.get_by_label("Only where").fill("year < 1970")
    page.get_by_role("button", name="Filter").click()
    expect(page.locator(".places > li").first).not_to_have_attribute("data-item", late[0])
    expect(page.locator(".places .badge").first).to_be_visible()
    assert all(year < 1970 for year in years_of(page, places(page)))


def years_of(page: "Page", items: list[str]) -> list[int]:
    return [asked(page, f"items/{item}")["attributes"]["year"] for item in items]


def test_what_was_kept_is_what_the_next_change_is_measured_against(page):
    open_view(page, f"people/{someone(page)}")
    fields = page.get_by_label("What if:")
    n = len(places(page))
    fields.nth(0).select_option(label="without it")
    expect(page.locator(".places .badge")).to_have_count(n)
    page.get_by_role("button", name="Keep on this page").click()
    expect(page.locator(".places .badge")).to_have_count(0)
    kept = places(page)
    fields.nth(1).select_option(label="without it")
    expect(page.locator(".places .badge")).to_have_count(len(kept))
    page.get_by_role("button", name="Undo the last change").click()
    expect(page.locator(".places .badge")).to_have_count(0)
    assert places(page) == kept


def test_a_rating_is_added_by_keyboard_alone(page):
    open_view(page, f"people/{someone(page)}")
    page.get_by_role("combobox", name="Add a rating of").focus()
    page.keyboard.type("a")
    page.locator(".suggestions [role=option]").first.wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator(".rater button").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".changes li")).to_have_count(1)
    expect(page.locator(".changes li")).to_contain_text("→ 1 star")
