"""The map in a real browser: its labels, its scale, its lists; what is drawn is read from its canvas's events."""

from itertools import combinations
from typing import Any

import numpy as np
import pytest

ZOOMS = 5
STAR_WARS = "star-wars-1977"
MARKUP = "<b>bold</b><img src=x onerror=alert(1)>"
ARABIC = "الرسالة (1976)"
DRAWINGS = """
window.asking = 0;
const fetched = window.fetch;
window.fetch = (...asked) => (window.asking += 1, fetched(...asked).finally(() => (window.asking -= 1)));
window.drawn = [];
document.addEventListener("drawn", (event) => window.drawn.push(event.detail), true);
"""


@pytest.fixture
def page(page):
    """Every picture that the map draws is kept in `window.drawn`; without the way between two planes or places."""
    page.add_init_script(DRAWINGS)
    page.emulate_media(reduced_motion="reduce")
    return page


def open_map(page, words: str = "") -> None:
    begin_map(page, words)
    rest(page)


def begin_map(page, words: str = "") -> None:
    """Until points and labels are there; some answers may still be on their way."""
    page.goto(f"/#/map{words}")
    page.wait_for_function("() => window.drawn.some((one) => one.points > 0 && one.labels.length > 0)")


def rest(page) -> None:
    """Until all answers have come and nothing has been drawn for a while."""
    page.wait_for_function("""() => {
        const last = window.drawn.length;
        const isIdle = () => window.asking === 0 && !document.querySelector("[aria-busy]");
        const isDone = () => last === window.drawn.length && isIdle();
        return new Promise((resolve) => setTimeout(() => resolve(isDone()), 150));
    }""")


def picture(page) -> dict[str, Any]:
    return page.evaluate("window.drawn.at(-1)")


def coordinates(page) -> np.ndarray:
    """Of each item on the first two axes. (n_items, 2)"""
    return np.frombuffer(page.request.get("/api/map?x=0&y=1").body(), "<f4").reshape(-1, 2)


def titles(drawn: dict[str, Any]) -> set[str]:
    return {one["text"] for one in drawn["labels"] if "row" in one}


def overlap(one: dict[str, float], other: dict[str, float]) -> bool:
    return (
        abs(2 * (one["left"] - other["left"]) + one["width"] - other["width"]) < one["width"] + other["width"]
        and abs(2 * (one["top"] - other["top"]) + one["height"] - other["height"]) < one["height"] + other["height"]
    )


@pytest.mark.parametrize(("width", "words"), [(1280, ""), (390, f"?item={STAR_WARS}")])
def test_labels_never_overlap_and_more_titles_come_with_zooming(page, width, words):
    page.set_viewport_size({"width": width, "height": 844})
    open_map(page, words)
    seen, numbers = set[str](), list[int]()
    for _ in range(ZOOMS):
        drawn = picture(page)
        assert not [pair for pair in combinations(drawn["labels"], 2) if overlap(*pair)]
        seen |= titles(drawn)
        numbers.append(len(seen))
        page.locator("canvas.map").focus()
        page.keyboard.press("+")
        page.keyboard.press("+")
        rest(page)
    assert numbers[0] > 5
    assert numbers[-1] > numbers[0]


def test_both_axes_have_one_scale(page):
    """Pixels are a line of the coordinates, equally steep to the right and upwards."""
    open_map(page)
    labels = [one for one in picture(page)["labels"] if "row" in one]
    at = coordinates(page)[[one["row"] for one in labels]]
    right = np.polyfit(at[:, 0], [one["x"] for one in labels], 1)[0]
    down = np.polyfit(at[:, 1], [one["y"] for one in labels], 1)[0]
    assert right == pytest.approx(-down, rel=1e-4)


def test_an_item_is_found_and_its_neighbours_walked_by_keyboard_alone(page):
    open_map(page)
    while page.evaluate("document.activeElement.getAttribute('role')") != "combobox":
        page.keyboard.press("Tab")
    page.keyboard.type("a")
    page.locator("[role=option]").first.wait_for()
    second = page.locator("[role=option]").nth(1).locator("bdi").inner_text()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name=second, exact=True).wait_for()
    buttons = page.get_by_label("Selection").get_by_role("table").get_by_role("button")
    buttons.first.wait_for()
    nearest = buttons.first.inner_text()
    while page.evaluate("document.activeElement.innerText") != nearest:
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name=nearest, exact=True).wait_for()


def test_neighbours_are_those_of_the_full_space(page):
    item = some_item(page)
    open_map(page, f"?item={item['item']}")
    rows = page.request.get(f"/api/items/{item['item']}/neighbours?n=15&by=cosine").json()["rows"]
    shown = page.get_by_label("Selection").get_by_role("table").get_by_role("button")
    shown.nth(len(rows) - 1).wait_for()
    assert shown.all_inner_texts() == [str(one["title"]) for one in rows]


def test_the_map_is_there_without_webgl(page):
    page.add_init_script("""
        const context = HTMLCanvasElement.prototype.getContext;
        HTMLCanvasElement.prototype.getContext = function (kind, ...more) {
          return kind.startsWith("webgl") || kind === "webgpu" ? null : context.call(this, kind, ...more);
        };
    """)
    open_map(page)
    view = picture(page)["view"]
    at = coordinates(page) - [view["x"], view["y"]]
    pixels = np.round(at * [view["scale"], -view["scale"]] + [view["width"] / 2, view["height"] / 2])
    is_ground = page.evaluate(
        """(pixels) => {
            const canvas = document.querySelector("canvas.map");
            const colourAt = (x, y) => canvas.getContext("2d").getImageData(x, y, 1, 1).data.join();
            return pixels.map(([x, y]) => colourAt(x, y) === colourAt(1, 1));
        }""",
        pixels.tolist(),
    )
    assert np.mean(is_ground) < 0.1  # the halos of titles cover a few


def test_titles_are_text_whatever_they_hold(page):
    """Markup stays what was written, and a title from right to left keeps its own direction."""

    def strange(route):
        answer = route.fetch()
        body = answer.json()
        body["titles"][:2] = [MARKUP, ARABIC]
        route.fulfill(response=answer, json=body)

    page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    page.route("**/api/catalogue", strange)
    open_map(page)
    page.get_by_role("combobox", name="Find").fill(MARKUP)
    assert page.locator("[role=option]").first.locator("bdi").inner_text() == MARKUP
    page.get_by_role("combobox", name="Find").fill("الرسالة")
    assert page.locator("[role=option]").first.locator("bdi").inner_text() == ARABIC
    assert page.locator("main img, main b").count() == 0


def test_an_address_restores_its_view_in_a_fresh_browser(page, browser):
    item = some_item(page)
    open_map(page, f"?x=1&y=0&rotation=varimax&colour=number+of+ratings&item={item['item']}")
    page.get_by_role("button", name="Zoom in").click()
    page.locator("canvas.map").focus()
    page.keyboard.press("ArrowLeft")
    page.wait_for_function("() => location.hash.includes('at=')")
    rest(page)
    fresh = browser.new_context(viewport=page.viewport_size, reduced_motion="reduce").new_page()
    fresh.add_init_script(DRAWINGS)
    fresh.goto(page.url)
    fresh.get_by_label("Selection").get_by_role("table").wait_for()
    rest(fresh)
    before, after = picture(page), picture(fresh)
    assert titles(after) == titles(before)
    assert [after["view"][one] for one in "xy"] == pytest.approx([before["view"][one] for one in "xy"], abs=1e-3)
    for name in ("Left to right", "Bottom to top", "Rotation", "Colour by"):
        assert fresh.get_by_label(name).input_value() == page.get_by_label(name).input_value()
    fresh.context.close()


def test_a_movement_that_ends_after_the_reader_has_gone_on_leaves_their_address_alone(page):
    open_map(page)
    page.evaluate("""() => {
        const wheel = new WheelEvent("wheel", { deltaY: -100, clientX: 400, clientY: 400, cancelable: true });
        document.querySelector("canvas.map").dispatchEvent(wheel);
        location.hash = "#/factors";
    }""")
    page.get_by_role("heading", name="Factors").wait_for()
    page.wait_for_timeout(200)
    assert "#/factors" in page.url


def test_a_late_answer_to_an_earlier_selection_is_dropped(page):
    first, second = some_item(page), some_item(page, 1)
    held = []
    page.route(f"**/items/{first['item']}/neighbours*", lambda route: held.append(route))
    begin_map(page, f"?item={first['item']}")
    page.get_by_role("heading", name=first["title"], exact=True).wait_for()
    page.get_by_role("combobox", name="Find").fill(second["title"])
    with page.expect_response(lambda one: "map/kept" in one.url and second["item"] in one.url):
        page.keyboard.press("Enter")
    page.get_by_label("Selection").get_by_role("table").wait_for()
    rest(page)
    assert held
    before = page.get_by_label("Selection").inner_text()
    for route in held:
        route.continue_()
    rest(page)
    assert page.get_by_label("Selection").inner_text() == before


def test_enter_takes_the_first_suggestion_though_it_is_still_to_come(page):
    wanted, held = some_item(page, 1), []
    page.route("**/api/catalogue", lambda route: held.append(route))
    page.goto("/#/map")
    find = page.get_by_role("combobox", name="Find")
    find.fill(wanted["title"])
    find.press("Enter")
    assert held
    for route in held:
        route.continue_()
    page.get_by_role("heading", name=wanted["title"], exact=True).wait_for()


def test_a_moving_crowd_is_coarse_and_then_drawn_in_full(page):
    n = 5000
    xy = np.random.default_rng(0).normal(size=(n, 2)).astype("<f4")
    crowd = {"items": list(range(n)), "titles": [f"Film {at}" for at in range(n)], "ratings": [1] * n}
    page.route("**/api/catalogue", lambda route: route.fulfill(json=crowd))
    page.route("**/api/map?*", lambda route: route.fulfill(body=xy.tobytes()))
    open_map(page)
    page.evaluate("window.drawn.length = 0")
    page.locator("canvas.map").focus()
    page.keyboard.press("ArrowLeft")
    rest(page)
    assert [one["detail"] for one in page.evaluate("window.drawn")] == ["coarse", "full"]


def test_two_fingers_zoom_and_a_tap_chooses(browser, served):
    with browser.new_context(
        base_url=served.address, has_touch=True, is_mobile=True, reduced_motion="reduce"
    ) as context:
        page = context.new_page()
        page.add_init_script(DRAWINGS)
        open_map(page)
        fingers = context.new_cdp_session(page)

        def touch(kind: str, *places: tuple[float, float]) -> None:
            points = [{"x": x, "y": y, "id": at} for at, (x, y) in enumerate(places)]
            fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

        box = page.locator("canvas.map").bounding_box()
        left, top = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        touch("touchStart", (left - 20, top), (left + 20, top))
        touch("touchMove", (left - 40, top), (left + 40, top))
        touch("touchEnd")
        rest(page)
        assert picture(page)["view"]["zoom"] == pytest.approx(2)
        shown = next(one for one in picture(page)["labels"] if "row" in one)
        page.touchscreen.tap(box["x"] + shown["x"], box["y"] + shown["y"])
        page.get_by_role("heading", name=shown["text"].strip("\u2068\u2069"), exact=True).wait_for()


def test_the_colours_of_numbers_are_evenly_apart(page):
    """Equal steps in OKLab (Ottosson, 2020), in light and in dark."""
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        page.goto("/#/map")
        hexes = page.evaluate("""() => Array.from({ length: 7 }, (_, at) =>
            getComputedStyle(document.documentElement).getPropertyValue(`--scale-${at}`).trim())""")
        steps = np.linalg.norm(np.diff([oklab(one) for one in hexes], axis=0), axis=1)
        assert steps.max() / steps.min() < 1.2


def oklab(colour: str) -> np.ndarray:
    rgb = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    cones = np.array([[0.4122, 0.5363, 0.0514], [0.2119, 0.6807, 0.1074], [0.0883, 0.2817, 0.6300]]) @ linear
    return np.array([[0.2105, 0.7936, -0.0041], [1.9780, -2.4286, 0.4506], [0.0259, 0.7828, -0.8087]]) @ np.cbrt(cones)


def some_item(page, at: int = 0) -> dict[str, Any]:
    """One of the most rated."""
    return page.request.get("/api/items?n=5").json()["items"][at]
