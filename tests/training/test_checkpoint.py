"""A checkpoint changes no bit of a training, and is what was written or is refused."""

import json
import os
import stat

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

import cofactor as cf
from cofactor.errors import BadCheckpoint
from cofactor.training.checkpoint import state_sha256
from small_tables import random_ratings

SPARSE = random_ratings(80, 60, 300)  # most rows are not met for many steps, and then brought up to date in one leap


def small(cls=cf.MatrixFactorization, **options):
    return cls(**{"n_epochs": 3, "batch_size": 8, "seed": 1} | options)


def learned(model) -> list:
    return [getattr(model, name) for name in model.learned]


@pytest.mark.parametrize("cls", [cf.MatrixFactorization, cf.NeuralCF])
@pytest.mark.parametrize("averaged", [0.0, 0.6])
def test_who_keeps_a_checkpoint_or_watches_changes_no_bit(cls, averaged, tmp_path):
    plain = small(cls, averaged=averaged).fit(SPARSE, progress=False)
    kept = small(cls, averaged=averaged).fit(SPARSE, progress=False, checkpoint=tmp_path / "run")
    watched = small(cls, averaged=averaged).fit(SPARSE, progress=False, validation=SPARSE)
    for other in (kept, watched):
        np.testing.assert_equal(learned(other), learned(plain))


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """After two of three epochs, as early stopping by a metric that fails there leaves it."""
    path = tmp_path_factory.mktemp("run") / "checkpoint"
    seen = []

    def fail(model):
        if len(seen) == 2:
            raise InterruptedError
        seen.append(model)
        return 1.0

    with pytest.raises(InterruptedError):
        small().fit(SPARSE, progress=False, checkpoint=path, early_stopping=cf.EarlyStopping(9, fail))
    return path


@pytest.fixture
def checkpoint(written, tmp_path):
    path = tmp_path / "checkpoint"
    path.write_bytes(written.read_bytes())
    return path


def resume(path):
    return small().fit(SPARSE, progress=False, checkpoint=path, early_stopping=cf.EarlyStopping(9, lambda model: 1.0))


def test_it_goes_on_where_it_was(checkpoint):
    assert [epoch.number for epoch in resume(checkpoint).history_] == [2]


@pytest.mark.parametrize("share", np.linspace(0, 0.999, 24))
def test_a_damaged_checkpoint_is_refused(share, checkpoint):
    content = bytearray(checkpoint.read_bytes())
    content[int(share * len(content))] ^= 1
    checkpoint.write_bytes(content)
    with pytest.raises(BadCheckpoint, match="Delete it to start afresh"):
        resume(checkpoint)


def test_a_checkpoint_that_was_cut_short_is_refused(checkpoint):
    os.truncate(checkpoint, checkpoint.stat().st_size // 2)
    with pytest.raises(BadCheckpoint):
        resume(checkpoint)


def forge(path, change, **about):
    """The checkpoint with this changed, its hash made anew."""
    with safe_open(path, "numpy") as file:
        said = file.metadata() | about
    state = load_file(path)
    change(state)
    said.pop("sha256")
    save_file(state, path, metadata=said | {"sha256": state_sha256(state, said)})


def put(name, value):
    def change(state):
        state[name] = np.asarray(value(state[name]) if callable(value) else value)

    return change


@pytest.mark.parametrize(
    ("change", "telling"),
    [
        (put("users.last", lambda last: np.full_like(last, 2**31 - 1)), "users.last holds steps that were not made"),
        (put("items.last", lambda last: np.full_like(last, -(2**40))), "items.last holds steps"),
        (put("steps", np.array([0, 10**9])), "steps counts other steps"),
        (put("steps", np.array([-5, 76])), "steps counts other steps"),
        (put("averaging", np.array([7, 0])), "averaging counts other steps"),
        (put("averaging", np.array([76, 3])), "the mean of its parameters is missing"),
        (put("users.p", lambda p: p[:-1]), "users.p is float32 of shape"),
        (put("users.p", lambda p: p.astype(np.float64)), "users.p is float64"),
        (put("items.v", lambda v: v * np.float32("nan")), "items.v holds numbers that are not finite"),
        (put("stray", np.zeros(3)), "stray is not of this training"),
        (put("mean.9", np.zeros(3)), "mean.9 is not of this training"),
        (lambda state: state.pop("items.m"), "items.m is missing"),
        (put("seen", np.zeros(99)), "2 of 3 epochs"),
        (put("best.users.p", lambda p: p[:1]), "users.p is float32 of shape"),
        (put("best.averaging", np.array([1, 0])), "best epoch is none"),
        (lambda state: state.pop("best.averaging"), "best epoch is none"),
    ],
)
def test_arrays_that_this_training_cannot_have_written_are_refused(change, telling, checkpoint):
    forge(checkpoint, change)
    with pytest.raises(BadCheckpoint, match=telling):
        resume(checkpoint)


@pytest.mark.parametrize(
    "about",
    [{"n_epochs_done": "x"}, {"n_epochs_done": "4"}, {"n_epochs_done": "-1"}, {"run": "[]"}, {"run": "[" * 9000}],
)
def test_words_that_this_training_cannot_have_written_are_refused(about, checkpoint):
    forge(checkpoint, lambda state: None, **about)
    with pytest.raises(BadCheckpoint):
        resume(checkpoint)


def test_a_checkpoint_that_cannot_be_written_says_so(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(BadCheckpoint, match="cannot be written"):
        small().fit(SPARSE, progress=False, checkpoint=tmp_path / "file" / "run")


def test_it_has_the_permissions_that_the_umask_gives(tmp_path):
    before = os.umask(0o027)
    try:
        small().fit(SPARSE, progress=False, checkpoint=tmp_path / "run")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "run").stat().st_mode) == 0o640
    assert [file.name for file in tmp_path.iterdir()] == ["run"]


def test_what_identifies_a_training_is_plain(checkpoint):
    with safe_open(checkpoint, "numpy") as file:
        assert json.loads(file.metadata()["run"])["batch_size"] == 8
