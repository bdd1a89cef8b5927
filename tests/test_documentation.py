"""What the pages and docstrings name is there: files, folders, and the commands of dev.py."""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import dev
import pytest

ROOT = Path(__file__).parents[1]
NOT_OURS = re.compile(r"(^|/)(\.(venv|git|envs|(\w+_)?cache|hypothesis)|__pycache__|build|dist|\S+\.egg-info)(/|$)")
FILE = re.compile(r"[\w.~*<>{}-]+(?:/[\w.*<>{}-]+)*\.(?:py|md|ipynb|bib|toml|yml|txt|cpp|svg|png)")
FOLDER = re.compile(r"(?:[\w.*<>{}-]+/)+")
PLACEHOLDER = re.compile(r"[<>*{}]|NAME")
ELSEWHERE = {  # what our programs write, and what data sets bring
    "card.md", "losses.png", ".envs/", ".cache/", "dist/", "gowalla/train.txt", "gowalla/test.txt", "item_map.txt",
}  # fmt: skip


@cache
def there() -> frozenset[str]:
    """All files and folders of the project, by their paths from its root; folders end with a slash."""
    paths = {path: path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*")}
    return frozenset(name + "/" * path.is_dir() for path, name in paths.items() if not NOT_OURS.search(name))


def missing_paths(text: str) -> list[str]:
    """Paths in backticks or links that end no path of the project."""
    words = {word.removeprefix("./") for marked in _marked(text) for word in marked.split()}
    named = {word for word in words if FILE.fullmatch(word) or FOLDER.fullmatch(word)} - ELSEWHERE
    ours = sorted(word for word in named if not PLACEHOLDER.search(word))
    return [word for word in ours if not any(f"/{path}".endswith(f"/{word}") for path in there())]


def _marked(text: str) -> Iterator[str]:
    """What stands in backticks, blocks of code left out, and what links lead to."""
    prose = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    yield from re.findall(r"(?<!`)`([^`\n]+)`(?!`)", prose)
    yield from re.findall(r"\]\(([^)#:\s]+)\)", prose)


def unknown_commands(text: str) -> list[str]:
    """Commands of dev.py that it does not have, and tables that `bench` does not make."""
    asked = re.findall(r"dev\.py (\w+)(?:\s+(\w+))?", text)
    commands = {command for command, _ in asked if command not in dev.COMMANDS}
    return sorted(commands | {table for command, table in asked if command == "bench" and table not in [*tables(), ""]})


def tables() -> list[str]:
    return [*(file.stem for file in sorted((ROOT / "benchmarks" / "tables").glob("*.py"))), "NAME"]


def pages() -> list[Path]:
    docs = (one for one in sorted((ROOT / "docs").iterdir()) if one.suffix in (".md", ".ipynb"))
    return [*sorted(ROOT.glob("*.md")), ROOT / "benchmarks" / "README.md", *docs]


def read(page: Path) -> str:
    """Its text; of a notebook, what its cells hold."""
    text = page.read_text("utf-8")
    if page.suffix != ".ipynb":
        return text
    return "\n\n".join("".join(cell["source"]) for cell in json.loads(text)["cells"])


def sources() -> list[Path]:
    folders = ("src", "benchmarks", "tools", "building")
    files = (file for folder in folders for file in sorted((ROOT / folder).rglob("*.py")))
    return [file for file in files if not NOT_OURS.search(file.relative_to(ROOT).as_posix())]


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.relative_to(ROOT).as_posix())
def test_a_page_names_what_is_there(page):
    assert missing_paths(read(page)) == []
    assert unknown_commands(read(page)) == []


def test_sources_name_what_is_there():
    stale = {file.relative_to(ROOT).as_posix(): missing_paths(file.read_text("utf-8")) for file in sources()}
    assert {name: paths for name, paths in stale.items() if paths} == {}


@pytest.mark.parametrize(
    ("planted", "found"),
    [
        ("`models/bias.py` and `attic/box.py`", ["attic/box.py"]),
        ("[`box`](docs/box.md)", ["docs/box.md"]),
        ("`attic/`", ["attic/"]),
        ("`.venv/bin/python building/box.py`", ["building/box.py"]),
        ("`src/cofactor/models/<name>.py` and `results/NAME.json`", []),
        ("`data/ids.py`, `models/`, [a page](docs/coldstart.md), `5/4`", []),
        ("```python\n`attic/box.py`\n```", []),
    ],
)
def test_a_planted_path_is_found(planted, found):
    assert missing_paths(planted) == found


@pytest.mark.parametrize(
    ("planted", "found"),
    [
        ("`python3 dev.py bench lecture`, `dev.py bench`, `dev.py test`", []),
        ("`dev.py bench\nattic`", ["attic"]),
        ("`dev.py climb`", ["climb"]),
    ],
)
def test_a_planted_command_is_found(planted, found):
    assert unknown_commands(planted) == found


def test_the_benchmarks_page_lists_every_table():
    page = (ROOT / "benchmarks" / "README.md").read_text("utf-8")
    assert sorted({*re.findall(r"dev\.py bench (\w+)", page), "NAME"}) == sorted(tables())


def test_every_contestant_that_a_table_names_is_there():
    folder = ROOT / "benchmarks"
    texts = [file.read_text("utf-8") for file in (folder / "tables").glob("*.py")]
    named = {name for text in texts for name in re.findall(r'"(contestants/\w+/\w+\.py)"', text)}
    assert len(named) > 10
    assert {name for name in named if not (folder / name).is_file()} == set()
