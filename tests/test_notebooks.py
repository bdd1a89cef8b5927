"""The notebooks of docs/ run from end to end, and what is stored in them was run."""

import os
from pathlib import Path

import numpy as np
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
UNANSWERED = "11 questions that only people can answer are not answered."  # at the foot of the model's card


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


@pytest.mark.notebook
def test_the_lecture_runs_without_any_data_at_hand(kernel):
    shown = run(LECTURE)
    assert "54,303 ratings" in shown
    assert [one for one in OF_ANY_DATA if one not in shown] == []
    assert UNANSWERED in shown


@pytest.mark.notebook
def test_the_workshop_runs_without_any_data_at_hand(kernel):
    shown = run(WORKSHOP)
    assert "Rendle et al. 2020" in shown
    assert "rmse: dot product is ahead of all others, beyond the noise." in shown
    assert "Not fitted on these training ratings" not in shown  # what was tuned is fitted anew


@pytest.mark.notebook
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
    assert [output.text for cell in cells for output in cell.outputs if output.get("name") == "stderr"] == []
    shown = "\n".join(str(output) for cell in cells for output in cell.outputs)
    assert known in shown
    assert not any(ending in shown for ending in (", The (", "100,000 ratings"))  # how MovieLens writes titles


def cells_of(notebook: Path) -> list:
    return nbformat.read(notebook, as_version=4).cells


@pytest.mark.parametrize("notebook", [LECTURE, WORKSHOP])
def test_each_cell_is_short_and_follows_a_paragraph(notebook):
    cells = cells_of(notebook)
    code = [at for at, cell in enumerate(cells) if cell.cell_type == "code"]
    assert [cells[at].source for at in code if cells[at - 1].cell_type != "markdown"] == []
    assert [cells[at].source for at in code if len(cells[at].source.splitlines()) > 15] == []


@pytest.mark.parametrize(("notebook", "asked"), [(LECTURE, [1] * 11), (WORKSHOP, [1] * 4 + [0])])
def test_each_part_ends_in_a_question_with_a_hidden_answer(notebook, asked):
    """The last part of the workshop gathers what was found, and asks nothing."""
    text = "".join(cell.source + "\n" for cell in cells_of(notebook) if cell.cell_type == "markdown")
    numbered = [part for part in text.split("\n## ") if part[0].isdigit()]
    assert [part.split(".")[0] for part in numbered] == [str(n) for n in range(1, len(asked) + 1)]
    assert [part.count("<details><summary>Answer</summary>") for part in numbered] == asked


def printed_by(text: str, capsys, **planted) -> str:
    """What the workshop's cell with this text prints where these are its figures, as one line."""
    sources = [cell.source for cell in cells_of(WORKSHOP) if cell.cell_type == "code"]
    tools = [one for one in sources if "import textwrap" in one or "def say(" in one or "def in_words(" in one]
    names: dict = {}
    (cell,) = (one for one in sources if text in one)
    with pytest.importorskip("matplotlib").rc_context():  # the tools set how pictures look
        exec("\n".join(tools), names)
        exec(cell, names | planted)
    return " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    ("of_dot", "of_net", "words"),
    [
        (0.5, 0.2, "beyond the noise. So the dot product's neighbours depend less on the seed."),
        (0.2, 0.5, "beyond the noise. So the network's neighbours depend less on the seed."),
        (0.5, 0.49, "inside the noise: this run cannot tell."),
    ],
)
def test_the_workshop_says_of_neighbours_what_the_interval_holds(of_dot, of_net, words, capsys):
    kept = {"dot": of_dot + np.linspace(-0.2, 0.2, 100), "net": np.full(100, of_net), "each": np.full(100, 0.1)}
    assert printed_by("neighbours depend less", capsys, kept=kept, by_chance=0.05).endswith(words)


@pytest.mark.parametrize(
    ("gaps", "words"),
    [
        ([0.3, 0.1, -0.1], "So the network gains more from all ratings than the other, step by step."),
        ([-0.3, -0.1, 0.1], "So the dot product gains more from all ratings than the other, step by step."),
        ([-0.3, 0.4, 0.1], "but not step by step: look at the middle before you draw a line."),
        ([0.3, 0.3, 0.29], "inside the noise: this run cannot tell."),
    ],
)
def test_the_workshop_says_of_more_ratings_what_the_interval_holds(gaps, words, capsys):
    noise = np.linspace(-0.05, 0.05, 100)
    drawn = [gap + sign * noise for gap, sign in zip(gaps, (1, 1, -1), strict=True)]
    shown = printed_by("gains more from all ratings", capsys, sizes=[10, 100, 1000], gaps=gaps, gaps_drawn=drawn)
    assert shown.endswith(words)


def test_the_stored_lecture_is_small_enough_to_be_opened_in_a_browser():
    assert LECTURE.stat().st_size < 1_500_000
