"""The factors in a real browser: axes with their evidence, the walk along one, biases."""

import pytest


@pytest.fixture
def page(page):
    page.goto("/#/factors?axis=0")
    page.get_by_label("Walk along it").wait_for()
    page.locator(".films li").first.wait_for()
    return page


def films(page) -> list[str]:
    return page.locator(".films bdi").all_inner_texts()


def films_at(page, place: float) -> list[str]:
    answer = page.request.get("/api/axes/0/at", params={"place": place, "n": 10, "rotation": "none"}).json()
    return [one["title"] for one in answer["items"]]


def test_each_axis_has_a_share_and_a_name_or_is_called_noise(page):
    axes = page.request.get("/api/axes", params={"rotation": "none"}).json()["axes"]
    rows = page.locator("#view-factors table").first.locator("tbody tr").all_inner_texts()
    assert len(rows) == min(8, len(axes))
    for row, axis in zip(rows, axes, strict=False):
        assert f"{100 * axis['share']:.1f} %" in row
        assert (axis["high"] or axis["low"] if axis["named"] else "noise") in row


def test_films_change_as_the_slider_walks_along_the_axis(page):
    assert films(page) == films_at(page, 0.5)
    page.get_by_label("Walk along it").focus()
    page.keyboard.press("End")
    page.locator(".films bdi", has_text=films_at(page, 1.0)[0]).wait_for()
    assert films(page) == films_at(page, 1.0)
    assert "place=1" in page.url


def test_both_ends_are_those_of_the_api(page):
    ends = page.request.get("/api/axes/0/ends", params={"n": 10, "rotation": "none"}).json()
    tables = page.locator(".both-ends table")
    tables.nth(1).wait_for()
    for at, end in enumerate(("low", "high")):
        assert tables.nth(at).locator("tbody bdi").all_inner_texts() == [one["title"] for one in ends[end]]


def test_an_address_restores_axis_place_and_rotation(page):
    page.goto("/#/factors?axis=1&place=0.25&rotation=varimax")
    page.get_by_role("heading", name="Axis 2").wait_for()
    assert page.get_by_label("Walk along it").input_value() == "50"
    assert page.get_by_label("Rotation").input_value() == "varimax"


def test_biases_are_what_is_loved_and_the_worst_that_is_still_watched(page):
    biases = page.request.get("/api/biases", params={"n": 15}).json()
    tables = page.locator("section:has(> h2:text-is('Biases')) table")
    tables.nth(1).wait_for()
    for at, side in enumerate(("loved", "disliked")):
        assert tables.nth(at).locator("tbody bdi").all_inner_texts() == [one["title"] for one in biases[side]]


def test_another_axis_is_chosen_by_keyboard_and_keeps_the_focus(page):
    page.get_by_role("button", name="2", exact=True).focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Axis 2").wait_for()
    assert page.evaluate("document.activeElement.innerText") == "2"
    assert "axis=1" in page.url
