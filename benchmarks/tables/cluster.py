"""A Ray cluster on one machine beside one process, and what is lost on the way: workers, machines, the driver.

    python3 dev.py bench cluster [--users 200k] [--k 64] [--sweeps 3]

Planted ratings in shards, some 50 a user, 10 million with the default. Every row is a fit of its own, from the start of
its process's cluster to the model; "a sweep" is the mean over sweeps, of which the second has what is lost, in the rows
of losses. The difference is the largest of any item factor to that of one process. Machines are nodes of
`ray.cluster_utils.Cluster`, two raylets on this one, with half of the processors each. Lists are the 10 best items of
everybody, a Parquet file a shard, on a cluster that has made them once.
"""

import argparse
import hashlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import psutil

import cofactor as cf
from benchmarks.shared import planted_folder
from benchmarks.shared.planted_ratings import World
from benchmarks.shared.reporting import describe, machine, markdown_table, third_paragraph, write_results
from cofactor.arrays import FloatArray
from cofactor.scale.cluster.cluster_map import imported_ray
from cofactor.scale.lists import write_lists
from cofactor.scale.table.folder import Shards, open_shards

N_ITEMS = 15_000
USERS_IN_SHARD = 2_000  # so that 200,000 users make 100 shards, seven bundles
WORKERS = (1, 2, 4)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=_number, default=200_000)
    parser.add_argument("--k", type=int, default=64)
    parser.add_argument("--sweeps", type=int, default=3)
    parser.add_argument("--fit", nargs=2, metavar=("SHARDS", "CHECKPOINT"), help="of the driver that is killed")
    asked = parser.parse_args(arguments)
    if asked.fit:
        _fitted(open_shards(asked.fit[0]), asked, checkpoint=asked.fit[1], cluster="auto", workers=2)
        return
    about = machine()
    with tempfile.TemporaryDirectory() as folder:
        planted_folder.USERS_IN_SHARD = USERS_IN_SHARD
        world = World.of(N_ITEMS, 16)
        shards = planted_folder.planted_shards(Path(folder) / "big.shards", world, asked.users, lambda *_: None)
        found, listed = _measured(shards, asked, Path(folder)), _listed(shards, asked, Path(folder))
        summary = f"{shards!r}, k = {asked.k}, {asked.sweeps} sweeps, {len(shards.bundles)} bundles."
    header = ["", "the fit, s", "a sweep, s", "difference"]
    rows = [[name, f"{one['seconds']:.1f}", f"{one['sweep']:.2f}", f"{one['difference']:.0e}"] for name, one in found]
    versions = {"cofactor": cf.__version__, "numpy": np.__version__, "ray": imported_ray().__version__}
    text = ["# Cluster", describe(about, versions), third_paragraph(__doc__), summary, markdown_table(header, rows)]
    each = [[name, f"{s:.1f}", f"{shards.n_users / s:,.0f}", f"{n}"] for name, s, n in listed]
    text.append(markdown_table(["everybody's lists", "s", "users a second", "files that differ"], each))
    found = {"machine": about, "what": summary, "found": dict(found), "lists": listed}
    write_results("cluster", found, "\n\n".join(text))


def _number(text: str) -> int:
    return int(float(text.rstrip("km")) * {"k": 1_000, "m": 1_000_000}.get(text[-1], 1))


def _fitted(shards: Shards, asked: Any, **options: Any) -> cf.ExplicitALS:
    return cf.ExplicitALS(n_factors=asked.k, n_epochs=asked.sweeps).fit(shards, progress=False, **options)


def _measured(shards: Shards, asked: Any, folder: Path) -> list[tuple[str, dict[str, Any]]]:
    rows = list[tuple[str, dict[str, Any]]]()
    _fitted(shards, asked)  # compiles
    alone = _timed(lambda: _fitted(shards, asked))

    def add(name: str, found: dict[str, Any]) -> None:
        difference = float(np.abs(found.pop("factors") - alone["factors"]).max())
        digest = hashlib.sha256(str(found["losses"]).encode()).hexdigest()
        rows.append((name, found | {"difference": difference, "losses_sha256": digest}))
        print(name, f"{found['seconds']:.1f} s, difference {difference:g}", file=sys.stderr, flush=True)

    add("one process", dict(alone))
    for n in WORKERS:
        add(f"Ray, {n} worker{'s' * (n > 1)}", _timed(lambda n=n: _fitted(shards, asked, cluster="auto", workers=n)))
    with _Local():
        _fitted(shards, asked, cluster="auto", workers=2)  # workers that have begun
        add("2 workers that had begun", _timed(lambda: _fitted(shards, asked, cluster="auto", workers=2)))
        with _later(folder / "a", _kill_a_worker) as killed:
            found = _timed(lambda: _fitted(shards, asked, checkpoint=folder / "a", cluster="auto", workers=2))
        add("a worker killed by SIGKILL" if killed.done else "a worker that was to be killed, but ended before", found)
    with _Machines() as machines:
        _fitted(shards, asked, cluster=machines.address, workers=2)
        with _later(folder / "b", machines.replace) as replaced:
            place = {"cluster": machines.address, "workers": 2}
            found = _timed(lambda: _fitted(shards, asked, checkpoint=folder / "b", **place))
        add("a machine removed, another added" if replaced.done else "a machine removed, no other came up", found)
    add("the driver killed in its first sweep, and resumed", _timed(lambda: _resumed(shards, asked, folder)))
    return rows


def _timed(fit: Callable[[], cf.ExplicitALS]) -> dict[str, Any]:
    started = time.perf_counter()
    model = fit()
    seconds, epochs = time.perf_counter() - started, model.history_
    factors: FloatArray = model.item_factors_
    sweep = float(np.mean([epoch.seconds for epoch in epochs]))
    return {"seconds": seconds, "sweep": sweep, "losses": [e.train_loss for e in epochs], "factors": factors}


def _resumed(shards: Shards, asked: Any, folder: Path) -> cf.ExplicitALS:
    """Fitted by a process that is killed as soon as it has kept sums of its first sweep, and then by this one."""
    file = folder / "kept" / "checkpoint"
    words = ["--k", str(asked.k), "--sweeps", str(asked.sweeps), "--fit", str(shards.folder), str(file)]
    driver = subprocess.Popen([sys.executable, "-m", "benchmarks.tables.cluster", *words])
    while not any(file.parent.glob("*.sums")) and driver.poll() is None:
        time.sleep(0.02)
    driver.send_signal(signal.SIGKILL)
    driver.wait()
    return _fitted(shards, asked, checkpoint=file, cluster="auto", workers=2)


def _listed(shards: Shards, asked: Any, folder: Path) -> list[tuple[str, float, int]]:
    """Seconds of everybody's lists, and the files that are not those of one process."""
    model, rows = _fitted(shards, asked), list[tuple[str, float, int]]()
    with _Local():
        write_lists(model, shards, folder / "warm", cluster="auto", workers=2)
        for name, n in (("one process", None), ("Ray, 1 worker", 1), ("Ray, 2 workers", 2)):
            started = time.perf_counter()
            out = write_lists(model, shards, folder / name, cluster="auto" if n else None, workers=n)
            seconds = time.perf_counter() - started
            theirs = folder / "one process"
            differ = [file for file in out.iterdir() if file.read_bytes() != (theirs / file.name).read_bytes()]
            rows.append((name, seconds, len(differ)))
    return rows


class _later:
    """Do something behind the first sweep, when the checkpoint is written; `done` says whether it came about."""

    def __init__(self, checkpoint: Path, deed: Callable[[], bool]) -> None:
        self._checkpoint, self._deed, self._left, self.done = checkpoint, deed, False, False

    def __enter__(self) -> "_later":
        self._thread = Thread(target=self._run)
        self._thread.start()
        return self

    def _run(self) -> None:
        while not self._checkpoint.exists() and not self._left:
            time.sleep(0.02)
        self.done = not self._left and self._deed()

    def __exit__(self, *_: object) -> None:
        self._left = True
        self._thread.join()


def _kill_a_worker() -> bool:
    """Kill a process of this one's cluster that sums a bundle; whether there was one within ten seconds."""
    for _ in range(500):
        for process in psutil.process_iter(["cmdline"]):
            if "ray::checked" in " ".join(process.info["cmdline"] or []):
                os.kill(process.pid, signal.SIGKILL)
                return True
        time.sleep(0.02)
    return False


class _Local:
    def __enter__(self) -> None:
        options: dict[str, Any] = {"log_to_driver": False, "logging_level": "error", "include_dashboard": False}
        imported_ray().init(address="local", num_cpus=os.cpu_count(), **options)

    def __exit__(self, *_: object) -> None:
        imported_ray().shutdown()


class _Machines:
    """A head without processors and two machines with half of them each."""

    def __enter__(self) -> "_Machines":
        from ray.cluster_utils import Cluster

        cluster: Any = Cluster
        self._cluster: Any = cluster(initialize_head=True, head_node_args={"num_cpus": 0}, shutdown_at_exit=False)
        self._nodes = [self._add() for _ in range(2)]
        self._cluster.wait_for_nodes()
        self.address: str = self._cluster.address
        return self

    def _add(self) -> Any:
        return self._cluster.add_node(num_cpus=max(1, (os.cpu_count() or 1) // 2))

    def replace(self) -> bool:
        self._cluster.remove_node(self._nodes.pop(), allow_graceful=False)
        self._nodes.append(self._add())
        return True

    def __exit__(self, *_: object) -> None:
        imported_ray().shutdown()
        self._cluster.shutdown()


if __name__ == "__main__":
    main()
