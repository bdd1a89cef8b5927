"""The pictures of a model's card, whole, in light and dark, wide and narrow.

    .venv/bin/python docs/pictures/take_card_pictures.py

It is the card of a model of the embedded data; needs Chromium, or its path in CHROMIUM.
"""

import os
import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright
from take_pictures import save

import cofactor as cf

ANSWERS = {
    "owner": "Ann Lee, films@example.org", "complaint": "films@example.org, answered within two weeks",
    "unsuitable_uses": "Choosing what children see; judging the people who rated.", "review_date": "2027-06-30",
}  # fmt: skip
HEIGHT = 1100


def main() -> None:
    train, test = cf.split(cf.load("tastes"), test=0.2, by="user", seed=42)
    card = cf.model_card(cf.EASE().fit(train), test, answers=ANSWERS, quick=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        page_file = card.write(Path(folder) / "card.html")
        program = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        for width in (900, 390):
            for scheme in ("light", "dark"):
                context = browser.new_context(viewport={"width": width, "height": HEIGHT}, color_scheme=scheme)  # pyright: ignore
                page = context.new_page()
                page.goto(page_file.as_uri())
                save(page, f"card-{width}-{scheme}")
                context.close()
        browser.close()


if __name__ == "__main__":
    main()
