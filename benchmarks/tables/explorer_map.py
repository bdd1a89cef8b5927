"""The explorer's map with 60,000 items: its first picture, a frame of zooming, the full picture, a title, its weight.

    python3 dev.py bench explorer_map

A model of 60,000 generated items is saved and served by `cofactor explore`; Chromium runs headless and draws in
software. A time ends with the first frame after the picture that answers an event. It begins with the browser's own
stamp of the event; of zooming also when the page receives it, which is what a page can answer for: a turn of the wheel
reaches its listeners one or two frames after the stamp, whatever the page does. Medians of 30 events; zooming is by
turns of the wheel one after another, in bursts of five, the full picture that of the last turn of each; the first
picture is of 30 fresh browsers, the server having been asked before.
The weight is what was sent for the page with the map open. Needs Chromium, or its path in CHROMIUM.
"""

import argparse
import gzip
import os
import shutil
import statistics
import subprocess
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import cofactor as cf
from benchmarks.shared.generated import generate
from benchmarks.shared.quiet import wait_for_quiet, watch_others
from benchmarks.shared.reporting import describe, machine, markdown_table, third_paragraph, write_results

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

N_USERS, N_ITEMS, N_RATINGS, N_FACTORS = 20_000, 60_000, 1_000_000, 32
EVENTS, TURNS = 30, 5
SIZE = {"width": 1280, "height": 900}
BARS = {
    "first picture of the points, from navigation": 1000.0, "a frame of zooming by wheel, once received": 40.0,
    "the same from the browser's stamp": None, "the full picture after the last event": 200.0,
    "a title under the pointer": 60.0,
}  # fmt: skip
WEIGHT_BAR = 120.0  # kB
PAGE = Path(cf.__file__).parent / "serving" / "explorer"
# what is noted in the page: when each event came, and the first frame after each picture or title
NOTES = """
window.notes = { drawn: [], wheel: [], tip: [], move: [] };
const note = (list, kind) => {
  const drew = performance.now();
  requestAnimationFrame(() => list.push({ kind, drew, at: performance.now() }));
};
document.addEventListener("drawn", ({ detail }) => detail.points && note(notes.drawn, detail.detail), true);
document.addEventListener("wheel", ({ timeStamp }) =>
  notes.wheel.push({ stamp: timeStamp, received: performance.now() }), true);
document.addEventListener("pointermove", (event) => notes.move.push(event.timeStamp), true);
const isTip = ({ target }) => target.className === "map-tip" && !target.hidden;
addEventListener("DOMContentLoaded", () =>
  new MutationObserver((changes) => changes.some(isTip) && note(notes.tip, "tip"))
    .observe(document.body, { subtree: true, childList: true, attributes: true, attributeFilter: ["hidden"] }));
"""


def save_model(folder: Path) -> None:
    table = generate(N_USERS, N_ITEMS, N_RATINGS, seed=0)
    ratings = cf.Ratings.from_arrays(table.user_idx, table.item_idx, table.values, name="generated")
    cf.ExplicitALS(n_factors=N_FACTORS, n_epochs=3).fit(ratings, progress=False).save(folder)


@contextmanager
def served(folder: Path) -> Generator[str]:
    """The address at which `cofactor explore` answers for a saved model."""
    command = [sys.executable, "-m", "cofactor", "explore", str(folder), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = next(line for line in process.stdout if "http://" in line)
        yield next(word for word in line.split() if word.startswith("http://")).rstrip("/")
        process.terminate()


@contextmanager
def chromium() -> Generator["Browser"]:
    from playwright.sync_api import sync_playwright

    program = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


def visit(browser: "Browser", address: str) -> "Page":
    """A fresh browser at the map, once its points are drawn."""
    page = browser.new_context(viewport=SIZE).new_page()  # pyright: ignore[reportArgumentType]
    page.add_init_script(NOTES)
    page.goto(f"{address}/#/map")
    page.wait_for_function("() => notes.drawn.length > 0")
    return page


def first_pictures(browser: "Browser", address: str) -> list[float]:
    times = list[float]()
    for _ in range(EVENTS):
        page = visit(browser, address)
        times.append(page.evaluate("notes.drawn[0].at"))
        page.context.close()
    return times


def zooms(page: "Page") -> tuple[list[float], list[float], list[float]]:
    """Milliseconds from each turn of the wheel to a picture, since it was received and since its stamp; and from the
    stamp of the last of each burst to the full picture."""
    left, top = middle(page)
    page.mouse.move(left, top)
    received, stamped, full = list[float](), list[float](), list[float]()
    for burst in range(EVENTS):
        page.evaluate("notes.drawn.length = notes.wheel.length = 0")
        for _ in range(TURNS):
            page.mouse.wheel(0, -120 if burst % 2 == 0 else 120)
        page.wait_for_function(
            f"() => notes.wheel.length === {TURNS} && "
            "notes.drawn.some((one) => one.kind === 'full' && one.drew > notes.wheel.at(-1).stamp)"
        )
        notes: dict[str, Any] = page.evaluate("notes")
        received += [answered(one["received"], notes["drawn"]) for one in notes["wheel"]]
        stamped += [answered(one["stamp"], notes["drawn"]) for one in notes["wheel"]]
        full.append(answered(notes["wheel"][-1]["stamp"], [one for one in notes["drawn"] if one["kind"] == "full"]))
    return received, stamped, full


def answered(event: float, pictures: list[dict[str, Any]]) -> float:
    """Milliseconds from an event to the first frame after the first picture made since."""
    return next(one["at"] for one in pictures if one["drew"] > event) - event


def middle(page: "Page") -> tuple[float, float]:
    box = page.locator("canvas.map").bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def hovers(page: "Page") -> list[float]:
    """Milliseconds from a movement of the pointer onto a point to its title."""
    left, top = middle(page)
    times, at = list[float](), 0
    while len(times) < EVENTS:
        page.evaluate("notes.tip.length = notes.move.length = 0")
        page.mouse.move(left + 7 * (at % 31 - 15), top + 5 * (at % 23 - 11))
        page.wait_for_timeout(60)
        notes: dict[str, Any] = page.evaluate("notes")
        if notes["tip"]:
            times.append(answered(notes["move"][-1], notes["tip"]))
        at += 1
    return times


def weight(page: "Page") -> float:
    """Kilobytes that were sent for the page, without the answers of the API."""
    return page.evaluate("""performance.getEntries()
        .filter((one) => one.encodedBodySize && !one.name.includes("/api/"))
        .reduce((sum, one) => sum + one.encodedBodySize, 0) / 1000""")


def weight_of_all() -> float:
    """Kilobytes of the files of all views, each compressed."""
    files = [path for path in PAGE.rglob("*") if path.is_file()]
    return sum(len(gzip.compress(path.read_bytes(), 9)) for path in files) / 1000


def main(arguments: Sequence[str] | None = None) -> None:
    argparse.ArgumentParser(description=__doc__).parse_args(arguments)
    about = machine()
    with TemporaryDirectory() as place:
        folder = Path(place) / "sixty.cofactor"
        save_model(folder)
        with served(folder) as address, chromium() as browser:
            page = visit(browser, address)
            page.wait_for_function("() => document.querySelectorAll('[aria-busy]').length === 0", timeout=120_000)
            wait_for_quiet()
            with watch_others() as others:
                first = first_pictures(browser, address)
                runs = dict(zip(BARS, [first, *zooms(page), hovers(page)], strict=True))
            version, kilobytes = browser.version, weight(page)
    rows = [
        [name, f"{statistics.median(times):.0f}", f"{max(times):.0f}", f"{bar:.0f}" if (bar := BARS[name]) else "–"]
        for name, times in runs.items()
    ]
    text = [
        "# The map with 60,000 items", describe(about, {"cofactor": cf.__version__, "Chromium": version}),
        third_paragraph(__doc__), markdown_table(["", "median, ms", "slowest, ms", "bar, ms"], rows),
        f"With the map open the page weighs {kilobytes:.1f} kB compressed, without data; bar: {WEIGHT_BAR:.0f} kB.\n"
        f"The files of all views, each compressed, are {weight_of_all():.1f} kB.",
    ]  # fmt: skip
    results = {"machine": about, "others' cores": others.cores, "runs": runs, "kilobytes": kilobytes}
    write_results("explorer_map", results, "\n\n".join(text))


if __name__ == "__main__":
    main()
