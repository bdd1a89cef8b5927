"""What a cluster sums is what one process sums, whatever is lost on the way."""

import os
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import replace
from itertools import chain, pairwise, repeat

import numpy as np
import pytest

import cofactor as cf
from cofactor.cli import main
from cofactor.errors import BadCluster, BadOption, BadShards
from cofactor.scale.cluster import cluster_map, connection
from cofactor.scale.cluster.cluster_map import ClusterMap, TaskSize
from cofactor.scale.fitting.explicit_als import ShardedLeastSquares
from cofactor.scale.fitting.held_out import HeldOut
from cofactor.scale.fitting.learned_shards import LearnedShards
from cofactor.scale.fitting.passes import ShardPass
from cofactor.scale.table.folder import open_shards
from cofactor.scale.table.writing import shard_table

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("sent_by_value")]

OPTIONS = {"n_factors": 8, "n_epochs": 2}


@pytest.fixture(scope="module")
def shards(tastes, tmp_path_factory):
    """Eight, in four bundles."""
    folder = tmp_path_factory.mktemp("cluster") / "tastes.shards"
    return replace(shard_table(replace(tastes, user_attributes={}), folder, n_shards=8), in_bundle=2)


def swept(shards, ordered_map):
    """The items after a sweep by that map; what comes before the sweep is done here."""
    nothing_out = HeldOut(0.0, shards.catalogue.items.values)
    engine = ShardedLeastSquares(
        LearnedShards(shards, nothing_out), 8, 0.1, 0.8,
        ordered_map=lambda task, bundles: (ordered_map if isinstance(task, ShardPass) else map)(task, bundles),
    )  # fmt: skip
    engine.run(0, 0, engine.n_steps)
    return engine.items


def failing(task, mark, fail):
    """The task, which comes to nothing on the second bundle, every time, or as long as there is no such file."""

    def or_fail(numbers):
        if numbers.start == 2 and not (mark and mark.exists()):
            if mark:
                mark.touch()
            fail()
        return task(numbers)

    return or_fail


def die():
    os.kill(os.getpid(), signal.SIGKILL)


def run_short_of_memory():
    raise MemoryError


# ---- the same sums ------------------------------------------------------------------------------------------


def test_any_number_of_workers_gives_the_same_bits(ray, shards):
    """What is held out is measured alike, too."""
    asked = [{}, *({"cluster": "auto", "workers": n} for n in (1, 2, 4))]
    found = [cf.ExplicitALS(**OPTIONS).fit(shards, validation=0.1, progress=False, **one) for one in asked]
    for one, other in pairwise(found):
        assert np.array_equal(one.item_factors_, other.item_factors_)
        assert np.array_equal(one.item_bias_, other.item_bias_)
        assert one.notes() == other.notes()


def test_clicks_are_summed_to_the_same_bits(ray, shards):
    model = cf.ImplicitMF(**OPTIONS, unobserved_weight=0.1, reg=0.003)
    here, there = (model.copied().fit(shards, progress=False, cluster=where) for where in (None, "auto"))
    assert np.array_equal(here.item_factors_, there.item_factors_)


def test_the_command_line_has_it(ray, shards, tmp_path, capsys, monkeypatch):
    """The folder is given as seen from here; workers begin elsewhere."""
    monkeypatch.chdir(shards.folder.parent)
    out = tmp_path / "m.cofactor"
    words = ["--model", "explicit_als", "--n-factors", "8", "--n-epochs", "1", "--cluster", "auto"]
    assert main(["fit", shards.folder.name, "--out", str(out), *words]) == 0
    assert f"saved as {out}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("machines", "asked", "workers", "threads"),
    [([2.0], 1, 1, 2), ([2.0], 4, 4, 1), ([2.0], None, 1, 2), ([16.0, 48.0], None, 4, 16), ([4.0, 4.0], 1, 1, 4)],
)
def test_processors_are_divided_among_bundles(machines, asked, workers, threads):
    size = TaskSize.of(machines, asked)
    assert (size.n_workers, size.n_threads) == (workers, threads)


# ---- what is lost -------------------------------------------------------------------------------------------


def test_a_killed_worker_changes_no_bit(ray, shards, tmp_path):
    mark = tmp_path / "killed"
    found = swept(shards, lambda task, bundles: ClusterMap(2, 1.0)(failing(task, mark, die), bundles))
    assert mark.exists()
    assert np.array_equal(found.factors, swept(shards, map).factors)


@pytest.mark.parametrize(
    ("fail", "says"), [(die, "lost 4 times"), (run_short_of_memory, "twice.*1.5 GB: ask for fewer")]
)
def test_a_bundle_that_ends_every_worker_is_given_up(ray, shards, fail, says):
    with pytest.raises(BadCluster, match=says):
        swept(shards, lambda task, bundles: ClusterMap(2, 1.5)(failing(task, None, fail), bundles))


def test_at_most_one_bundle_more_than_workers_is_out(ray, shards, tmp_path):
    """With two workers, the fourth bundle is begun when the first was taken."""

    def mark(numbers):
        (tmp_path / str(numbers.start)).touch()
        return numbers.start

    coming = ClusterMap(2, 1.0)(mark, shards.bundles)
    assert next(coming) == 0
    assert not (tmp_path / "6").exists()
    assert list(coming) == [2, 4, 6]


def test_work_that_nobody_waits_for_is_left_to_end(ray, shards, tmp_path, monkeypatch):
    """To cancel a task that ends at that moment aborts this process, one time in some hundred."""
    monkeypatch.setattr(ray, "cancel", lambda *_: pytest.fail("a task was cancelled"))
    coming = ClusterMap(2, 1.0)(lambda numbers: (tmp_path / str(numbers.start)).touch(), shards.bundles)
    next(coming)
    coming.close()
    until = time.monotonic() + 60
    while not (tmp_path / "2").exists():
        assert time.monotonic() < until, "it was not done"
        time.sleep(0.01)


def test_a_machine_that_was_lost_before_it_is_asked_is_passed_over(ray, shards, monkeypatch):
    nodes = ClusterMap._nodes
    monkeypatch.setattr(ClusterMap, "_nodes", lambda one: nodes(one) | {"0" * 56: 1.0})
    ClusterMap(1, 1.0).on_each_machine("check_shards", shards.storage, shards.fingerprint)


def test_a_machine_that_joins_is_given_work_at_once(ray, shards, tmp_path, monkeypatch):
    """There is room for one worker, and then for two: the third bundle is begun before the first was taken."""
    machines = chain([{"a": 1.0}], repeat({"a": 1.0, "b": 1.0}))
    monkeypatch.setattr(ClusterMap, "_nodes", lambda _: next(machines))
    coming = ClusterMap(None, 1.0)(lambda numbers: (tmp_path / str(numbers.start)).touch(), shards.bundles)
    next(coming)
    until = time.monotonic() + 60
    while not (tmp_path / "4").exists():
        assert time.monotonic() < until, "nobody has begun it"
        time.sleep(0.01)


# ---- what cannot be -----------------------------------------------------------------------------------------


def test_workers_of_another_version_are_refused(ray, shards, monkeypatch):
    monkeypatch.setattr(cluster_map, "versions", lambda: {"cofactor": "99.0"})
    with pytest.raises(BadCluster, match=r"in place of 99\.0.*same versions on every machine"):
        cf.ExplicitALS(**OPTIONS).fit(shards, cluster="auto", progress=False)


def test_shards_that_a_machine_does_not_see_are_named_with_it(ray, shards, tmp_path):
    copied = open_shards(shutil.copytree(shards.folder, tmp_path / "copied.shards"))
    (copied.folder / "00003.shard").unlink()
    with pytest.raises(BadShards, match=r"On .*00003\.shard is missing.*at the same path"):
        cf.ExplicitALS(**OPTIONS).fit(copied, cluster="auto", progress=False)


def test_shards_that_are_changed_later_are_named_too(ray, shards, tmp_path):
    copied = open_shards(shutil.copytree(shards.folder, tmp_path / "copied.shards"))

    def change_and_sum(task, bundles):
        (copied.folder / "00003.shard").write_bytes(b"")
        return ClusterMap(2, 1.0)(task, bundles)

    with pytest.raises(BadShards, match=r"On .*00003\.shard is not what was written"):
        swept(copied, change_and_sum)


def test_a_cluster_that_is_not_there_is_said_at_once():
    ray = pytest.importorskip("ray", reason="the extra 'distributed' is not installed")
    with pytest.raises(BadCluster, match=r"127\.0\.0\.1:1 cannot be joined.*ray start --head"):
        connection._connect(ray, "127.0.0.1:1")


def test_an_address_of_something_else_is_said_in_seconds(monkeypatch):
    """Ray would try for ten minutes, and then end this process."""
    ray = pytest.importorskip("ray", reason="the extra 'distributed' is not installed")
    monkeypatch.setattr(connection, "PATIENCE_OF_RAY", 3.0)
    with socket.create_server(("127.0.0.1", 0)) as other:
        address = f"127.0.0.1:{other.getsockname()[1]}"
        with pytest.raises(BadCluster, match=r"cannot be joined: who answers there is no head of Ray.*6379"):
            connection._connect(ray, address)


def test_a_cluster_that_wants_a_token_says_what_to_do(monkeypatch):
    """Ray hands no token to an address that it was given, unless it is told to."""
    ray = pytest.importorskip("ray", reason="the extra 'distributed' is not installed")
    refused = subprocess.CompletedProcess([], 1, stderr=b"RPC error: InvalidAuthToken: Authentication token is missing")
    monkeypatch.setattr(connection.subprocess, "run", lambda *_, **__: refused)
    with socket.create_server(("127.0.0.1", 0)) as head:
        address = f"127.0.0.1:{head.getsockname()[1]}"
        with pytest.raises(BadCluster, match=r"wants the token.*auth_token.*RAY_AUTH_MODE=token"):
            connection._connect(ray, address)


def test_another_cluster_than_that_of_this_process_is_refused(ray, shards):
    with pytest.raises(BadCluster, match=r"not to 127\.0\.0\.1:1"):
        cf.ExplicitALS(**OPTIONS).fit(shards, cluster="127.0.0.1:1", progress=False)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"cluster": "ray://here:1"}, "host:port"),
        ({"cluster": 6379}, "host:port"),
        ({"cluster": "auto", "workers": 0}, "1 or more"),
        ({"workers": 2}, "give cluster"),
    ],
)
def test_what_cannot_be_asked_is_said(shards, options, says):
    with pytest.raises(BadOption, match=says):
        cf.ExplicitALS(**OPTIONS).fit(shards, progress=False, **options)


def test_ratings_in_memory_have_no_use_for_a_cluster(tastes):
    with pytest.raises(BadOption, match="are for shards"):
        cf.ExplicitALS(**OPTIONS).fit(tastes, cluster="auto")
