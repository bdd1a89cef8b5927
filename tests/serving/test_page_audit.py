"""The Audit view in a real browser: what was measured and what was not, a person's ratings ticked off, lists moved."""

import re
from typing import TYPE_CHECKING

import pytest

import cofactor as cf
from cofactor.data.sources import tastes as tastes_source
from cofactor.serving.guard import Permissions
from cofactor.serving.opened import OpenModel, Shelf
from serving.conftest import serving
from serving.test_accessibility import LOOKS, axe, violations
from serving.test_api_audit import SMALL
from serving.views import answered, asked, expect, open_view, places, someone

if TYPE_CHECKING:
    from playwright.sync_api import Page

_ = axe  # a fixture
NARROW = 390
SCANNED = {  # parts that are drawn by the same code are looked at once
    "light": ("exposure", "reidentification", "lists"), "dark, narrow": ("groups", "lists"),
}  # fmt: skip


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A model of a few generated people; in this module's tests it is audited as they go on."""
    folder = tmp_path_factory.mktemp("audit") / "few.cofactor"
    cf.ExplicitALS(n_factors=4).fit(tastes_source.load(n_users=120), progress=False).save(folder)
    yield from serving(Shelf(OpenModel.at(folder)))


def measure(page: "Page", part: str) -> None:
    """Open a part of the view and have it measured, if it was not."""
    open_view(page, f"audit/{part}")
    page.locator("main .act").wait_for()
    if page.get_by_role("button", name="Measure", exact=True).is_visible():
        for label, size in (("Rounds", SMALL["n_rounds"]), ("Seeds", SMALL["n_seeds"])):
            if page.get_by_label(label).is_visible():
                page.get_by_label(label).fill(str(size))
        page.get_by_role("button", name="Measure", exact=True).click()
    page.get_by_role("button", name="Measure again").wait_for(timeout=60_000)


def test_what_was_not_measured_is_grey(page):
    open_view(page, "audit/bubble")
    page.get_by_role("button", name="Measure", exact=True).wait_for()
    assert set(page.locator("main .light").all_inner_texts()) == {"not measured"}
    expect(page.locator("main .light.green, main .light.red, main .light.amber")).to_have_count(0)


def test_an_audit_shows_how_far_it_is_and_is_cancelled_by_keyboard(page):
    begin = asked(page, "audit/bubble")
    running = {**begin, "about": {**begin["about"], "state": "running", "step": "Round 3 of 8 …", "progress": 0.25}}
    sent = list[str]()

    def answer(route):
        sent.append(route.request.method)
        answered(route, begin if "DELETE" in sent or "POST" not in sent else running)

    page.route("**/api/audit/bubble", answer)
    open_view(page, "audit/bubble")
    page.get_by_role("button", name="Measure", exact=True).press("Enter")
    expect(page.get_by_role("progressbar")).to_have_attribute("value", "0.25")
    expect(page.get_by_text("Round 3 of 8 …")).to_be_visible()
    expect(page.get_by_role("button", name="Cancel")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Measure", exact=True)).to_be_focused()
    assert "DELETE" in sent


def test_a_setting_that_is_refused_is_said_beside_the_settings(page):
    open_view(page, "audit/bubble")
    page.get_by_label("Rounds").fill("99")
    page.locator("main .act").click()
    expect(page.get_by_role("alert")).to_contain_text("n_rounds: Input should be less than or equal to 30")
    expect(page.get_by_label("Rounds")).to_have_value("99")


def test_exposure_shows_the_numbers_of_the_api(page):
    measure(page, "exposure")
    answer = asked(page, "audit/popularity")
    tables = [panel["table"] for panel in answer["found"]["views"]["exposure"][0]["panels"] if panel["table"]]
    for table in tables:
        rows = page.get_by_role("table", name=table["caption"], exact=True).locator("tbody tr")
        assert [row.split("\t")[0].split("\n")[0] for row in rows.all_inner_texts()] == [
            row[0]["text"] for row in table["rows"]
        ]
        expect(rows.first.locator("td").nth(1)).to_contain_text(table["rows"][0][1]["text"])
    lights = answer["about"]["lights"]["exposure"]
    assert [one.split(" ")[0] for one in page.locator(".lights li").all_inner_texts()] == [
        one["word"].split(" ")[0] for one in lights
    ]
    expect(page.locator(".parts li").first.locator(".light")).to_have_text(answer["about"]["light"]["exposure"]["word"])


def test_the_table_of_an_audit_is_taken_away_as_a_sheet(page):
    measure(page, "exposure")
    with page.expect_download() as sheet:
        page.get_by_role("button", name="Save as CSV").click()
    head, *rows = sheet.value.path().read_text(encoding="utf-8").splitlines()
    answer = asked(page, "audit/popularity")["found"]
    assert head.split(",") == [*answer["rows"][0], "model"]
    assert len(rows) == len(answer["rows"])


def test_a_measure_of_groups_is_chosen_and_stands_in_the_address(page):
    measure(page, "groups")
    page.get_by_label("Measure").select_option("recall")
    expect(page.get_by_role("heading", name="recall, by taste")).to_be_visible()
    expect(page).to_have_url(re.compile("audit/groups.*measure=recall"))
    page.reload()
    expect(page.get_by_role("heading", name="recall, by taste")).to_be_visible()


def test_the_bubble_draws_the_model_and_its_controls_round_by_round(page):
    measure(page, "bubble")
    expect(page.locator(".plot .line:not(.reach)")).to_have_count(4)
    expect(page.locator(".key")).to_contain_text("true taste")
    page.get_by_text("As a table").click()
    series = asked(page, "audit/bubble")["found"]["views"]["bubble"][0]["panels"][0]["curves"]["series"]
    first = page.locator("details[open] tbody tr").first.locator("td").nth(1)
    expect(first).to_have_text(f"{series[0]['y'][0]:.3f}")


def test_ratings_are_ticked_by_keyboard_and_the_people_who_match_are_counted(page):
    open_view(page, "audit/reidentification")
    ticks = page.get_by_role("checkbox")
    ticks.first.wait_for()
    user = someone(page)
    items = [row["item"] for row in asked(page, f"audit/person?user={user}")["ratings"][:2]]
    for at in range(2):
        ticks.nth(at).press("Space")
    counts = page.request.post("/api/audit/person", data={"user": user, "items": items}).json()["matching"]
    expect(page.locator(".readout")).to_contain_text(" → ".join(map(str, counts)))
    assert not any(item in page.url for item in items)


def test_a_slider_moves_the_list_that_recommend_gives_and_back(page):
    open_view(page, "audit/lists")
    plain = places(page)
    page.get_by_label("Popularity penalty", exact=True).press("End")
    expect(page.get_by_text("What that does:")).to_be_visible()
    moved = asked(page, f"people/{someone(page)}/list?popularity_penalty=1")["rows"]
    expect(page.locator(".places > li")).to_have_count(10)
    assert places(page) == [row["item"] for row in moved] != plain
    expect(page).to_have_url(re.compile("popularity_penalty=1"))
    page.get_by_role("button", name="Back to the scores alone").click()
    expect(page.get_by_text("By the scores alone.")).to_be_visible()
    assert places(page) == plain


def test_without_people_nobody_is_singled_out_and_no_list_is_moved(browser, served):
    for hidden in serving(Shelf(served.shelf.opened, permissions=Permissions(people=False))):
        with browser.new_context(base_url=hidden.address) as context:
            page = context.new_page()
            open_view(page, "audit/reidentification")
            page.get_by_role("button", name="Measure", exact=True).wait_for()
            expect(page.get_by_role("heading", name="One person")).to_have_count(0)
            expect(page.get_by_role("link", name="Move a list")).to_have_count(0)


@pytest.mark.parametrize(("look", "parts"), SCANNED.items())
def test_no_part_breaks_a_rule_of_accessibility(browser, served, axe, look, parts):
    width, scheme, options = LOOKS[look]
    with browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, base_url=served.address, bypass_csp=True
    ) as context:
        page = context.new_page()
        for part in parts:
            if part != "lists":
                measure(page, part)
            assert (part, violations(page, f"audit/{part}", axe, options)) == (part, [])


def test_a_phone_needs_no_sideways_scrolling(page):
    page.set_viewport_size({"width": NARROW, "height": 800})
    for part in ("exposure", "groups", "bubble", "reidentification"):
        measure(page, part)
        assert (part, page.evaluate("document.documentElement.scrollWidth")) == (part, NARROW)
    open_view(page, "audit/lists")
    assert len(places(page)) == 10
    assert page.evaluate("document.documentElement.scrollWidth") == NARROW
