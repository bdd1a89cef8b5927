"""The explorer's pages where there are clicks, no titles, no persons, a token, or little width."""

import numpy as np
import pytest

import cofactor as cf
from cofactor.serving.guard import Permissions
from cofactor.serving.opened import OpenModel, Shelf
from serving.conftest import serving
from serving.views import asked, expect, open_view, places, someone

NARROW = {"width": 390, "height": 800}


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
        for view in ("data", "items", "items/10", "people", "people/1", "newcomer", "compare", "audit"):
            open_view(page, view)
            expect(page.get_by_role("alert")).to_have_count(0)


@pytest.mark.parametrize(
    ("address", "says"),
    [("items/50%", "'50%'"), ("items/..", "No address can name"), ("people/.", "No address can name")],
)
def test_an_address_that_names_nothing_says_so(page, address, says):
    page.goto(f"/#/{address}")
    expect(page.get_by_role("alert")).to_contain_text(says)


def test_of_clicks_a_newcomer_says_what_they_have_and_a_what_if_takes_it_away(browser, served_clicks):
    with browser.new_context(base_url=served_clicks.address) as context:
        page = context.new_page()
        open_view(page, "newcomer")
        expect(page.locator(".question .rater button")).to_have_text("Has it")
        page.locator(".question .rater button").click()
        expect(page.locator(".answers")).to_contain_text("has it")
        open_view(page, "people/1")
        page.get_by_label("What if:").first.select_option(label="without it")
        expect(page.locator(".changes li")).to_contain_text("has it → no rating")


@pytest.fixture(scope="module")
def served_half_stars(tmp_path_factory):
    """Four people's ratings in half stars of five items whose titles are long."""
    pairs = [(user, item) for user in range(4) for item in range(5) if (user, item) != (0, 4)]
    titles = np.array([f"{item}: {'a title that is longer than a phone is wide, ' * 3}" for item in range(5)], object)
    table = cf.Ratings.from_arrays(
        [user for user, _ in pairs], [item for _, item in pairs], [0.5 + (3 * u + 2 * i) % 10 / 2 for u, i in pairs],
        titles=titles,
    )  # fmt: skip
    folder = tmp_path_factory.mktemp("half-stars") / "books.cofactor"
    cf.ExplicitALS(n_factors=2).fit(table, progress=False).save(folder)
    yield from serving(Shelf(OpenModel.at(folder)))


def test_of_half_stars_only_the_whole_ones_are_keys(browser, served_half_stars):
    with browser.new_context(base_url=served_half_stars.address) as context:
        page = context.new_page()
        open_view(page, "newcomer")
        expect(page.locator(".question")).to_contain_text("Keys: 1 to 5 rate it")
        page.keyboard.press("5")
        expect(page.locator(".answers li")).to_contain_text("5 stars")


def test_a_long_title_widens_no_step_of_the_lesson(browser, served_half_stars):
    with browser.new_context(base_url=served_half_stars.address, viewport=NARROW) as context:
        page = context.new_page()
        page.goto("/#/lesson/bias")
        page.get_by_role("button", name="Show me without a guess").click()
        expect(page.get_by_label("an item of this model")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]


def test_without_people_there_are_items_and_newcomers_but_no_persons(browser, served_without_people):
    with browser.new_context(base_url=served_without_people.address) as context:
        page = context.new_page()
        open_view(page, f"items/{asked(page, 'items?n=1')['items'][0]['item']}")
        expect(page.get_by_role("heading", name="How it is rated")).to_be_visible()
        expect(page.get_by_role("heading", name="Who likes it")).to_have_count(0)
        expect(page.get_by_role("link", name="People")).to_have_count(0)
        page.goto("/#/people")
        expect(page.get_by_role("alert")).to_contain_text("no single persons")
        open_view(page, "newcomer")
        assert len(places(page)) == 10


@pytest.fixture
def served_with_token(opened):
    yield from serving(Shelf(opened, permissions=Permissions(token="the token")))


def test_the_entrance_takes_the_right_token_and_no_address_has_it(browser, served_with_token):
    with browser.new_context(base_url=served_with_token.address) as context:
        page = context.new_page()
        page.goto("/#/items")
        for given in ("a guess", "the token"):
            page.get_by_label("Token").fill(given)
            page.keyboard.press("Enter")
            if given == "a guess":
                expect(page.get_by_role("alert")).to_contain_text("not the token")
        expect(page.get_by_role("heading", name="Items")).to_be_visible()
        assert "token" not in page.url


def test_a_phone_needs_no_sideways_scrolling(page):
    page.set_viewport_size(NARROW)
    user, item = someone(page), asked(page, "items?n=1")["items"][0]["item"]
    for view in ("data", "items", f"items/{item}", "people", f"people/{user}", "newcomer", "compare", "audit"):
        open_view(page, view)
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"], view


def test_a_phone_shows_which_view_is_open_among_those_there_are(page):
    page.set_viewport_size(NARROW)
    for view in ("data", "audit"):
        open_view(page, view)
        box = page.locator(f"#to-{view}").bounding_box()
        assert 0 <= box["x"] <= NARROW["width"] - box["width"]
