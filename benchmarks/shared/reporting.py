"""What a benchmark leaves behind: a JSON with every run, a Markdown table, the machine they stand for."""

import json
import os
import platform
from collections.abc import Sequence
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parents[1] / "results"


def machine() -> dict[str, Any]:
    """The processor, its cores, and how busy they were: with a load far above 0 times are upper bounds."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "system": platform.system(),
        "load": round(os.getloadavg()[0], 2),
    }


def markdown_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Text columns to the left: the first; figures to the right: all others.

    >>> print(markdown_table(["who", "s"], [["ours", "0.4"]]))
    | who | s |
    |---|--:|
    | ours | 0.4 |
    """
    lines = [header, ["---", *["--:"] * (len(header) - 1)], *rows]
    bars = [f"| {' | '.join(line)} |" for line in lines]
    bars[1] = bars[1].replace(" ", "")
    return "\n".join(bars)


def write_results(name: str, results: dict[str, Any], markdown: str) -> None:
    """Keep both below `results/` and show the Markdown."""
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.json").write_text(json.dumps(results, indent=1) + "\n")
    (RESULTS / f"{name}.md").write_text(markdown + "\n")
    print(markdown)


def describe(about: dict[str, Any], versions: dict[str, str]) -> str:
    """One line that says on what, and with which versions, a table was measured."""
    used = ", ".join(f"{package} {version}" for package, version in versions.items())
    return (
        f"{about['processor']}, {about['cores']} cores, {about['system']}, Python {about['python']}; {used}; "
        f"load before the start {about['load']:.2f}."
    )


def third_paragraph(docstring: str | None) -> str:
    """Of a table's script: the first says what it shows, the second its command, the third how it is made."""
    assert docstring is not None
    return docstring.split("\n\n")[2].strip()


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())
