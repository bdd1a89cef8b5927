"""The notebooks of docs/ run from end to end, and what is stored in them was run."""

import os
from pathlib import Path

import pytest

from cofactor.cache import cache_folder, write_whole

nbformat = pytest.importorskip("nbformat")
NotebookClient = pytest.importorskip("nbclient").NotebookClient

DOCS = Path(__file__).parents[1] / "docs"
CODE = "machine-code"  # its folder in a cache
LECTURE, WORKSHOP = DOCS / "lecture.ipynb", DOCS / "workshop.ipynb"
OF_ANY_DATA = [  # what the lecture works out of its own figures
    "3 trillion, as the slide says", "50 of 15,000 fill 0.33% of a row and leave 99.67% of it empty",
    "75,000 numbers", "+0.56 -0.15 +0.54 = 0.95", "Five times that is 4.75", "it is 3.97", "all the same: True",
]  # fmt: skip
CARD = ["objective", "learned from", "who is shown", "who is not", "privacy", "not measured", "who answers for it"]


def run(notebook: Path) -> str:
    """Everything the cells printed and showed as text; a failing cell raises, and nothing may warn."""
    book = nbformat.read(notebook, as_version=4)
    NotebookClient(book, timeout=300, kernel_name="python3").execute()
    outputs = [output for cell in book.cells if cell.cell_type == "code" for output in cell.outputs]
    assert [output.text for output in outputs if output.get("name") == "stderr"] == []
    return "\n".join(output.get("text") or output.get("data", {}).get("text/plain", "") for output in outputs)


@pytest.fixture
def kernel(monkeypatch, tmp_path):
    """Kernels start in this environment, with no data at hand; of the suite's cache they have the machine code alone.

    What a notebook adds to it is kept: to compile all of it for each took half of their time.
    """
    suite = cache_folder()
    kept, own = suite and suite / CODE, tmp_path / CODE
    if kept:
        _add_files(kept, own)
    monkeypatch.setenv("COFACTOR_CACHE", str(tmp_path))
    monkeypatch.delenv("COFACTOR_DATA", raising=False)
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    yield monkeypatch
    if kept:
        _add_files(own, kept)


def _add_files(source: Path, target: Path) -> None:
    """Copy what the target lacks; a file's name holds the hash of all that shapes it."""
    for file in source.glob("*.o"):
        if not (target / file.name).exists():
            write_whole(target / file.name, file.read_bytes())


@pytest.mark.slow
def test_the_lecture_runs_without_any_data_at_hand(kernel):
    shown = run(LECTURE)
    assert "54,303 ratings" in shown
    assert [one for one in OF_ANY_DATA if one not in shown] == []
    assert [one for one in CARD if f"\n{one} " not in shown] == []


@pytest.mark.slow
def test_the_workshop_runs_without_any_data_at_hand(kernel):
    shown = run(WORKSHOP)
    assert "Rendle et al. 2020" in shown
    assert "rmse: best is dot product" in shown


@pytest.mark.slow
@pytest.mark.realdata
def test_the_lecture_runs_on_movielens(data_folder, kernel):
    kernel.setenv("COFACTOR_DATA", os.fspath(data_folder.resolve()))
    shown = run(LECTURE)
    assert "100,000 ratings in 1,586,126 cells" in shown
    assert [one for one in OF_ANY_DATA if one not in shown] == []
    assert "The harshest: user 181" in shown
    assert "The most generous: user 907" in shown
    assert "The network is behind the dot product" in shown


@pytest.mark.parametrize(
    ("notebook", "known"), [(LECTURE, "54,303 ratings"), (WORKSHOP, "ratings                    43,443")]
)
def test_what_is_stored_was_run_in_order_and_holds_no_movielens_ratings(notebook, known):
    book = nbformat.read(notebook, as_version=4)
    cells = [cell for cell in book.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    shown = "\n".join(str(output) for cell in cells for output in cell.outputs)
    assert known in shown
    assert not any(ending in shown for ending in (", The (", "100,000 ratings"))  # how MovieLens writes titles


def cells_of_the_lecture() -> list:
    return nbformat.read(LECTURE, as_version=4).cells


def test_each_cell_of_the_lecture_is_short_and_follows_a_paragraph():
    cells = cells_of_the_lecture()
    code = [at for at, cell in enumerate(cells) if cell.cell_type == "code"]
    assert [cells[at].source for at in code if cells[at - 1].cell_type != "markdown"] == []
    assert [cells[at].source for at in code if len(cells[at].source.splitlines()) > 15] == []


def test_each_part_of_the_lecture_ends_in_a_question_with_a_hidden_answer():
    parts = "".join(cell.source + "\n" for cell in cells_of_the_lecture() if cell.cell_type == "markdown").split(
        "\n## "
    )
    numbered = [part for part in parts if part[0].isdigit()]
    assert [part.split(".")[0] for part in numbered] == [str(n) for n in range(1, 12)]
    assert [part.count("<details><summary>Answer</summary>") for part in numbered] == [1] * 11


def test_the_stored_lecture_is_small_enough_to_be_opened_in_a_browser():
    assert LECTURE.stat().st_size < 1_500_000
