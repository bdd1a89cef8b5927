"""The page says whose numbers it shows: of another model than its address was made with, or of one since replaced."""

import pytest

import cofactor as cf
from cofactor.serving.opened import OpenModel, Shelf
from serving.conftest import serving
from serving.views import expect

pytestmark = pytest.mark.browser


def test_an_address_of_another_model_is_said_to_be_one(page):
    page.goto("/#/data?model=0123456789ab")
    expect(page.get_by_role("status").filter(has_text="made with another model (0123456789ab)")).to_be_visible()


def test_a_model_that_was_replaced_is_told_and_opened_on_request(browser, checkerboard, tmp_path):
    folder = tmp_path / "model.cofactor"
    cf.Popularity().fit(checkerboard).save(folder)
    for served in serving(Shelf(OpenModel.at(folder))):
        with browser.new_context(base_url=served.address) as context:
            page = context.new_page()
            page.clock.install()
            page.goto("/")
            expect(page.locator("#model")).to_contain_text("Popularity")
            expect(page.locator("#announcer")).to_contain_text("is shown")  # from now on it asks every few seconds
            cf.Bias().fit(checkerboard).save(folder)
            page.clock.fast_forward(6000)
            expect(page.locator("#banner")).to_contain_text("The model was replaced on disk")
            page.get_by_role("button", name="Open the new one").click()
            expect(page.locator("#model")).to_contain_text("Bias")
            expect(page.locator("#banner")).to_be_hidden()


def test_a_server_that_has_gone_is_told(browser, opened):
    context = browser.new_context()
    for served in serving(Shelf(opened)):
        page = context.new_page()
        page.clock.install()
        page.goto(served.address)
        expect(page.locator("#announcer")).to_contain_text("is shown")
    page.clock.fast_forward(6000)
    expect(page.locator("#banner")).to_contain_text("The explorer does not answer")
    context.close()
