"""The connection to a Ray cluster whose machines share the work on shards, checked before they get any."""

import socket
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from cofactor import log
from cofactor.errors import BadCluster, BadOption, counted, shown
from cofactor.kernels.threads import n_threads
from cofactor.scale.cluster.cluster_map import ClusterMap, imported_ray
from cofactor.scale.cluster.ordered_map import OrderedMap, one_after_the_other
from cofactor.scale.table.folder import Shards

__all__ = ["map_on"]

AUTO = "auto"
PATIENCE = 10.0  # seconds until an address that nobody answers counts as out of reach
PATIENCE_OF_RAY = 15.0  # seconds until who answers counts as somebody else than Ray, which says yes in one
NO_RAY = (
    "who answers there is no head of Ray; that has port 6379 unless it was started with another, while 8265 is its "
    "dashboard and 10001 is for ray:// addresses"
)
TOKEN_WANTED = (
    "it wants the token of the machine where it was started. Copy that machine's ~/.ray/auth_token to here, and set "
    "RAY_AUTH_MODE=token in the environment of this process"
)


@contextmanager
def map_on(cluster: str | None, n_workers: int | None, shards: Shards, needed_gb: float) -> Generator[OrderedMap]:
    """Connect to a cluster within this block, and give what does the work on these shards there.

    cluster: "host:port" of a Ray cluster; "auto" for the one that runs, or else one on this machine alone for as long
        as the block lasts; None for this process     needed_gb: the memory that a worker takes
    Raises `BadOption` for what is no address or no number of workers, `BadCluster` where a cluster cannot be reached or
    differs, `MissingExtra` where Ray is not installed, `BadShards` where a machine does not see the shards.
    """
    _check_asked(cluster, n_workers)
    if cluster is None:
        yield one_after_the_other
        return
    ray = imported_ray()
    begun_here = not ray.is_initialized()
    if begun_here:
        _connect(ray, cluster)
    elif cluster not in (AUTO, ray.get_runtime_context().gcs_address):
        raise BadCluster(
            f"This process is connected to {ray.get_runtime_context().gcs_address} already, not to {cluster}. "
            "Call ray.shutdown() first, or use cluster='auto'."
        )
    try:
        on_cluster = ClusterMap(n_workers, needed_gb)
        on_cluster.on_each_machine("check_shards", shards.storage, shards.fingerprint)
        yield on_cluster
    finally:
        if begun_here:
            ray.shutdown()


def _check_asked(cluster: object, n_workers: object) -> None:
    is_number = isinstance(n_workers, int) and not isinstance(n_workers, bool) and n_workers >= 1
    if n_workers is not None and not is_number:
        raise BadOption(f"workers is how many work at once, 1 or more, but {shown(n_workers)} came.")
    if cluster is None and n_workers is not None:
        raise BadOption(f"workers={n_workers} is for a cluster: give cluster='auto', or an address.")
    if cluster is None or cluster == AUTO:
        return
    host, _, port = str(cluster).rpartition(":")
    if not (isinstance(cluster, str) and host and port.isdecimal() and "/" not in cluster):
        raise BadOption(
            f"cluster is 'auto' or the host:port that `ray start --head` prints, such as '10.0.0.1:6379', but "
            f"{shown(cluster)} came."
        )


def _connect(ray: Any, cluster: str) -> None:
    options: dict[str, Any] = {"log_to_driver": False, "logging_level": "critical"}  # what Ray raises is said below
    if cluster != AUTO:
        _knock(cluster)
    try:
        ray.init(address=cluster, **options)
        log.info("connected to the Ray cluster at %s", ray.get_runtime_context().gcs_address)
    except ConnectionError as error:
        if cluster != AUTO:
            raise _out_of_reach(cluster, error) from error
        ray.init(address="local", num_cpus=n_threads(), include_dashboard=False, **options)
        log.info("no Ray cluster runs: one was started on this machine, on %s", counted(n_threads(), "processor"))
    except (RuntimeError, OSError) as error:  # of another version of Ray or Python
        raise _out_of_reach(cluster, error) from error


def _knock(cluster: str) -> None:
    """Raise `BadCluster` where nobody is there, who is there is no Ray, or it wants a token.

    Ray itself would try for ten minutes, print a line every few seconds, and then end the process.
    """
    host, _, port = cluster.rpartition(":")
    try:
        socket.create_connection((host, int(port)), PATIENCE).close()
    except (OSError, OverflowError) as error:
        raise _out_of_reach(cluster, error) from error
    ask = [sys.executable, "-m", "ray.scripts.scripts", "health-check", "--address", cluster]
    try:
        said = subprocess.run(ask, capture_output=True, timeout=PATIENCE_OF_RAY, check=False).stderr
    except subprocess.TimeoutExpired as error:
        raise _out_of_reach(cluster, NO_RAY) from error
    if b"AuthToken" in said:
        raise BadCluster(f"The Ray cluster at {cluster} cannot be joined: {TOKEN_WANTED}.")


def _out_of_reach(cluster: str, why: Exception | str) -> BadCluster:
    return BadCluster(
        f"The Ray cluster at {cluster} cannot be joined: {why}. Start it with `ray start --head`, give the address "
        "that it prints, and use the same versions of Ray and Python here."
    )
