"""The page "How it works" in a real browser: guessed, touched and checked, by keyboard alone too."""

import re

import pytest

pytest.importorskip("playwright.sync_api")
from playwright.sync_api import Page, Route, expect

from serving.conftest import Served

STEPS = {
    "rating-matrix": "A table full of holes",
    "dot-product": "Two vectors and their product",
    "bias": "Generous people, good films",
    "y-range": "Staying on the scale",
    "gradient-descent": "Learning, one step at a time",
    "network": "Dot product against network",
    "weight-decay": "How many factors, how much decay",
    "cold-start": "Somebody new, something new",
    "objective": "What for, and at whose cost",
}
N_TABS = 120  # more than any step has places to stop at


def open_step(page: Page, step: str, state: str = "") -> None:
    page.goto("about:blank")
    page.goto(f"/#/lesson/{step}{state}")
    expect(page.get_by_role("heading", level=1)).to_have_text(STEPS[step])


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the focus is on what the selector names."""
    for _ in range(N_TABS):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{N_TABS} times Tab do not reach {selector}")


def test_every_step_is_walked_through_by_keyboard_alone_on_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    open_step(page, "rating-matrix")
    for at, title in enumerate(STEPS.values()):
        expect(page.get_by_role("heading", level=1)).to_have_text(title)
        tab_to(page, "form.asked input[type=radio]")
        page.keyboard.press("Space")
        tab_to(page, "form.asked button[type=submit]")
        page.keyboard.press("Enter")
        expect(page.locator(".explanation h2").first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), title
        if at < len(STEPS) - 1:
            tab_to(page, "nav.around a.next")
            page.keyboard.press("Enter")


def test_each_column_of_the_matrix_stands_below_its_title(page: Page) -> None:
    open_step(page, "rating-matrix")
    centres = page.locator("table.ratings tr").evaluate_all(
        """rows => rows.map(row => [...row.cells].slice(1).map(cell => {
          const { left, right } = cell.getBoundingClientRect();
          return Math.round(left + right);
        }))"""
    )
    assert len(centres) > 2
    assert all(row == centres[0] for row in centres)


def test_nothing_is_explained_before_a_guess(page: Page) -> None:
    open_step(page, "dot-product")
    expect(page.locator(".explanation")).to_be_empty()
    page.get_by_role("button", name="That is my guess").click()
    expect(page.locator("#announcer")).to_have_text("Choose one of the answers first.")
    expect(page.locator(".explanation")).to_be_empty()
    page.get_by_label("1.25").check()
    page.get_by_role("button", name="That is my guess").click()
    expect(page.locator("#announcer")).to_contain_text("Not quite: the answer is “0.95”.")
    expect(page.get_by_role("heading", name="Move the numbers")).to_be_visible()


def test_who_does_not_want_to_guess_is_taken_to_the_explanation(page: Page) -> None:
    open_step(page, "y-range")
    page.get_by_role("button", name="Show me without a guess").press("Enter")
    expect(page.locator(".explanation")).to_be_focused()


def test_the_lectures_product_is_0_95_and_follows_the_numbers(page: Page) -> None:
    open_step(page, "dot-product", "?shown=1")
    expect(page.locator("#dot-product")).to_have_text("0.95")
    expect(page.locator("#times-five")).to_have_text("4.75 ★")
    expect(page.locator("#by-sigmoid")).to_have_text("3.97 ★")
    alice = page.get_by_role("group", name="Alice, u")
    alice.get_by_role("slider").first.press("ArrowRight")  # 0.9 × 0.7 + 0.39
    expect(page.locator("#dot-product")).to_have_text("1.02")
    alice.get_by_role("spinbutton").nth(1).fill("0.3")  # 0.63 + 0.15 + 0.54
    expect(page.locator("#dot-product")).to_have_text("1.32")
    page.reload()  # the address holds what was set
    expect(page.locator("#dot-product")).to_have_text("1.32")


def test_gradient_steps_lower_the_loss_and_too_long_ones_run_away(page: Page) -> None:
    open_step(page, "gradient-descent", "?shown=1")
    loss = page.locator("#loss")
    expect(loss).to_have_text("12.456")
    page.get_by_role("button", name="1 step", exact=True).click()
    expect(loss).to_have_text("11.803")
    expect(page.locator(".arithmetic")).to_contain_text("(0.800, 0.300) · (0.900, 0.200) = 0.780")
    page.get_by_role("button", name="100 steps").click()
    assert float(loss.inner_text()) < 0.2
    page.get_by_role("slider", name="learning rate").press("End")
    expect(loss).to_have_text("12.456")
    page.get_by_role("button", name="100 steps").click()
    expect(page.locator(".result").first).to_contain_text("It has run away")


def test_biases_add_up(page: Page) -> None:
    open_step(page, "bias", "?shown=1&base=3.6&user=-0.8&item=0.6&taste=0")
    expect(page.locator("#bias-sum")).to_have_text("3.40")


def test_a_range_to_5_never_says_5(page: Page) -> None:
    open_step(page, "y-range", "?shown=1")
    expect(page.locator(".readings")).to_contain_text("2.30")
    page.get_by_role("slider", name="upper end of y_range").press("Home")
    expect(page.locator(".readings")).to_contain_text("∞, never")


def test_one_number_each_cannot_like_the_middle_and_two_can(page: Page) -> None:
    open_step(page, "network", "?shown=1")
    expect(page.locator("#taste-error")).to_have_text("0.67")
    for way in ("dot product of two", "two ReLU units"):
        page.get_by_label(way).check()
        expect(page.locator("#taste-error")).to_have_text("0.00")


def test_factors_beyond_the_true_two_fit_the_known_and_miss_the_unseen(page: Page) -> None:
    open_step(page, "weight-decay", "?shown=1&k=2&decay=0.1")
    known, unseen = (float(page.locator(name).inner_text()) for name in ("#known-error", "#unseen-error"))
    page.get_by_role("slider", name="n_factors").press("End")
    assert float(page.locator("#known-error").inner_text()) < known
    assert float(page.locator("#unseen-error").inner_text()) > unseen


def test_one_rating_lifts_a_newcomer_off_the_lowest_rung(page: Page) -> None:
    open_step(page, "cold-start", "?shown=1")
    expect(page.locator("#rung")).to_have_text("popularity")
    page.get_by_role("slider", name="ratings of this person").first.press("ArrowRight")
    expect(page.locator("#rung")).to_have_text("own ratings")


def test_lists_that_prefer_the_popular_make_the_head_grow(page: Page) -> None:
    open_step(page, "objective", "?shown=1&strength=2")
    words = page.locator(".result", has=page.locator("#loop-share")).inner_text()
    later, before = (float(share) for share in re.findall(r"([\d.]+) %", words.split("have")[1]))
    assert later > before


def test_without_people_the_lectures_table_is_shown(page: Page, served_without_people: Served) -> None:
    page.goto(f"{served_without_people.address}/#/lesson/rating-matrix")
    expect(page.get_by_role("row", name=re.compile("Dave"))).to_be_visible()
    expect(page.locator("article")).to_contain_text("This explorer shows no persons")
    page.get_by_label("4", exact=True).check()
    page.get_by_role("button", name="That is my guess").click()
    expect(page.locator(".explanation .result").first).to_contain_text("4.43 ★")  # (0.5 · 5 + 0.2 · 3) / 0.7


def test_with_people_a_rating_of_the_models_own_is_guessed(page: Page) -> None:
    open_step(page, "rating-matrix")
    expect(page.locator("table.ratings tbody tr")).to_have_count(8)
    expect(page.locator("td.asked-cell")).to_have_text("?")
    page.get_by_label("3", exact=True).check()
    page.get_by_role("button", name="That is my guess").click()
    expect(page.locator("td.asked-cell")).to_have_text(re.compile("[1-5]"))


def test_biases_of_the_model_itself_can_be_chosen(page: Page) -> None:
    open_step(page, "bias", "?shown=1")
    person = page.get_by_label("a person of this model")
    person.select_option(index=3)
    bias = re.search(r"\(([+−][\d.]+)\)", person.locator("option").nth(3).inner_text())
    assert bias
    expect(page.get_by_role("spinbutton", name="user bias")).to_have_value(
        str(float(bias[1].replace("−", "-"))).removesuffix(".0")
    )


def with_table(page: Page, table: list[list[float | None]], items: list[str]) -> None:
    """The server's answer with another corner of the matrix."""

    def answer(route: Route) -> None:
        people = [f"person {at + 1}" for at in range(len(table))]
        route.fulfill(json=route.fetch().json() | {"table": table, "items": items, "people": people})

    page.route("**/api/lesson", answer)


def test_titles_are_text_whatever_they_hold(page: Page) -> None:
    titles = ["<b>Bold</b> & Co", "שלום"]
    with_table(page, [[5, 3], [4, 2]], titles)
    open_step(page, "rating-matrix", "?shown=1")
    assert page.locator("table.ratings thead bdi").all_inner_texts() == titles
    expect(page.locator("legend").first).to_contain_text("<b>Bold</b> & Co")
    assert page.locator("article b").count() == 0


def test_a_corner_that_predicts_nothing_gives_way_to_the_lectures(page: Page) -> None:
    with_table(page, [[5]], ["the only item"])
    open_step(page, "rating-matrix")
    expect(page.get_by_role("row", name=re.compile("Dave"))).to_be_visible()


def test_a_term_says_what_it_means_when_it_is_reached(page: Page) -> None:
    open_step(page, "dot-product")
    page.locator("dfn", has_text="dot product").focus()
    meaning = page.get_by_role("tooltip")
    expect(meaning).to_contain_text("pair by pair")
    page.keyboard.press("Escape")
    expect(meaning).to_be_hidden()
