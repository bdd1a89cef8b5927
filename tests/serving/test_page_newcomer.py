"""The explorer's newcomer in a real browser on a real server."""

from serving.views import asked, expect, open_view, places


def test_a_newcomer_answers_by_keys_and_the_list_forms(page):
    open_view(page, "newcomer")
    before = places(page)
    expect(page.locator(".question")).to_be_focused()
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
    open_view(page, "newcomer")
    expect(page.locator(".question")).to_be_focused()
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
