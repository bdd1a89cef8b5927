"""The lecture's code cells as they were given to the class, but for the import lines; read at test time.

They lie in the folder that COFACTOR_LECTURE names, or in `lecture-cells` beside COFACTOR_DATA.
"""

import os
from pathlib import Path

import pytest

from cofactor.collab import *
from cofactor.collab.categories import NoSuchColumn

pytestmark = [pytest.mark.realdata, pytest.mark.slow]

LOAD, DATALOADERS, TRAIN, INTERPRET, NEURAL = range(1, 6)
ORDERS = {
    "the lecture's": [LOAD, DATALOADERS, TRAIN, INTERPRET, NEURAL],
    "the network first": [LOAD, DATALOADERS, NEURAL, TRAIN, INTERPRET],
    "trained twice": [LOAD, DATALOADERS, TRAIN, TRAIN, INTERPRET, INTERPRET, NEURAL],
    "from the top again": [LOAD, DATALOADERS, TRAIN, NEURAL, LOAD, DATALOADERS, TRAIN, INTERPRET],
}  # fmt: skip


@pytest.fixture(scope="module")
def cells(data_folder) -> dict[int, str]:
    folder = Path(os.environ.get("COFACTOR_LECTURE", data_folder.parent / "lecture-cells"))
    files = sorted(folder.glob("*.py"))
    if len(files) != len(ORDERS["the lecture's"]):
        pytest.skip(f"{folder} does not hold the lecture's cells")
    return {number: with_our_import(file.read_text("utf-8")) for number, file in enumerate(files, start=1)}


def with_our_import(cell: str) -> str:
    ours = ("from cofactor.collab import *" if line.startswith("from fastai") else line for line in cell.splitlines())
    return "\n".join(ours)


def run(cell: int, cells: dict[int, str], names: dict) -> None:
    """The one cell with a misnomer warns of it."""
    if cell == NEURAL:
        with pytest.warns(UserWarning, match="'userId' and 'movieId', but the columns are 'user' and 'movie'"):
            exec(cells[cell], names)
    else:
        exec(cells[cell], names)


@pytest.mark.parametrize("order", ORDERS)
def test_the_cells_run_in_any_order_a_class_would_try(order, cells):
    """All but the last lines of one: they ask for titles, which its own table does not have, in the original either."""
    names: dict = {}
    for cell in ORDERS[order]:
        if cell == INTERPRET:
            with pytest.raises(NoSuchColumn, match="item_name='title'"):
                run(cell, cells, names)
            assert len(names["idxs"]) == len(names["dls"].classes["movie"])
        else:
            run(cell, cells, names)
    assert names["learn"].recorder.values[-1][1] < 0.95
    assert names["learn_nn"].model.embeds[1].embedding_dim == 50


def test_titles_are_found_once_they_are_merged(cells):
    names: dict = {}
    exec(cells[LOAD], names)
    columns = dict(delimiter="|", encoding="latin-1", header=None, usecols=(0, 1), names=("movie", "title"))
    names["ratings"] = names["ratings"].merge(pd.read_csv(names["path"] / "u.item", **columns))
    exec(cells[DATALOADERS].replace("item_name='movie'", "item_name='title'"), names)
    exec(cells[TRAIN], names)
    exec(cells[INTERPRET], names)
    assert isinstance(names["learn"].dls.classes["title"][names["idxs"][0]], str)


def test_the_sample_does_where_the_whole_data_set_is_not_at_hand(cells, monkeypatch, tmp_path):
    monkeypatch.delenv("COFACTOR_DATA")
    monkeypatch.setenv("COFACTOR_CACHE", str(tmp_path))
    lines = [line for line in cells[LOAD].splitlines() if "URLs.ML_100k" not in line]
    names: dict = {}
    exec("\n".join(lines), names)
    exec(cells[DATALOADERS], names)
    exec(cells[TRAIN], names)
    assert names["learn"].dls.classes["user"].o2i[names["ratings"]["user"][0]] > 0
