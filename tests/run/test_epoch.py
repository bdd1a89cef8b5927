"""A training's history is a list of its epochs, and shows itself as a table."""

import cofactor as cf
from cofactor.run.epoch import Epoch, Epochs


def test_a_history_is_shown_with_a_row_for_each_epoch():
    history = Epochs([Epoch(0, 1.5, 2.0, 0.251, (1.5,), {"ndcg@10": 0.25}), Epoch(1, 1.0, 1.75, 0.25, (1.0,))])
    assert str(history).splitlines() == [
        "epoch  train_loss  valid_loss   ndcg@10  seconds",
        "0        1.500000    2.000000  0.250000     0.25",
        "1        1.000000    1.750000         –     0.25",
    ]
    assert history._repr_html_().count("<tr>") == 3
    assert history[1:] == [history[1]]


def test_where_nothing_was_held_out_there_is_no_column_for_it(checkerboard):
    history = cf.MatrixFactorization(n_factors=2, n_epochs=2).fit(checkerboard, progress=False).history_
    assert isinstance(history, Epochs)
    assert history.sheet().header == ("epoch", "train_loss", "seconds")
    assert [row[0] for row in history.sheet().rows] == ["0", "1"]


def test_a_training_that_was_over_says_so():
    assert str(Epochs()) == "No epoch was run."
