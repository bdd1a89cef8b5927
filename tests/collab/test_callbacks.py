"""The course's own callbacks, with its arguments, its files and what it prints."""

import pytest

from cofactor.collab import *
from cofactor.errors import BadOption


@pytest.fixture
def learn(dls, tmp_path):
    set_seed(0)
    return collab_learner(dls, n_factors=4, y_range=(0, 5.5), path=tmp_path, metrics=[rmse, mae])


def column(learn, name):
    return [row[learn.recorder.metric_names[1:-1].index(name)] for row in learn.recorder.values]


@pytest.mark.parametrize("monitor", ["valid_loss", "_rmse", "mae"])
def test_the_best_epoch_is_kept_by_any_column(learn, monitor, capsys):
    learn.fit(6, 0.3, wd=0.0, cbs=SaveModelCallback(monitor=monitor))
    best = min(column(learn, monitor))
    assert learn.validate()[learn.recorder.metric_names[1:-1].index(monitor) - 1] == pytest.approx(best, rel=1e-5)
    assert f"with {monitor} value: {best}." in capsys.readouterr().out


def test_higher_may_be_better(learn):
    learn.fit(4, 0.3, wd=0.0, cbs=SaveModelCallback(comp=np.greater))
    assert learn.validate()[0] == pytest.approx(max(column(learn, "valid_loss")), rel=1e-5)
    assert SaveModelCallback(monitor="pearsonr")._watch.better == "higher"
    with pytest.raises(BadOption, match=r"comp is 'lower' or np\.less"):
        SaveModelCallback(comp=np.add)


def test_every_epoch_may_be_kept(learn, tmp_path):
    learn.fit(4, 1e-2, cbs=SaveModelCallback(every_epoch=2, fname="stage"))
    assert (tmp_path / "models").ls().map(lambda file: file.stem) == ["stage_0", "stage_2"]


def test_the_last_model_may_be_kept(learn, tmp_path):
    learn.fit(3, 0.3, wd=0.0, cbs=SaveModelCallback(at_end=True))
    at_the_end = learn.model.i_weight.weight.clone()
    learn.load("model")
    test_eq(learn.model.i_weight.weight, at_the_end)


def test_the_optimisers_memory_may_be_kept_with_the_model(learn):
    learn.fit(2, 1e-2, cbs=SaveModelCallback(with_opt=True))
    assert learn.load("model").opt is not None


def test_training_stops_where_nothing_improves(learn, capsys):
    learn.fit(10, 1e-9, cbs=EarlyStoppingCallback(min_delta=1.0, patience=2))
    assert len(learn.recorder.values) == 3
    assert "No improvement since epoch 0: early stopping" in capsys.readouterr().out


def test_what_earlier_fits_reached_may_count(learn):
    watch = EarlyStoppingCallback(min_delta=1.0, reset_on_fit=False)
    learn.fit(1, 1e-9, cbs=watch)
    learn.fit(5, 1e-9, cbs=watch)
    assert len(learn.recorder.values) == 1


def test_the_rate_is_lowered_where_nothing_improves(learn, capsys):
    learn.fit(4, 1e-2, cbs=ReduceLROnPlateau(min_delta=1, patience=2, factor=2, min_lr=4e-3))
    n_steps = len(learn.dls.train)
    assert learn.recorder.lrs[::n_steps] == [1e-2, 1e-2, 1e-2, 5e-3]
    assert "Epoch 2: reducing lr to 0.005" in capsys.readouterr().out


def test_the_rate_is_not_lowered_below_the_least(learn):
    learn.fit(4, 1e-2, cbs=ReduceLROnPlateau(min_delta=1, factor=2, min_lr=4e-3))
    assert learn.recorder.lrs[-1] == 4e-3


def test_the_table_is_written_to_a_file(learn, tmp_path):
    logger = CSVLogger()
    learn.fit(2, 1e-2, cbs=logger)
    head, *lines = (tmp_path / "history.csv").read_text().splitlines()
    assert head == "epoch,train_loss,valid_loss,_rmse,mae,time"
    assert [line.split(",")[0] for line in lines] == ["0", "1"]
    assert logger.read_log()["_rmse"].tolist() == column(learn, "_rmse")


def test_a_file_may_be_gone_on_with(learn, tmp_path):
    for append in (False, False, True):
        learn.fit(1, 1e-2, cbs=CSVLogger(fname="log.csv", append=append))
    assert len((tmp_path / "log.csv").read_text().splitlines()) == 2 * (1 + 1)


def test_losses_are_drawn_once_training_has_ended(learn):
    graph = ShowGraphCallback()
    learn.fit(3, 1e-2, cbs=graph)
    train, held_out = graph.axes.lines
    assert len(train.get_ydata()) == len(learn.recorder.losses)
    assert held_out.get_ydata().tolist() == column(learn, "valid_loss")


def test_losses_are_drawn_after_every_epoch_in_a_notebook(learn, monkeypatch):
    monkeypatch.setattr("cofactor.collab.loggers.in_notebook", lambda: True)
    shown = []

    class Handle:
        update = shown.append

    monkeypatch.setattr("IPython.display.display", lambda figure, **_: shown.append(figure) or Handle)
    learn.fit(3, 1e-2, cbs=ShowGraphCallback())
    assert len(shown) == 3


def test_a_column_that_is_not_measured_cannot_be_watched(table, tmp_path):
    learn = collab_learner(CollabDataLoaders.from_df(table, valid_pct=0, bs=16), metrics=rmse, path=tmp_path)
    for monitor in ("valid_loss", "_rmse"):
        with pytest.raises(BadOption, match="not measured without validation ratings"):
            learn.fit(1, cbs=EarlyStoppingCallback(monitor=monitor))
