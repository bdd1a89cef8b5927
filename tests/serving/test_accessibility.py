"""Every view by the checker axe-core (an npm package): no serious violation, in light and dark, wide and narrow.

    npm install --prefix .venv/axe axe-core

puts it where this test looks; without it the test is skipped, and fails where CI_BROWSER=1.
"""

import os
from pathlib import Path

import pytest

import cofactor as cf
from cofactor.data.sources import tastes

ROOT = Path(__file__).parents[2]
AXE = Path(os.environ.get("AXE") or ROOT / ".venv/axe/node_modules/axe-core/axe.min.js")
VIEWS = (
    "data", "map", "factors", "items", "items/star-wars-1977", "people", "people/u0029", "newcomer",
    "lesson/rating-matrix", "lesson/gradient-descent", "compare",
)  # fmt: skip
LOOKS = {"light": (1280, "light", {}), "dark, narrow": (390, "dark", {"runOnly": [
    "color-contrast", "scrollable-region-focusable", "target-size"  # the others do not depend on the look
]})}  # fmt: skip
SERIOUS = ("serious", "critical")


@pytest.fixture(scope="module")
def axe() -> str:
    if not AXE.is_file():
        missing = f"axe-core is not installed: npm install --prefix .venv/axe axe-core (looked for {AXE})."
        pytest.fail(missing) if os.environ.get("CI_BROWSER") == "1" else pytest.skip(missing)
    return AXE.read_text(encoding="utf-8")


@pytest.mark.parametrize("look", LOOKS)
def test_no_view_has_a_serious_violation(browser, served, axe, look):
    width, scheme, options = LOOKS[look]
    with browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, base_url=served.address, bypass_csp=True
    ) as context:
        page = context.new_page()
        found = {view: violations(page, view, axe, options) for view in VIEWS}
    assert {view: names for view, names in found.items() if names} == {}


@pytest.mark.parametrize("look", LOOKS)
def test_the_card_of_a_model_has_none_either_and_fits_its_window(browser, axe, look, card_page):
    width, scheme, options = LOOKS[look]
    with browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True) as context:
        page = context.new_page()
        page.goto(card_page)
        assert page.evaluate("document.documentElement.scrollWidth") == width
        assert broken_rules(page, axe, options) == []


@pytest.fixture(scope="module")
def card_page(tmp_path_factory) -> str:
    """The address of a card with every kind of light, a picture and a table."""
    train, test = cf.split(tastes.load(n_users=80), test=0.3, by="user", seed=1)
    model = cf.EASE().fit(train)
    lights = {"coverage": {"green": 0.2, "red": 0.1}, "exposure_gini": {"green": -0.9, "red": -0.5}}
    card = cf.model_card(model, test, sections=["accuracy", "popularity"], n_bootstrap=100, thresholds=lights)
    assert {one.light for one in card.findings.values()} == {"green", "amber", "red", "grey"}
    return card.write(tmp_path_factory.mktemp("card") / "card.html").as_uri()


def violations(page, view: str, axe: str, options: dict) -> list[str]:
    """The rules that a view breaks seriously, each with where."""
    page.goto(f"/#/{view}")
    page.reload()
    page.wait_for_function("() => document.querySelector('main h1') && !document.querySelector('main .loading')")
    page.wait_for_function("() => !document.querySelector('main [aria-busy=true]')")
    return broken_rules(page, axe, options)


def broken_rules(page, axe: str, options: dict) -> list[str]:
    page.evaluate(axe)
    answer = page.evaluate("options => axe.run(options)", options)
    return [
        f"{one['id']}: {one['nodes'][0]['target']}: {one['nodes'][0]['html'][:120]}"
        for one in answer["violations"]
        if one["impact"] in SERIOUS
    ]
