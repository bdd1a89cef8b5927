"""The loop, the finder, stopping, and going on after a kill."""

import os
import signal
import subprocess
import sys

import numpy as np
import pytest

import cofactor as cf
from cofactor.errors import BadCheckpoint, BadOption, Diverged
from cofactor.run.epoch import Epoch
from cofactor.run.run import Run
from cofactor.run.stopping import EarlyStopping
from cofactor.training.lr_find import valley
from small_tables import random_ratings


def small(**options) -> cf.MatrixFactorization:
    return cf.MatrixFactorization(**{"n_factors": 4, "n_epochs": 6, "y_range": (0.5, 5.5)} | options)


def test_the_history_has_a_loss_for_every_epoch_and_step(checkerboard):
    model = small(batch_size=33).fit(checkerboard, validation=checkerboard, progress=False)
    assert [epoch.number for epoch in model.history_] == list(range(6))
    assert all(len(epoch.losses) == 4 for epoch in model.history_)
    assert model.history_[-1].valid_loss < model.history_[0].valid_loss


class Watcher:
    """A place to show training, which keeps what it is shown."""

    def __init__(self) -> None:
        self.steps: list[tuple[int, float, float]] = []
        self.epochs: list[Epoch] = []

    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass

    def step(self, number, done, loss):
        self.steps.append((number, done, loss))

    def epoch(self, epoch):
        self.epochs.append(epoch)


@pytest.mark.parametrize(
    ("model", "shares"),
    [
        (small(batch_size=33, n_epochs=2), [0.25, 0.5, 0.75, 1]),
        (cf.BayesianMF(n_factors=2, n_burn_in=1, n_draws=2), [1]),
    ],
    ids=["four steps an epoch", "sweeps"],
)
def test_the_share_of_the_epoch_that_is_done_and_its_mean_loss_so_far_are_shown(
    model, shares, checkerboard, monkeypatch
):
    watcher = Watcher()
    monkeypatch.setattr(Run, "shown", lambda *_: watcher)
    model.fit(checkerboard)
    assert watcher.epochs == model.history_
    assert [step[:2] for step in watcher.steps] == [(epoch.number, x) for epoch in watcher.epochs for x in shares]
    means = [np.mean(epoch.losses[:n]) for epoch in watcher.epochs for n, _ in enumerate(shares, 1)]
    assert [loss for _, _, loss in watcher.steps] == pytest.approx(means)


def test_a_loss_that_leaves_the_finite_numbers_stops_training_with_advice(checkerboard):
    with pytest.raises(Diverged, match="Lower learning_rate"):
        small(y_range=None, solver="sgd", learning_rate=100.0, n_epochs=50).fit(checkerboard, progress=False)


def test_the_finder_suggests_a_rate_on_the_falling_side(tastes):
    found = small().lr_find(tastes)
    lowest = found.rates[20 + np.argmin(found.losses[20:])]  # the first losses are of single batches, and noisy
    assert 1e-4 < found.suggestion < lowest < found.rates[-1]


def test_the_finder_leaves_the_engine_as_it_was(tastes):
    from cofactor.training.lr_find import find_learning_rate

    engine = small()._engine(tastes)
    before = [part.copy() for part in engine.parameters]
    find_learning_rate(engine)
    for now, then in zip(engine.parameters, before, strict=True):
        np.testing.assert_array_equal(now, then)


def test_the_valley_lies_half_way_down_the_longest_fall():
    losses = np.array([5.0, 5.0, 4.0, 3.0, 2.0, 1.0, 0.5, 0.4, 9.0, 9.0])
    assert valley(np.arange(10.0), losses) == 3.0  # it falls from 0 to 7: a third is 2.3, a sixth 1.2


def test_early_stopping_keeps_the_best_epoch(tastes):
    train, valid = cf.split(tastes, test=0.2, seed=1)
    stopping = EarlyStopping(patience=2)
    model = small(n_factors=40, n_epochs=40, schedule="constant", weight_decay=0.0)
    model.fit(train, validation=valid, early_stopping=stopping, progress=False)
    assert len(model.history_) == stopping.best_epoch + 3 < 40
    error = model.score_pairs(valid.user_idx, valid.item_idx) - valid.values
    assert np.mean(error**2) == pytest.approx(stopping.best, rel=1e-4)


def test_early_stopping_watches_any_metric_of_the_model(checkerboard):
    seen = []

    def metric(model):
        seen.append(float(model.predict(0, 2)))
        return seen[-1]

    small().fit(checkerboard, early_stopping=EarlyStopping(2, metric, better="higher"), progress=False)
    assert len(seen) == np.argmax(seen) + 3


def test_early_stopping_by_the_validation_loss_needs_validation(checkerboard):
    with pytest.raises(BadOption, match="validation"):
        small().fit(checkerboard, early_stopping=EarlyStopping(), progress=False)


@pytest.mark.parametrize("options", [{}, {"solver": "sgd"}, {"engine": "torch"}])
def test_training_goes_on_from_a_checkpoint_bit_for_bit(options, checkerboard, tmp_path):
    if options.get("engine") == "torch":
        pytest.importorskip("torch")
    straight = small(**options).fit(checkerboard, progress=False)

    class Killed(Exception):
        pass

    def kill_in_epoch_3(model):
        if (tmp_path / "run").exists() and len(seen) == 3:
            raise Killed
        seen.append(model)
        return float(-len(seen))

    seen = []
    with pytest.raises(Killed):
        small(**options).fit(
            checkerboard, progress=False, checkpoint=tmp_path / "run",
            early_stopping=EarlyStopping(10, kill_in_epoch_3),
        )  # fmt: skip
    resumed = small(**options).fit(checkerboard, progress=False, checkpoint=tmp_path / "run")
    assert [epoch.number for epoch in resumed.history_] == [3, 4, 5]
    np.testing.assert_array_equal(resumed.user_factors_, straight.user_factors_)


def test_a_checkpoint_of_another_training_is_refused(checkerboard, tmp_path):
    small().fit(checkerboard, progress=False, checkpoint=tmp_path / "run")
    with pytest.raises(BadCheckpoint, match="n_factors: 4 there, 5 now"):
        small(n_factors=5).fit(checkerboard, progress=False, checkpoint=tmp_path / "run")


def test_a_file_that_is_no_checkpoint_is_refused(checkerboard, tmp_path):
    (tmp_path / "run").write_text("hello")
    with pytest.raises(BadCheckpoint, match="no checkpoint of ours"):
        small().fit(checkerboard, progress=False, checkpoint=tmp_path / "run")


KILLED = """
import sys, time, cofactor as cf
from cofactor.training.averaging import Averaging
run = Averaging.run
def wait_in_the_fourth_epoch(engine, epoch, start, end):
    losses = run(engine, epoch, start, end)
    if sys.argv[3:] and (epoch, start > 0) == (3, True):
        print("waiting", flush=True)
        time.sleep(600)  # until it is killed: how long the machine takes for that decides nothing
    return losses
Averaging.run = wait_in_the_fourth_epoch
model = cf.MatrixFactorization(n_factors=32, n_epochs=8, y_range=(0.5, 5.5), batch_size=32)
model.fit(cf.load("tastes"), progress=False, checkpoint=sys.argv[1])
model.save(sys.argv[2])
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL here")
def test_a_process_that_is_killed_goes_on_where_it_was(tmp_path):
    def process(checkpoint: str, model: str, *more: str) -> subprocess.Popen:
        command = [sys.executable, "-c", KILLED, tmp_path / checkpoint, tmp_path / model, *more]
        return subprocess.Popen(command, env=os.environ | {"NUMBA_NUM_THREADS": "2"}, stdout=subprocess.PIPE)

    with process("cut", "cut.cofactor", "wait") as victim:
        assert victim.stdout.readline() == b"waiting\n"  # inside its fourth epoch
        victim.kill()
    assert victim.returncode == -signal.SIGKILL
    assert not (tmp_path / "cut.cofactor").exists()
    for checkpoint, model in (("cut", "cut.cofactor"), ("whole", "whole.cofactor")):
        with process(checkpoint, model) as trained:
            assert trained.wait() == 0
    cut, whole = (cf.open(tmp_path / f"{name}.cofactor") for name in ("cut", "whole"))
    for name in cut.learned:
        np.testing.assert_array_equal(getattr(cut, name), getattr(whole, name))


def test_every_option_of_matrix_factorization_is_felt():
    """An option that changes nothing does not belong on the class."""
    ratings = random_ratings(40, 30, 600)
    changed = {
        "y_range": (0.0, 6.0), "n_epochs": 3, "learning_rate": 0.02, "weight_decay": 0.5, "batch_size": 20,
        "schedule": "constant", "seed": 1, "n_factors": 7, "solver": "sgd", "engine": "torch", "averaged": 0.6,
    }  # fmt: skip
    base = {"y_range": (0.5, 5.5), "n_factors": 5, "n_epochs": 2}
    elsewhere = {"device", "attributes"}  # in tests of their own
    assert changed.keys() | elsewhere == cf.MatrixFactorization().options().keys()
    plain = cf.MatrixFactorization(**base).fit(ratings, progress=False).score_users(np.arange(5))
    for name, value in changed.items():
        if value == "torch":
            pytest.importorskip("torch")
        other = cf.MatrixFactorization(**base | {name: value}).fit(ratings, progress=False)
        assert (other.score_users(np.arange(5)) != plain).any(), name


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"n_factors": 0}, "n_factors must be at least 1"),
        ({"n_epochs": 0}, "n_epochs must be at least 1"),
        ({"learning_rate": -1.0}, "learning_rate must be above 0"),
        ({"y_range": (5, 1)}, "y_range goes from low to high"),
        ({"solver": "newton"}, "solver must be one of adam, sgd"),
        ({"solver": "sgd", "engine": "torch"}, "fused engine only"),
        ({"device": "cuda"}, "use engine='torch'"),
        ({"schedule": "triangle"}, "schedule must be one of one_cycle, constant, flat_cosine, but 'triangle' came"),
    ],
)
def test_an_option_out_of_range_is_refused(option, message, checkerboard):
    with pytest.raises(BadOption, match=message):
        cf.MatrixFactorization(**option).fit(checkerboard, progress=False)


def test_the_torch_engine_trains_on_every_device(device, checkerboard):
    model = small(engine="torch", device=device, n_epochs=30, learning_rate=0.05).fit(checkerboard, progress=False)
    assert model.history_[-1].train_loss < 1


def test_parameters_that_are_not_finite_are_refused_and_finite_ones_taken_without_a_word(checkerboard):
    from cofactor.nets.embeddings import Embeddings

    start = Embeddings.random(12, 12, 4, seed=0)
    assert np.isfinite(small().set_parameters(start, checkerboard).score_users(np.arange(12))).all()
    start.item_factors[3, 1] = np.nan
    with pytest.raises(Diverged, match="left the finite numbers"):
        small().set_parameters(start, checkerboard)
