"""The lists of everybody that a cluster writes are the files of one process, whatever is lost on the way."""

import os
import signal
from argparse import Namespace
from contextlib import contextmanager
from dataclasses import replace

import polars as pl
import pytest

import cofactor as cf
from cofactor.cli import main
from cofactor.cli._cluster import cluster_asked
from cofactor.errors import BadOption, FewerLeft, NotSaved
from cofactor.scale import lists
from cofactor.scale.cluster import connection
from cofactor.scale.cluster.cluster_map import ClusterMap
from cofactor.scale.lists import write_lists
from cofactor.scale.table.writing import shard_table

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("sent_by_value")]


@pytest.fixture(scope="module")
def shards(tastes, tmp_path_factory):
    folder = tmp_path_factory.mktemp("cluster_lists") / "tastes.shards"
    return shard_table(replace(tastes, user_attributes={}), folder, n_shards=5)


@pytest.fixture(scope="module")
def model(shards):
    return cf.ExplicitALS(n_factors=8, n_epochs=2).fit(shards, progress=False)


def files(folder):
    """What every file of a folder holds."""
    return {one.name: one.read_bytes() for one in folder.iterdir()}


def killing_once(mark):
    """A `ClusterMap` whose worker of the third shard is killed behind its work, once."""
    call = ClusterMap.__call__

    def with_a_kill(here, task, ranges):
        def or_die(numbers):
            found = task(numbers)
            if numbers.start == 2 and not mark.exists():
                mark.touch()
                os.kill(os.getpid(), signal.SIGKILL)
            return found

        return call(here, or_die, ranges)

    return with_a_kill


def test_the_files_are_those_of_one_process(ray, model, shards, tmp_path):
    here = write_lists(model, shards, tmp_path / "here", 5)
    there = write_lists(model, shards, tmp_path / "there", 5, cluster="auto", workers=2)
    assert files(here) == files(there)
    assert len(files(here)) == 5


def test_so_they_are_of_a_model_that_asks_for_one_after_the_other(ray, tastes, shards, tmp_path):
    ease = cf.EASE().fit(tastes)
    here, there = (write_lists(ease, shards, tmp_path / str(where), 3, cluster=where) for where in (None, "auto"))
    assert pl.read_parquet(here / "*.parquet").equals(pl.read_parquet(there / "*.parquet"))


def test_a_killed_worker_changes_no_byte(ray, model, shards, tmp_path, monkeypatch):
    """Its file was whole already, and is written once more."""
    monkeypatch.setattr(ClusterMap, "__call__", killing_once(tmp_path / "killed"))
    there = write_lists(model, shards, tmp_path / "there", 5, cluster="auto", workers=2)
    assert (tmp_path / "killed").exists()
    assert files(there) == files(write_lists(model, shards, tmp_path / "here", 5))


def test_the_cluster_goes_on_where_one_process_was_stopped(ray, model, shards, tmp_path, monkeypatch):
    """Only the missing file is written, and what a kill left half is removed."""
    folder = write_lists(model, shards, tmp_path / "lists", 5)
    before, (first, *others) = files(folder), sorted(folder.iterdir())
    first.unlink()
    (folder / ".writing-0123456789abcdef").mkdir()
    written = [one.stat().st_mtime_ns for one in others]
    write_lists(model, shards, folder, 5, cluster="auto")
    assert files(folder) == before
    assert [one.stat().st_mtime_ns for one in others] == written


def test_what_workers_warn_of_is_said_here(ray, model, shards, tmp_path):
    with pytest.warns(FewerLeft, match="shorter than 600"):
        write_lists(model, shards, tmp_path / "lists", 600, cluster="auto")


def test_a_machine_that_does_not_see_the_folder_is_refused(ray, model, shards, tmp_path, monkeypatch):
    @contextmanager
    def elsewhere(folder, question):
        yield folder / "not" / "there"

    monkeypatch.setattr(lists, "drafts_in", elsewhere)
    with pytest.raises(NotSaved, match=r"is not there on .*every machine of a cluster sees"):
        write_lists(model, shards, tmp_path / "lists", cluster="auto")


def test_the_command_line_has_it(ray, model, shards, tmp_path, capsys, monkeypatch):
    """Folders are given as seen from here; workers begin elsewhere."""
    monkeypatch.chdir(tmp_path)
    model.save("m.cofactor")
    words = ["recommend", "m.cofactor", "--users", str(shards.folder), "--out", "lists", "-n", "5"]
    assert main([*words, "--cluster", "auto", "--workers", "2"]) == 0
    assert "lists written to lists" in capsys.readouterr().out
    here = write_lists(model, shards, tmp_path / "here", 5)
    assert sorted(files(tmp_path / "lists").values()) == sorted(files(here).values())


def test_a_cluster_is_for_the_lists_of_shards(model, shards, tmp_path, capsys):
    folder = model.save(tmp_path / "m.cofactor")
    assert main(["recommend", str(folder), "u0001", "--cluster", "auto"]) == 2
    assert "--cluster is for the lists of everybody in shards" in capsys.readouterr().err
    with pytest.raises(BadOption, match="1 or more"):
        write_lists(model, shards, tmp_path / "lists", cluster="auto", workers=0)


# ---- what is said of the cluster ----------------------------------------------------------------------------


class NoClusterRuns:
    """Ray as it answers where no cluster was started."""

    def init(self, address, **options):
        if address == "auto":
            raise ConnectionError


def test_the_command_line_says_that_a_cluster_was_started(capsys):
    with cluster_asked(Namespace(cluster="auto", workers=None)) as asked:
        connection._connect(NoClusterRuns(), asked["cluster"])
    assert "note: no Ray cluster runs: one was started on this machine, on" in capsys.readouterr().err
    connection._connect(NoClusterRuns(), "auto")
    assert not capsys.readouterr().err
