"""The notebooks of docs/ run from end to end, and what is stored in them was run."""

import os
from pathlib import Path

import pytest

nbformat = pytest.importorskip("nbformat")
NotebookClient = pytest.importorskip("nbclient").NotebookClient

DOCS = Path(__file__).parents[1] / "docs"
LECTURE, WORKSHOP = DOCS / "lecture.ipynb", DOCS / "workshop.ipynb"


def run(notebook: Path) -> str:
    """Everything the cells printed and showed as text; a failing cell raises, and nothing may warn."""
    book = nbformat.read(notebook, as_version=4)
    NotebookClient(book, timeout=300, kernel_name="python3").execute()
    outputs = [output for cell in book.cells if cell.cell_type == "code" for output in cell.outputs]
    assert [output.text for output in outputs if output.get("name") == "stderr"] == []
    return "\n".join(output.get("text") or output.get("data", {}).get("text/plain", "") for output in outputs)


@pytest.fixture
def kernel(monkeypatch, tmp_path):
    """Kernels start in this environment, with an empty cache and no data."""
    monkeypatch.setenv("COFACTOR_CACHE", str(tmp_path))
    monkeypatch.delenv("COFACTOR_DATA", raising=False)
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    return monkeypatch


@pytest.mark.slow
def test_the_lecture_runs_without_any_data_at_hand(kernel):
    assert "54,303 ratings" in run(LECTURE)


@pytest.mark.slow
def test_the_workshop_runs_without_any_data_at_hand(kernel):
    shown = run(WORKSHOP)
    assert "Rendle et al. 2020" in shown
    assert "rmse: best is dot product" in shown


@pytest.mark.slow
@pytest.mark.realdata
def test_the_lecture_runs_on_movielens(data_folder, kernel):
    kernel.setenv("COFACTOR_DATA", os.fspath(data_folder.resolve()))
    assert "100,000 ratings in 1,569,152 cells" in run(LECTURE)


@pytest.mark.parametrize(("notebook", "known"), [(LECTURE, "54,303 ratings"), (WORKSHOP, "43,443 ratings")])
def test_what_is_stored_was_run_in_order_and_holds_no_movielens_ratings(notebook, known):
    book = nbformat.read(notebook, as_version=4)
    cells = [cell for cell in book.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    shown = "\n".join(str(output) for cell in cells for output in cell.outputs)
    assert known in shown
    assert not any(ending in shown for ending in (", The (", "100,000 ratings"))  # how MovieLens writes titles
