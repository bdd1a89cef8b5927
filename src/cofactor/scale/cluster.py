"""Bundles of shards summed by the workers of a Ray cluster, joined here in their order: the same bits as one process.

What travels in a sweep is the pass (the items as they are) to every machine, and the sums of each bundle back. A
bundle is a task without a state, which is given again where its worker or its machine was lost.
"""

import socket
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from copy import deepcopy
from typing import Any, NamedTuple

from cofactor import log
from cofactor.errors import BadCluster, BadOption, CofactorError, MissingExtra, counted, shown
from cofactor.kernels.threads import n_threads
from cofactor.scale.cluster_tasks import checked_task, versions
from cofactor.scale.engine import ShardPass, Summing, one_after_the_other
from cofactor.scale.folder import Shards

__all__ = ["ClusterSumming", "summing_on"]

AUTO = "auto"
MOST_LOSSES = 4  # of one bundle; what kills every worker that takes it is no accident
MOST_KILLED_FOR_MEMORY = 2
PATIENCE = 10.0  # seconds until a cluster that does not answer counts as out of reach


class TaskSize(NamedTuple):
    """How the processors of a cluster are divided among bundles."""

    n_workers: int
    cpus: float  # of each; half a processor for four workers on two

    @property
    def n_threads(self) -> int:
        """The threads on which a worker computes."""
        return max(1, int(self.cpus))

    @classmethod
    def of(cls, cpus_of_machines: Sequence[float], n_workers: int | None) -> "TaskSize":
        """For so many workers, or as many as machines have room for, each with the processors of the smallest one.

        >>> TaskSize.of([2.0], 4), TaskSize.of([16.0, 48.0], None)
        (TaskSize(n_workers=4, cpus=0.5), TaskSize(n_workers=4, cpus=16))
        """
        smallest, largest, total = min(cpus_of_machines), max(cpus_of_machines), sum(cpus_of_machines)
        cpus = min(total / n_workers, largest) if n_workers else smallest
        cpus = int(cpus) if cpus >= 1 else cpus
        return cls(n_workers or sum(int(one // cpus) for one in cpus_of_machines), cpus)


class ClusterSumming:
    """A `Summing` by the workers of the cluster that this process is connected to."""

    def __init__(self, n_workers: int | None, needed_gb: float) -> None:
        """n_workers: bundles that are summed at once; None: as many as there is room for

        needed_gb: memory that summing one takes
        """
        self._n_workers, self._needed_gb, self._ray = n_workers, needed_gb, imported_ray()
        # No retries of Ray's own: those of tasks that were killed for memory have no end.
        self._task: Any = self._ray.remote(max_retries=0)(checked_task())
        self._versions = versions()

    def __call__(self, todo: ShardPass[Any], bundles: Sequence[range]) -> Iterator[Any]:
        """The sums of bundles in their order. At most one bundle more than there are workers is out or waits here.

        Raises `BadCluster` where a bundle is lost again and again, and what a worker raises.
        """
        held, size = self._ray.put(todo), TaskSize.of(self._cpus(), self._n_workers)
        lost = [_Losses(number) for number in range(len(bundles))]
        running, done, n_begun = dict[Any, int](), dict[int, Any](), 0

        def begin(number: int) -> None:
            task = self._task.options(num_cpus=size.cpus)
            running[task.remote(self._versions, "bundle_sums", [held], bundles[number], size.n_threads)] = number

        try:
            for number in range(len(bundles)):
                while number not in done:
                    while n_begun < len(bundles) and len(running) + len(done) <= size.n_workers:
                        begin(n_begun)
                        n_begun += 1
                    (ready, *_), _ = self._ray.wait([*running], num_returns=1)
                    at = running.pop(ready)
                    found = self._found(ready, lost[at])
                    if found is None:
                        begin(at)
                    else:
                        done[at] = found
                found = done.pop(number)
                yield found if number else deepcopy(found)  # others are added to the first; Ray's arrays stay as sent
        finally:
            self._cancel(running)

    def check(self, shards: Shards) -> None:
        """Raise `BadCluster` or `BadShards` where a machine has another version of the library, or not these shards."""
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        asked = list[Any]()
        for node in self._nodes():
            there = self._task.options(num_cpus=0, scheduling_strategy=NodeAffinitySchedulingStrategy(node, soft=False))
            asked.append(there.remote(self._versions, "check_shards", shards.storage, shards.fingerprint))
        for one in asked:
            with suppress(self._ray.exceptions.NodeDiedError):  # lost since: others do its work
                self._value(one)

    def _nodes(self) -> dict[str, float]:
        """The processors of each machine that has any, by its name in Ray."""
        nodes = [node for node in self._ray.nodes() if node["Alive"]]
        found = {node["NodeID"]: node["Resources"].get("CPU", 0.0) for node in nodes}
        return {name: cpus for name, cpus in found.items() if cpus}

    def _cpus(self) -> list[float]:
        found = [*self._nodes().values()]
        if not found:
            raise BadCluster("No machine of the cluster has a processor for tasks. Start one: ray start --address=…")
        return found

    def _found(self, ready: Any, lost: "_Losses") -> Any:
        """The sums, or None where the task was lost and is to be given again."""
        try:
            return self._value(ready)
        except (self._ray.exceptions.OutOfMemoryError, MemoryError):
            lost.for_memory += 1
        except self._ray.exceptions.RayError as error:
            lost.otherwise += 1
            lost.why = str(error).partition("\n")[0]
        lost.refuse_more(self._needed_gb)
        return None

    def _value(self, ready: Any) -> Any:
        """What a task gave; raises what it raised, as itself."""
        try:
            return self._ray.get(ready)
        except self._ray.exceptions.RayTaskError as error:
            cause = error.cause
            if isinstance(cause, CofactorError | MemoryError):
                raise cause from None
            if isinstance(cause, ImportError):
                raise BadCluster(
                    f"A worker cannot take part: {cause}. Install the same versions on every machine of the cluster."
                ) from None
            what = f"{type(cause).__name__}: {str(cause).partition(chr(10))[0]}"
            raise BadCluster(f"A worker failed: {what}. More is in the cluster's logs.") from error

    def _cancel(self, running: dict[Any, int]) -> None:
        """Have nobody go on with what nobody waits for."""
        if running and self._ray.is_initialized():
            for one in running:
                self._ray.cancel(one)


class _Losses:
    """How often a bundle came to nothing."""

    def __init__(self, number: int) -> None:
        self.number, self.for_memory, self.otherwise, self.why = number, 0, 0, ""

    def refuse_more(self, needed_gb: float) -> None:
        """Raise `BadCluster` where a further try would end as those before."""
        if self.for_memory >= MOST_KILLED_FOR_MEMORY:
            raise BadCluster(
                f"Workers ran out of memory twice on bundle {self.number}. A worker needs about {needed_gb:.1f} GB: "
                "ask for fewer workers, use fewer n_factors, or shard the table into smaller files."
            )
        if self.otherwise >= MOST_LOSSES:
            raise BadCluster(
                f"Bundle {self.number} was lost {self.otherwise} times with its workers, at last because: {self.why} "
                "Look into the cluster's logs."
            )
        log.info("bundle %s was lost with its worker, and is summed again", self.number)


@contextmanager
def summing_on(cluster: str | None, n_workers: int | None, shards: Shards, needed_gb: float) -> Generator[Summing]:
    """Connect to a cluster within this block, and give what sums the bundles of these shards on it.

    cluster: "host:port" of a Ray cluster; "auto" for the one that runs, or else one on this machine alone for as long
        as the block lasts; None for this process     needed_gb: the memory that summing a bundle takes
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
        summing = ClusterSumming(n_workers, needed_gb)
        summing.check(shards)
        yield summing
    finally:
        if begun_here:
            ray.shutdown()


def _check_asked(cluster: object, n_workers: object) -> None:
    is_number = isinstance(n_workers, int) and not isinstance(n_workers, bool) and n_workers >= 1
    if n_workers is not None and not is_number:
        raise BadOption(f"workers is how many bundles are summed at once, 1 or more, but {shown(n_workers)} came.")
    if cluster is None and n_workers is not None:
        raise BadOption(f"workers={n_workers} are those of a cluster: give cluster='auto', or an address.")
    if cluster is None or cluster == AUTO:
        return
    host, _, port = str(cluster).rpartition(":")
    if not (isinstance(cluster, str) and host and port.isdecimal() and "/" not in cluster):
        raise BadOption(
            f"cluster is 'auto' or the host:port that `ray start --head` prints, such as '10.0.0.1:6379', but "
            f"{shown(cluster)} came."
        )


def _connect(ray: Any, cluster: str) -> None:
    options: dict[str, Any] = {"log_to_driver": False, "logging_level": "error"}
    try:
        if cluster != AUTO:
            _knock(cluster)
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
    """Ray itself would try for a minute, and then end the process."""
    host, _, port = cluster.rpartition(":")
    try:
        socket.create_connection((host, int(port)), PATIENCE).close()
    except (OSError, OverflowError) as error:
        raise ConnectionError(error) from error


def _out_of_reach(cluster: str, error: Exception) -> BadCluster:
    return BadCluster(
        f"The Ray cluster at {cluster} cannot be joined: {error}. Start it with `ray start --head`, give the address "
        "that it prints, and use the same versions of Ray and Python here."
    )


def imported_ray() -> Any:
    """The package. Raises `MissingExtra` where it is not installed."""
    try:
        import ray
    except ImportError as error:
        raise MissingExtra("A cluster", "distributed") from error
    return ray
