"""Ctrl-C while a model learns."""

import signal
import threading
from dataclasses import replace

import numpy as np
import pytest

import cofactor as cf
from cofactor.cli import main
from cofactor.errors import ComparisonStopped, Interrupted, SearchStopped
from cofactor.run.run import Run
from cofactor.training.engines.explicit_als import AlternatingLeastSquares
from cofactor.training.engines.fused import FusedAdam, TiledSgd

ENGINES = {  # with a y_range nothing is trained beforehand
    FusedAdam: cf.MatrixFactorization(solver="adam", n_factors=4, schedule="constant", y_range=(0, 6)),
    TiledSgd: cf.MatrixFactorization(solver="sgd", n_factors=4, schedule="constant", y_range=(0, 6)),
    AlternatingLeastSquares: cf.ExplicitALS(n_factors=4),
}


def press_ctrl_c() -> None:
    signal.raise_signal(signal.SIGINT)


@pytest.mark.parametrize("engine", ENGINES)
def test_the_epoch_at_hand_is_finished_and_the_model_can_be_saved(engine, checkerboard, monkeypatch, tmp_path):
    three = replace(ENGINES[engine], n_epochs=3).fit(checkerboard, progress=False)
    run = engine.run

    def interrupted(one, epoch, start, end):
        if (epoch, start) == (2, 1):  # not at an epoch's beginning
            press_ctrl_c()
        return run(one, epoch, start, end)

    monkeypatch.setattr(engine, "run", interrupted)
    with pytest.warns(Interrupted, match="after 3 of 50 epochs"):
        cut = replace(ENGINES[engine], n_epochs=50).fit(checkerboard, progress=False)
    again = cf.open(cut.save(tmp_path / "cut.cofactor"))
    np.testing.assert_array_equal(again.score_users(np.arange(4)), three.score_users(np.arange(4)))


def test_factors_have_nothing_to_keep_before_the_share_that_helps_is_known(checkerboard, monkeypatch):
    run = FusedAdam.run

    def interrupted(engine, epoch, start, end):
        press_ctrl_c()
        return run(engine, epoch, start, end)

    monkeypatch.setattr(FusedAdam, "run", interrupted)
    with pytest.raises(KeyboardInterrupt):
        cf.MatrixFactorization(n_factors=4, n_epochs=3).fit(checkerboard, progress=False)


def test_a_second_ctrl_c_stops_at_once(capsys):
    sweeps = Run().sweeps(9)
    assert next(sweeps) == 0
    press_ctrl_c()
    with pytest.raises(KeyboardInterrupt):
        press_ctrl_c()
    assert "finishing sweep 1 of 9; ctrl-C again stops at once" in capsys.readouterr().err


def test_ctrl_c_is_what_it_was_once_the_loop_is_left():
    for _ in Run().sweeps(9):
        assert signal.getsignal(signal.SIGINT) is not signal.default_int_handler
        break
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_ctrl_c_is_what_it_was_after_an_error():
    def fail():
        for _ in Run().sweeps(9):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_program_that_handles_ctrl_c_itself_goes_on_doing_so():
    heard = []
    before = signal.signal(signal.SIGINT, lambda *_: heard.append("ctrl-C"))
    try:
        for _ in Run().sweeps(3):
            press_ctrl_c()
    finally:
        signal.signal(signal.SIGINT, before)
    assert heard == ["ctrl-C"] * 3


def test_a_thread_may_train_too():
    seen = []
    thread = threading.Thread(target=lambda: seen.extend(Run().sweeps(3)))
    thread.start()
    thread.join()
    assert seen == [0, 1, 2]


# --- work of several parts ---------------------------------------------------------------------------------------


@pytest.fixture
def ctrl_c_in_fit(monkeypatch):
    """ctrl_c_in_fit(3): ctrl-C comes in the second sweep of the third ALS that is trained from then on."""

    def press_in(which: int) -> None:
        begin, run, begun = AlternatingLeastSquares.__init__, AlternatingLeastSquares.run, []

        def count(engine, *arguments):
            begun.append(engine)
            begin(engine, *arguments)

        def press(engine, epoch, start, end):
            if len(begun) == which and (epoch, start) == (1, 0):
                press_ctrl_c()
            return run(engine, epoch, start, end)

        monkeypatch.setattr(AlternatingLeastSquares, "__init__", count)
        monkeypatch.setattr(AlternatingLeastSquares, "run", press)

    return press_in


def test_a_model_that_was_interrupted_says_so_in_its_notes_and_after_another_fit_no_more(checkerboard, ctrl_c_in_fit):
    ctrl_c_in_fit(1)
    model = cf.ExplicitALS(n_factors=2, n_epochs=9)
    with pytest.warns(Interrupted):
        model.fit(checkerboard, progress=False)
    assert any("Interrupted after 2 of 9 epochs" in note for note in model.notes())
    assert not any("Interrupted" in note for note in model.fit(checkerboard, progress=False).notes())


def test_ctrl_c_in_the_last_sweep_leaves_nothing_out(checkerboard, ctrl_c_in_fit):
    ctrl_c_in_fit(1)
    whole = cf.ExplicitALS(n_factors=2, n_epochs=2).fit(checkerboard, progress=False)
    assert not any("Interrupted" in note for note in whole.notes())


def test_a_comparison_is_of_the_models_that_were_trained_to_their_end(checkerboard, ctrl_c_in_fit):
    train, test = cf.split(checkerboard, test=0.3, by="user", seed=0)
    models = {"bias": cf.Bias(), "popularity": cf.Popularity(), "als": cf.ExplicitALS(n_factors=2), "ease": cf.EASE()}
    ctrl_c_in_fit(1)
    with pytest.warns(ComparisonStopped, match="als, ease were not compared"):
        found = cf.compare(models, train, test, n_bootstrap=200, progress=False)
    assert list(found.evaluations) == ["bias", "popularity"]
    assert (found.left_out, "als, ease were not compared" in str(found)) == (("als", "ease"), True)
    assert "Bonferroni over 1 other)" in str(found)


def test_a_comparison_of_fewer_than_two_is_none(checkerboard, ctrl_c_in_fit):
    train, test = cf.split(checkerboard, test=0.3, by="user", seed=0)
    ctrl_c_in_fit(1)
    with pytest.raises(KeyboardInterrupt):
        cf.compare([cf.Bias(), cf.ExplicitALS(n_factors=2)], train, test, progress=False)


def test_a_blend_keeps_the_trial_of_a_member_that_was_not_trained_again_to_its_end(checkerboard, ctrl_c_in_fit):
    blend = cf.Blend(("bias", cf.ExplicitALS(n_factors=2, n_epochs=9)))
    ctrl_c_in_fit(2)  # the first is that of the trial
    with pytest.warns(Interrupted, match="1 of 2 members"):
        blend.fit(checkerboard, progress=False)
    bias, als = blend.fitted
    assert (len(als.history_), als.ratings, bias.ratings) == (9, checkerboard, checkerboard)
    assert "Interrupted after 1 of 2 members" in blend.notes()[0]


def test_a_member_that_ctrl_c_left_whole_in_its_last_sweep_is_counted_as_done(checkerboard, ctrl_c_in_fit):
    blend = cf.Blend((cf.ExplicitALS(n_factors=2, n_epochs=2), "bias"))
    ctrl_c_in_fit(2)  # the first is that of the trial
    with pytest.warns(Interrupted, match="after 1 of 2 members"):
        blend.fit(checkerboard, progress=False)


def test_a_blend_has_nothing_to_keep_before_its_weights_are_known(checkerboard, ctrl_c_in_fit):
    ctrl_c_in_fit(1)
    with pytest.raises(KeyboardInterrupt):
        cf.Blend((cf.ExplicitALS(n_factors=2), "bias")).fit(checkerboard, progress=False)


def test_a_choice_is_made_among_what_was_tried(checkerboard, monkeypatch):
    fit = cf.ExplicitALS._fit

    def press(model, train, run):
        press_ctrl_c()
        fit(model, train, run)

    monkeypatch.setattr(cf.ExplicitALS, "_fit", press)
    with pytest.warns(SearchStopped, match="after 3 trials"):
        choice = cf.auto(checkerboard, progress=False)
    assert {type(one).__name__ for one in choice.model.fitted} <= {"Popularity", "EASE", "Bias"}
    assert "Ctrl-C ended the trials" in choice.why[-1]


def test_the_command_line_keeps_what_was_interrupted_and_exits_with_130(tmp_path, ctrl_c_in_fit, capsys):
    table, folder = tmp_path / "ratings.csv", tmp_path / "mine.cofactor"
    table.write_text("user,item,rating\n" + "\n".join(f"{u},{i},{1 + (u + i) % 5}" for u in range(6) for i in range(6)))
    ctrl_c_in_fit(1)
    assert main(["fit", str(table), "--out", str(folder), "--model", "explicit_als", "--n-epochs", "50"]) == 130
    assert "Interrupted after 2 of 50 epochs" in capsys.readouterr().out
    assert cf.open(folder).predict(1, 1) > 0
