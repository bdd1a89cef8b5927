"""The pictures of the explorer: every view in light and dark, wide and narrow, and a newcomer's first visit.

    .venv/bin/python docs/pictures/take_pictures.py             all of them
    .venv/bin/python docs/pictures/take_pictures.py audit       the views whose names begin so

They are of the embedded data, as `cofactor explore` alone shows it; needs Chromium, or its path in CHROMIUM.
"""

import io
import os
import shutil
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image
from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

HERE = Path(__file__).parent
VIEWS = {
    "data": "data", "map": "map?item=star-wars-1977&colour=genres", "factors": "factors", "items": "items",
    "item": "items/star-wars-1977", "people": "people", "person": "people/u0071", "newcomer": "newcomer",
    "lesson": "lesson/dot-product", "compare": "compare",
    "audit-exposure": "audit/exposure", "audit-groups": "audit/groups", "audit-bubble": "audit/bubble?measure=overlap",
    "audit-person": "audit/reidentification", "audit-lists": "audit/lists?user=u0071&diversity=0.35&calibrated=0.5",
}  # fmt: skip
AUDITS = "exposure", "bubble", "reidentification"
QUALITY = 85  # of WebP


def main() -> None:
    with explorer() as address, sync_playwright() as playwright:
        program = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        if any(name.startswith("compare") for name in views()):
            compare_first(browser, address)
        if any(name.startswith("audit") for name in views()):
            audit_first(browser, address)
        for width in (1280, 390):
            for scheme in ("light", "dark"):
                every_view(browser, address, width, scheme)
        if len(views()) == len(VIEWS):
            walk(browser, address)
        browser.close()


def views() -> dict[str, str]:
    """The views whose names begin as was asked for; all of them where nothing was."""
    return {name: view for name, view in VIEWS.items() if name.startswith(tuple(sys.argv[1:] or [""]))}


@contextmanager
def explorer() -> Generator[str]:
    command = [sys.executable, "-m", "cofactor", "explore", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = next(line for line in process.stdout if "http://" in line)
        yield next(word for word in line.split() if word.startswith("http://")).rstrip("/")
        process.terminate()


def compare_first(browser: "Browser", address: str) -> None:
    """Have the comparison ready, so that its view shows one."""
    page = browser.new_page()
    opened(page, f"{address}/#/compare")
    page.get_by_role("button", name="Compare them").click()
    page.get_by_role("heading", name="Is the difference real?").wait_for(timeout=120_000)
    page.close()


def audit_first(browser: "Browser", address: str) -> None:
    """Have every audit made, so that its view shows what it found."""
    page = browser.new_page()
    for part in AUDITS:
        opened(page, f"{address}/#/audit/{part}")
        page.get_by_role("button", name="Measure", exact=True).click()
        page.get_by_role("button", name="Measure again").wait_for(timeout=240_000)
    page.close()


def every_view(browser: "Browser", address: str, width: int, scheme: str) -> None:
    context = browser.new_context(viewport={"width": width, "height": 860}, color_scheme=scheme)  # pyright: ignore
    page = context.new_page()
    for name, view in views().items():
        opened(page, f"{address}/#/{view}")
        if name == "audit-person":
            tick_some(page)
        save(page, f"{name}-{width}-{scheme}")
    context.close()


def tick_some(page: "Page") -> None:
    """Three ratings of the person are known."""
    for at in range(3):
        page.get_by_role("checkbox").nth(at).check()
    page.get_by_text("3 ratings known").scroll_into_view_if_needed()
    page.evaluate("document.querySelector('.readout').parentElement.scrollIntoView()")
    settled(page)


def walk(browser: "Browser", address: str) -> None:
    """A newcomer answers five questions, and asks why the first film is on their list."""
    context = browser.new_context(viewport={"width": 1280, "height": 860}, color_scheme="light")
    page = context.new_page()
    opened(page, f"{address}/#/newcomer")
    for stars in (5, 2, 4, 5, 1):
        asked = page.locator("#question").inner_text()
        page.keyboard.press(str(stars))
        page.wait_for_function("(asked) => document.querySelector('#question')?.innerText !== asked", arg=asked)
        settled(page)
    settled(page)
    save(page, "walk-answers-1280-light")
    page.get_by_role("button", name="Why?").first.click()
    page.get_by_text("The parts add up").first.wait_for()
    settled(page)
    save(page, "walk-why-1280-light")
    context.close()


def opened(page: "Page", address: str) -> None:
    page.goto(address)
    page.reload()
    page.locator("main h1").first.wait_for()
    settled(page)


def settled(page: "Page") -> None:
    page.wait_for_function("() => !document.querySelector('main [aria-busy=true], main .loading')")
    page.wait_for_timeout(600)


def save(page: "Page", name: str) -> None:
    """What is in the window, as WebP: a third of a PNG's size."""
    picture = Image.open(io.BytesIO(page.screenshot()))
    picture.convert("RGB").save(HERE / f"{name}.webp", quality=QUALITY, method=6)


if __name__ == "__main__":
    main()
