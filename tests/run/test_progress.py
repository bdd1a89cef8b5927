"""What is shown while a model trains."""

from types import SimpleNamespace

from cofactor.run.epoch import Epoch
from cofactor.run.progress import _Notebook


def rows_shown(n_epochs: int) -> int:
    table = _Notebook(n_epochs)
    table._handle, table._html = SimpleNamespace(update=lambda _: None), str
    for number in range(n_epochs):
        table.epoch(Epoch(number, 1.0, None, 0.1, ()))
    return len(table._rows)


def test_a_notebook_shows_every_epoch_and_of_hundreds_some():
    assert [rows_shown(n) for n in (5, 100, 230)] == [5, 100, 76]
