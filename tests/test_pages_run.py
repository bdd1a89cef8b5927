"""The pages of docs that consist of tasks run, block by block, and give what they show."""

import logging
import sys
from pathlib import Path

import pytest

from cofactor.kernels.threads import set_threads
from page_blocks import run_page

DOCS = Path(__file__).parents[1] / "docs"
PAGES = {
    "audits.md": [],
    "bubble.md": ["matplotlib"],
    "card.md": [],
    "course.md": ["matplotlib", "pandas", "torch"],
    "forgetting.md": [],
    "lists.md": [],
    "mistakes.md": [],
    "objective.md": [],
    "reasons.md": [],
    "plots.md": ["matplotlib"],
    "privacy.md": [],
    "private_training.md": ["dp_accounting"],
    "scale.md": ["fsspec", "ray"],
    "tasks.md": ["matplotlib", "optuna", "pandas", "pyarrow", "torch"],
    "understanding.md": [],
}  # and what extras it needs


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Where a page's files are written; afterwards the threads are what they were, and nobody hears the log."""
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    set_threads(None)
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        pyplot.close("all")
    log = logging.getLogger("cofactor")
    log.setLevel(logging.NOTSET)
    for handler in [*log.handlers]:
        log.removeHandler(handler)
        handler.close()


@pytest.fixture
def page(folder):
    """Writes a page of one block and runs it."""

    def run(language, text):
        file = folder / "page.md"
        file.write_text(f"```{language}\n{text}\n```\n", "utf-8")
        return run_page(file)

    return run


@pytest.mark.parametrize("name", PAGES)
def test_a_page_runs_and_gives_what_it_shows(name, folder, request):
    for extra in PAGES[name]:
        pytest.importorskip(extra)
    if "ray" in PAGES[name]:
        request.getfixturevalue("ray")
    assert run_page(DOCS / name) > 5


def test_later_blocks_know_the_names_of_earlier_ones(folder):
    (folder / "page.md").write_text("```python\nx = 2\n```\n\n```python\nprint(x)\n# > 2\n```\n", "utf-8")
    assert run_page(folder / "page.md") == 2


def test_an_output_that_does_not_come_fails(page):
    with pytest.raises(AssertionError, match="is said to give\n3\nbut gives\n2"):
        page("python", "print(2)\n# > 3")


def test_an_error_fails_unless_it_is_shown(page):
    assert page("python", "int('x')\n# > ValueError: invalid literal ...") == 1
    with pytest.raises(AssertionError, match="line 2:\nint"):
        page("python", "int('x')")
    with pytest.raises(AssertionError, match="failed"):
        page("python", "int('x')\n# > ...")


def test_an_output_that_is_shown_for_a_mistake_that_is_none_fails(page):
    with pytest.raises(AssertionError, match="but gives\n$"):
        page("python", "int('1')\n# > ValueError: invalid literal ...")


def test_a_command_is_run_and_compared(page):
    assert page("console", "$ cofactor data list\ntastes\n...") == 1
    with pytest.raises(AssertionError, match="is said to give\nnothing"):
        page("console", "$ cofactor data list\nnothing")


def test_a_command_that_fails_fails_unless_its_message_is_shown(page):
    assert page("console", "$ cofactor data describe nowhere.csv\ncofactor: ...") == 1
    with pytest.raises(AssertionError, match=r"nowhere\.csv"):
        page("console", "$ cofactor data describe nowhere.csv")
