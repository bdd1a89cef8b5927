"""`cofactor explore` on a saved model of ml-1m: from the command to the first view that shows something of it.

    python3 dev.py bench explorer_start

An ExplicitALS is fitted to ml-1m and saved. Then, seven times: the command starts, its address is printed, a browser
that stands ready opens it, and the counts of the table are on the page. Medians. Needs Chromium, or its path in
CHROMIUM, and COFACTOR_DATA, a folder that holds ml-1m.
"""

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import cofactor as cf
from benchmarks.shared.quiet import wait_for_quiet, watch_others
from benchmarks.shared.reporting import describe, machine, markdown_table, third_paragraph, write_results
from benchmarks.tables.explorer_map import chromium

if TYPE_CHECKING:
    from playwright.sync_api import Browser

N_STARTS = 7
BAR = 2.0  # seconds


def start(folder: Path, browser: "Browser") -> tuple[float, float]:
    """Seconds from the command to its address, and to the first view."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "cofactor", "explore", str(folder), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = next(line for line in process.stdout if "http://" in line)
        listening = time.perf_counter() - began
        page = browser.new_context().new_page()
        page.goto(next(word for word in line.split() if word.startswith("http://")))
        page.get_by_text("1,000,209").first.wait_for()
        shown = time.perf_counter() - began
        page.context.close()
        process.terminate()
    return listening, shown


def main(arguments: Sequence[str] | None = None) -> None:
    argparse.ArgumentParser(description=__doc__).parse_args(arguments)
    about = machine()
    with TemporaryDirectory() as place, chromium() as browser:
        folder = Path(place) / "ml-1m.cofactor"
        cf.ExplicitALS().fit(cf.load("ml-1m"), progress=False).save(folder)
        start(folder, browser)
        wait_for_quiet()
        with watch_others() as others:
            runs = [start(folder, browser) for _ in range(N_STARTS)]
        version = browser.version
    names = ("its address is printed", "the first view shows the table")
    rows = [
        [name, *(f"{value:.2f}" for value in (statistics.median(times), max(times)))]
        for name, times in zip(names, zip(*runs, strict=True), strict=True)
    ]
    text = [
        "# The start of the explorer on ml-1m", describe(about, {"cofactor": cf.__version__, "Chromium": version}),
        third_paragraph(__doc__), markdown_table(["", "median, s", "slowest, s"], rows),
        f"The bar: the first view in {BAR:g} s.",
    ]  # fmt: skip
    write_results("explorer_start", {"machine": about, "others' cores": others.cores, "runs": runs}, "\n\n".join(text))


if __name__ == "__main__":
    main()
