"""The Python of docs/lists.md runs, block by block, as it is printed."""

import re
import warnings
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[1] / "docs" / "lists.md"


def blocks(text: str) -> list[str]:
    """The blocks of Python of a page."""
    return re.findall(r"^```python\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Where the page's files are written."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_block_of_the_page_runs_after_those_before_it(folder):
    names, found = {}, blocks(PAGE.read_text("utf-8"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a list may come out short
        for block in found:
            exec(compile(block, str(PAGE), "exec"), names)
    assert len(found) > 5
