"""What the benchmark of the lecture's Netflix is made of: the oracle, the sweeps that go on, and the straight line."""

import json
import subprocess
import sys
from argparse import ArgumentTypeError
from runpy import run_path

import numpy as np
import pytest

from benchmarks.shared.memory_group import memory_group
from benchmarks.shared.planted_folder import first_users, planted_shards
from benchmarks.shared.planted_growth import exponent, line_to
from benchmarks.shared.planted_oracle import oracle_errors
from benchmarks.shared.planted_ratings import World
from benchmarks.shared.racing import BENCHMARKS
from benchmarks.tables.netflix import count, generated
from cofactor.scale.fitting.held_out import HeldOut

OURS = BENCHMARKS / "contestants" / "ours"


@pytest.fixture(scope="module")
def world():
    return World.of(200, 4)


@pytest.fixture(scope="module")
def shards(world, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("benchmarks.shared.planted_folder.USERS_IN_SHARD", 500)
        return planted_shards(tmp_path_factory.mktemp("planted") / "all.shards", world, 1_500, lambda *_: None)


def answered(monkeypatch, capsys, script: str, *arguments: object):
    """What a script of ours prints last; it thinks that 500 users are a shard."""
    monkeypatch.setattr("benchmarks.shared.planted_folder.USERS_IN_SHARD", 500)
    monkeypatch.setattr(sys, "argv", [script, *map(str, arguments)])
    run_path(str(OURS / script), run_name="__main__")
    return json.loads(capsys.readouterr().out.splitlines()[-1])


def test_the_first_users_are_their_shards(shards, monkeypatch):
    monkeypatch.setattr("benchmarks.shared.planted_folder.USERS_IN_SHARD", 500)
    assert first_users(shards, 600).n_users == 1_000


def test_the_oracle_errs_by_the_noise_and_by_what_few_ratings_leave_open(shards, world):
    """Other items' rows in the place of the planted ones predict worse."""
    held_out = HeldOut(0.1, shards.catalogue.items.values)
    parts = [held_out.split(shard) for shard in shards.each()]
    found = oracle_errors(world, parts)
    assert 0.8 < found.rmse < 0.9  # a noise of 0.8 and a rounding's twelfth are 0.85, of which cutting off takes some
    wrong = world._replace(factors=np.roll(world.factors, 1, axis=0))
    assert oracle_errors(wrong, parts).interval()[0] > found.interval()[1]


def test_sweeps_go_on_where_they_were_interrupted(shards, monkeypatch, capsys, tmp_path):
    options = ("--folder", shards.folder, "--users", 1_000, "--planted-k", 4, "--k", 8)
    whole = answered(monkeypatch, capsys, "cofactor_shards.py", *options, "--sweeps", 2, "--errors")
    kept = ("--checkpoint", tmp_path / "kept.npz")
    first = answered(monkeypatch, capsys, "cofactor_shards.py", *options, "--sweeps", 1, *kept)
    again = answered(monkeypatch, capsys, "cofactor_shards.py", *options, "--sweeps", 2, *kept, "--errors")
    assert again["sweeps"][0] == first["sweeps"][0]
    assert again["final"] == whole["final"]
    assert again["lists"] == whole["lists"]
    assert whole["sweeps"][1]["before"]["rmse"] > whole["final"]["rmse"] > whole["oracle"]["rmse"]


def test_in_memory_and_from_shards_the_items_are_the_same(shards, monkeypatch, capsys):
    options = ("--folder", shards.folder, "--users", 1_000, "--k", 8, "--sweeps", 2)
    found = answered(monkeypatch, capsys, "cofactor_shards_in_memory.py", *options)
    assert max(found["factors"], found["bias"]) < 1e-4


def test_what_making_the_shards_took_is_known_to_later_runs(monkeypatch, tmp_path):
    monkeypatch.setattr("benchmarks.shared.planted_folder.USERS_IN_SHARD", 50)
    first = generated(tmp_path / "some.shards", 120)
    assert first["made"] == first["n_ratings"]
    assert generated(tmp_path / "some.shards", 120) == first


def test_what_runs_in_the_group_is_counted_by_it():
    with memory_group(4) as group:
        if group is None:
            pytest.skip("no control group can be made here")
        words = group.inside(["sh", "-c", 'cat "$1"', "sh", "/proc/self/cgroup"])
        run = subprocess.run(words, capture_output=True, text=True, check=True)
        assert group.folder.name in run.stdout
        assert group.peak > 0
    assert not group.folder.exists()


def test_a_straight_line_has_an_exponent_of_one():
    sizes = {n: {"sweeps": [{"seconds": n / 1e6, "cpu": n / 5e5}], "bytes": 160 * n, "n_users": n}
             for n in (1_000_000, 2_000_000, 5_000_000)}  # fmt: skip
    assert exponent(sizes) == pytest.approx(1)
    assert "200 s a sweep of 200,000,000 users (400 s of processor) and 32 GB" in line_to(200_000_000, sizes)
    slower = sizes | {5_000_000: {**sizes[5_000_000], "sweeps": [{"seconds": 7, "cpu": 14}]}}
    assert "5 s a sweep of 5,000,000 users (10 s of processor); the run took 7 s (14)." in line_to(5_000_000, slower)


@pytest.mark.parametrize(("text", "n"), [("2m", 2_000_000), ("500k", 500_000), ("1.5M", 1_500_000), ("70", 70)])
def test_users_are_counted_in_thousands_and_millions(text, n):
    assert count(text) == n


def test_what_is_no_number_of_users_is_said():
    with pytest.raises(ArgumentTypeError, match="'many' is no number of users, as 2m or 500k"):
        count("many")
