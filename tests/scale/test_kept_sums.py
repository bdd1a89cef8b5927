"""Whoever is killed in the middle of a sweep goes on behind the last bundle that was joined, to the same bits."""

import subprocess
import sys
from collections import namedtuple
from dataclasses import replace
from itertools import count

import numpy as np
import pytest

import cofactor as cf
from cofactor.errors import BadCheckpoint
from cofactor.kernels.posterior.row_sums import RowSums
from cofactor.scale.fitting import kept_sums, passes
from cofactor.scale.fitting.explicit_als import RatingSums
from cofactor.scale.fitting.held_out import ErrorSums
from cofactor.scale.fitting.implicit_als import ClickSums
from cofactor.scale.fitting.kept_sums import KeptSums
from cofactor.scale.fitting.passes import ShardPass, StartPass
from cofactor.scale.table.folder import write_manifest
from cofactor.scale.table.writing import shard_table

OPTIONS = {"n_factors": 8, "n_epochs": 3}


@pytest.fixture(scope="module")
def shards(tmp_path_factory):
    """Eight, in four bundles."""
    found = shard_table(cf.load("tastes"), tmp_path_factory.mktemp("kept") / "tastes.shards", n_shards=8)
    write_manifest(bundled := replace(found, in_bundle=2))
    return bundled


@pytest.fixture(scope="module", autouse=True)
def always():
    """The sums of every bundle are kept, however long that takes here."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(kept_sums, "CHEAP", float("inf"))
        yield


@pytest.fixture(scope="module")
def whole(shards):
    return cf.ExplicitALS(**OPTIONS).fit(shards, validation=0.1, progress=False)


def summed(monkeypatch, dies_at=None):
    """The bundles that are summed from now on, by their first shard; the process fails at one of them."""
    firsts, call, number = list[int](), ShardPass.__call__, count(1)

    def or_die(task, numbers):
        if next(number) == dies_at:
            raise MemoryError
        firsts.append(numbers.start)
        return call(task, numbers)

    monkeypatch.setattr(ShardPass, "__call__", or_die)
    return firsts


def fail_in(bundle, model, shards, file, monkeypatch, **options):
    """Fit in a process that comes to nothing in that bundle, counted from 1."""
    with monkeypatch.context() as patched:
        summed(patched, dies_at=bundle)
        with pytest.raises(MemoryError):
            model.copied().fit(shards, checkpoint=file, progress=False, **options)


def same(one, other):
    return np.array_equal(one.item_factors_, other.item_factors_) and one.notes() == other.notes()


KILLED = """
import os, signal, sys
import cofactor as cf
from cofactor.scale.fitting import kept_sums
from cofactor.scale.fitting.passes import ShardPass

kept_sums.CHEAP, call, firsts = float("inf"), ShardPass.__call__, []

def or_die(task, numbers):
    firsts.append(numbers.start)
    if firsts == [0, 2, 4, 6, 0, 2, 4]:
        os.kill(os.getpid(), signal.SIGKILL)
    return call(task, numbers)

ShardPass.__call__ = or_die
model = cf.ExplicitALS(n_factors=8, n_epochs=3)
model.fit(cf.open_shards(sys.argv[1]), validation=0.1, checkpoint=sys.argv[2], progress=False)
"""


@pytest.mark.slow
def test_a_kill_costs_one_bundle(shards, whole, tmp_path, monkeypatch):
    """Of the second sweep two bundles of four are done: the other two are summed, and the third sweep."""
    file = tmp_path / "half"
    killed = subprocess.run([sys.executable, "-c", KILLED, shards.folder, file], check=False)
    assert killed.returncode < 0, "it was killed"
    assert [one.name.split(".")[1:3] for one in tmp_path.glob("*.sums")] == [["sweep-1", "bundles-2"]]
    for before_the_first in (passes._CountPass, StartPass):
        monkeypatch.delattr(before_the_first, "__call__")  # neither are counts and start found again
    firsts = summed(monkeypatch)
    again = cf.ExplicitALS(**OPTIONS).fit(shards, validation=0.1, checkpoint=file, progress=False)
    assert firsts == [4, 6, 0, 2, 4, 6]
    assert same(again, whole)
    assert [one.train_loss for one in again.history_] == [one.train_loss for one in whole.history_[1:]]
    assert sorted(tmp_path.iterdir()) == [file]


def test_so_do_clicks_in_their_first_sweep(shards, tmp_path, monkeypatch):
    model, file = cf.ImplicitMF(**OPTIONS, unobserved_weight=0.1, reg=0.003), tmp_path / "half"
    expected = model.copied().fit(shards, progress=False)
    fail_in(4, model, shards, file, monkeypatch)
    firsts = summed(monkeypatch)
    assert same(model.copied().fit(shards, checkpoint=file, progress=False), expected)
    assert firsts == [6, *[0, 2, 4, 6] * 2]


@pytest.mark.parametrize("change", ["another training", "other bundles", "damaged"])
def test_what_is_not_of_this_sweep_is_never_joined(shards, whole, tmp_path, monkeypatch, change):
    file = tmp_path / "half"
    other = {"reg": 0.2} if change == "another training" else {}
    there = replace(shards, in_bundle=1) if change == "other bundles" else shards
    fail_in(4, cf.ExplicitALS(**OPTIONS, **other), there, file, monkeypatch, validation=0.1)
    (kept,) = tmp_path.glob("*.sums")
    if change == "damaged":
        data = bytearray(kept.read_bytes())
        data[-8] ^= 1
        kept.write_bytes(data)
    firsts = summed(monkeypatch)
    again = cf.ExplicitALS(**OPTIONS).fit(shards, validation=0.1, checkpoint=file, progress=False)
    assert len(firsts) == 12
    assert same(again, whole)
    assert not kept.exists()


def rating_sums(rng):
    numbers = (ErrorSums((1.5, 2.0, 0.1, 0.2, 0.3), 4), 0.1, 0.2, 0.3)
    names = ("errors", "squares", "penalty", "left")
    of_items = RowSums(*rng.random((3, 2, 5)))
    return RatingSums(of_items, rng.random(5), n_ratings=7, **dict(zip(names, numbers, strict=True)))


def click_sums(rng):
    return ClickSums(RowSums(*rng.random((3, 2, 5))), rng.random((4, 4)), rng.random(4), 0.1, 0.2, 0.3, 5, 6)


@pytest.mark.parametrize("make", [rating_sums, click_sums])
def test_sums_come_back_as_they_were(make):
    rng = np.random.default_rng(0)
    sums, other = make(rng), make(rng)
    other.restore(sums.state())
    for name, value in vars(sums).items():
        assert type(getattr(other, name)) is type(value)
    assert all(np.array_equal(array, other.state()[name]) for name, array in sums.state().items())


def test_one_file_is_kept_whatever_the_number_of_bundles(tmp_path):
    sums = rating_sums(np.random.default_rng(0))
    kept = KeptSums(tmp_path / "half", {})
    assert kept.begin(0, {}, sums) == []
    for n in range(1, 6):
        kept.keep(sums, [0.5] * n)
        assert len(list(tmp_path.iterdir())) == 1
    assert kept.begin(0, {}, sums) == [0.5] * 5
    assert kept.begin(1, {}, sums) == []
    assert not list(tmp_path.iterdir())


def test_other_files_beside_the_checkpoint_are_left_alone(tmp_path):
    others = [tmp_path / name for name in ("half.sums", "other.sweep-0.bundles-1.0123456789abcdef.sums")]
    for one in others:
        one.touch()
    KeptSums(tmp_path / "half", {}).remove()
    assert sorted(tmp_path.iterdir()) == others


def test_writing_takes_a_tenth_of_the_time_at_most(tmp_path, monkeypatch):
    """A file that takes a second to write is not written anew within ten."""
    clock = iter([0, 5, 6, 12, 17, 18])  # begin; keep, which takes a second; keep, skipped; keep
    monkeypatch.setattr(kept_sums, "CHEAP", 0.1)
    monkeypatch.setattr(kept_sums.time, "monotonic", lambda: next(clock))
    sums, kept = rating_sums(np.random.default_rng(0)), KeptSums(tmp_path / "half", {})
    kept.begin(0, {}, sums)
    names = []
    for n in (1, 2, 3):
        kept.keep(sums, [0.5] * n)
        names += [one.name.split(".")[2] for one in tmp_path.iterdir()]
    assert names == ["bundles-1", "bundles-1", "bundles-3"]


def test_a_disk_without_room_is_said_before_the_sweep(shards, tmp_path, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(kept_sums.shutil, "disk_usage", lambda _: usage(10**9, 10**9, 1000))
    with pytest.raises(BadCheckpoint, match=r"takes 0\.00 GB, but 0\.00 GB are free"):
        cf.ExplicitALS(**OPTIONS).fit(shards, checkpoint=tmp_path / "half", progress=False)
