"""What stands around the map in a real browser: lists that equal the API's, legends, files to take away."""

import csv

import numpy as np
import pytest

STAR_WARS, TOY_STORY, ALIEN = "star-wars-1977", "toy-story-1995", "alien-1979"


@pytest.fixture
def page(page):
    page.emulate_media(reduced_motion="reduce")
    return page


def titles(rows) -> list[str]:
    return [one["title"] for one in rows]


def asked(page, path: str, **query):
    return page.request.get(f"/api/{path}", params=query).json()


def ids(*items: str) -> str:
    """As the address has them: a JSON list."""
    return "%5B" + ",".join(f"%22{item}%22" for item in items) + "%5D"


def test_an_axis_of_ones_own_is_named_and_ends_as_the_api_says(page):
    page.goto(f"/#/map?x=own&from={ids(STAR_WARS)}&to={ids(TOY_STORY)}")
    answer = page.request.get(f"/api/map/own?from={STAR_WARS}&to={TOY_STORY}").json()
    panel = page.locator("details", has=page.get_by_text("Your own axis:"))
    panel.locator("table").nth(1).wait_for()
    low, high = (panel.locator("table").nth(at).locator("tbody bdi").all_inner_texts() for at in range(2))
    assert (low, high) == (titles(answer["ends"]["low"]), titles(answer["ends"]["high"]))
    assert page.locator("p.ends").inner_text() == f"← {answer['low']}\n{answer['high']} →"


def test_a_mix_is_like_some_items_and_less_like_others(page):
    page.goto(f"/#/map?like={ids(STAR_WARS)}&unlike={ids(TOY_STORY)}")
    answer = asked(page, "near", like=STAR_WARS, unlike=TOY_STORY, n=15)
    panel = page.locator("details", has=page.get_by_text("A mix:"))
    panel.locator("table").wait_for()
    assert panel.locator("table bdi").all_inner_texts() == titles(answer["rows"])


def test_cosine_and_dot_product_are_told_apart(page):
    page.goto(f"/#/map?item={STAR_WARS}&by=dot")
    by = {name: asked(page, f"items/{STAR_WARS}/neighbours", n=15, by=name)["rows"] for name in ("dot", "cosine")}
    both = {one["item"] for one in by["dot"]} & {one["item"] for one in by["cosine"]}
    selection = page.get_by_label("Selection")
    selection.get_by_text(f"{len(both)} of these 15 are also its nearest by cosine.").wait_for()
    assert selection.locator("table bdi").all_inner_texts() == titles(by["dot"])


def test_categories_have_at_most_eight_colours_and_other(page):
    page.goto("/#/map?colour=genres")
    codes = np.array(asked(page, "map/colour/genres")["codes"])
    legend = page.get_by_label("Colours of genres").locator("li")
    legend.first.wait_for()
    labels = asked(page, "map/colour/genres")["labels"]
    expected = [f"{one} {np.sum(codes == at):,}" for at, one in enumerate(labels)] + [f"other {np.sum(codes == 8):,}"]
    assert legend.all_inner_texts() == [one for one in expected if not one.endswith(" 0")]


def test_neighbours_are_saved_with_ids_titles_and_fingerprint(page, served):
    page.goto(f"/#/map?item={STAR_WARS}")
    with page.expect_download() as download:
        page.get_by_label("Selection").get_by_role("button", name="Save as CSV").click()
    rows = list(csv.DictReader(download.value.path().read_text().splitlines()))
    nearest = asked(page, f"items/{STAR_WARS}/neighbours", n=15, by="cosine")["rows"]
    assert [(one["item"], one["title"]) for one in rows] == [(one["item"], one["title"]) for one in nearest]
    assert {one["model"] for one in rows} == {served.shelf.opened.fingerprint}


@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_is_never_wider_than_the_screen(page, width):
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(f"/#/map?x=own&item={ALIEN}&from={ids(STAR_WARS)}&to={ids(TOY_STORY)}&like={ids(ALIEN)}")
    page.locator(".map-panels table").nth(3).wait_for()  # of the selection, the mix, and both ends of the axis
    page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
    page.locator(".clusters li").first.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_map_is_saved_as_a_picture(page):
    page.goto("/#/map")
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as picture").click()
    assert download.value.path().read_bytes().startswith(b"\x89PNG")


def test_points_are_there_while_the_names_of_axes_are_awaited(page):
    held = []
    page.route("**/api/axes?*", lambda route: held.append(route))
    page.goto("/#/map")
    page.get_by_text("547 of 547 items shown").wait_for()
    page.get_by_role("combobox", name="Find").fill("Alien")
    page.locator("[role=option]", has_text="Alien (1979)").click()
    page.get_by_role("heading", name="Alien (1979)").wait_for()
    held.pop().continue_()
    page.locator("option", has_text="↔").first.wait_for(state="attached")


def test_items_without_a_place_are_counted(page):
    """Two lose theirs here; the chosen one of them says so."""

    def without(route):
        answer = route.fetch()
        xy = np.frombuffer(answer.body(), "<f4").copy()
        xy[2 * row : 2 * row + 4] = np.nan
        route.fulfill(response=answer, body=xy.tobytes())

    row = asked(page, "catalogue")["items"].index(ALIEN)
    page.route("**/api/map?*", without)
    page.goto(f"/#/map?item={ALIEN}")
    page.get_by_text("545 of 547 items shown; 2 without ratings have no place.").wait_for()
    page.get_by_text("It has no ratings, and so no place on the map.").wait_for()


@pytest.mark.parametrize("n", [0, 1])
def test_a_catalogue_of_no_or_one_item_is_a_map_too(page, n):
    page.route(
        "**/api/catalogue",
        lambda route: route.fulfill(json={"items": [7] * n, "titles": ["Solo"] * n, "ratings": [3] * n}),
    )
    page.route("**/api/map?*", lambda route: route.fulfill(body=np.ones(2 * n, "<f4").tobytes()))
    page.goto("/#/map")
    page.get_by_text(f"{n} of {n} item{'' if n == 1 else 's'} shown").wait_for()
    page.get_by_text(f"{n} title{' is' if n == 1 else 's are'} written").wait_for()


@pytest.mark.parametrize(("n_axes", "says"), [(1, "547 of 547 items shown"), (0, "has no vectors")])
def test_a_model_of_one_axis_has_a_line_and_one_without_vectors_says_so(page, n_axes, says):
    page.route("**/api/model", lambda route: route.fulfill(json=route.fetch().json() | {"axes": n_axes}))
    page.goto("/#/map")
    page.get_by_text(says).wait_for()
    assert page.locator("canvas.map").count() == n_axes
