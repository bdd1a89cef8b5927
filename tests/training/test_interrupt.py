"""Ctrl-C while a model learns."""

import signal
import threading

import numpy as np
import pytest

import cofactor as cf
from cofactor.errors import Interrupted
from cofactor.training.als import AlternatingLeastSquares
from cofactor.training.fused import FusedAdam, TiledSgd
from cofactor.training.interrupt import until_interrupted

ENGINES = {"adam": FusedAdam, "sgd": TiledSgd, "als": AlternatingLeastSquares}


def press_ctrl_c() -> None:
    signal.raise_signal(signal.SIGINT)


@pytest.mark.parametrize("solver", ENGINES)
def test_the_epoch_at_hand_is_finished_and_the_model_can_be_saved(solver, checkerboard, monkeypatch, tmp_path):
    options = {"solver": solver, "n_factors": 4, "schedule": "constant"}
    three = cf.MatrixFactorization(**options, n_epochs=3).fit(checkerboard, progress=False)
    run = ENGINES[solver].run

    def interrupted(engine, epoch, start, end):
        if (epoch, start) == (2, 1):  # not at an epoch's beginning
            press_ctrl_c()
        return run(engine, epoch, start, end)

    monkeypatch.setattr(ENGINES[solver], "run", interrupted)
    with pytest.warns(Interrupted, match="after 3 of 50 epochs"):
        cut = cf.MatrixFactorization(**options, n_epochs=50).fit(checkerboard, progress=False)
    again = cf.open(cut.save(tmp_path / "cut.cofactor"))
    np.testing.assert_array_equal(again._score(np.arange(4)), three._score(np.arange(4)))


def test_a_second_ctrl_c_stops_at_once(capsys):
    sweeps = until_interrupted(range(9))
    assert next(sweeps) == 0
    press_ctrl_c()
    with pytest.raises(KeyboardInterrupt):
        press_ctrl_c()
    assert "finishing sweep 1 of 9; ctrl-C again stops at once" in capsys.readouterr().err


def test_ctrl_c_is_what_it_was_once_the_loop_is_left():
    for _ in until_interrupted(range(9)):
        assert signal.getsignal(signal.SIGINT) is not signal.default_int_handler
        break
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_ctrl_c_is_what_it_was_after_an_error():
    def fail():
        for _ in until_interrupted(range(9)):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_program_that_handles_ctrl_c_itself_goes_on_doing_so():
    heard = []
    before = signal.signal(signal.SIGINT, lambda *_: heard.append("ctrl-C"))
    try:
        for _ in until_interrupted(range(3)):
            press_ctrl_c()
    finally:
        signal.signal(signal.SIGINT, before)
    assert heard == ["ctrl-C"] * 3


def test_a_thread_may_train_too():
    seen = []
    thread = threading.Thread(target=lambda: seen.extend(until_interrupted(range(3))))
    thread.start()
    thread.join()
    assert seen == [0, 1, 2]
