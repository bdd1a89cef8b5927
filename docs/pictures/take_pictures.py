"""The pictures of the explorer: every view in light and dark, wide and narrow, and a newcomer's first visit.

    .venv/bin/python docs/pictures/take_pictures.py

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
}  # fmt: skip
QUALITY = 85  # of WebP


def main() -> None:
    with explorer() as address, sync_playwright() as playwright:
        program = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        compare_first(browser, address)
        for width in (1280, 390):
            for scheme in ("light", "dark"):
                every_view(browser, address, width, scheme)
        walk(browser, address)
        browser.close()


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


def every_view(browser: "Browser", address: str, width: int, scheme: str) -> None:
    context = browser.new_context(viewport={"width": width, "height": 860}, color_scheme=scheme)  # pyright: ignore
    page = context.new_page()
    for name, view in VIEWS.items():
        opened(page, f"{address}/#/{view}")
        save(page, f"{name}-{width}-{scheme}")
    context.close()


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
