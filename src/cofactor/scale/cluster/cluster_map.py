"""A task on ranges of shards done by the workers of a Ray cluster, and done again where one is lost.

What travels is the task, once to every machine, and what it gives of each range back. A range is a task of Ray's
without a state, which is given again where its worker or its machine was lost.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Any, NamedTuple, TypeVar

from cofactor import log
from cofactor.errors import BadCluster, CofactorError, MissingExtra
from cofactor.scale.cluster.cluster_tasks import checked_task, versions

__all__ = ["ClusterMap", "TaskSize", "imported_ray"]

R = TypeVar("R")
MOST_LOSSES = 4  # of one range; what kills every worker that takes it is no accident
MOST_KILLED_FOR_MEMORY = 2


class TaskSize(NamedTuple):
    """How the processors of a cluster are divided among workers."""

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
        return cls(n_workers or _n_fitting(cpus, cpus_of_machines), cpus)


def _n_fitting(cpus: float, cpus_of_machines: Iterable[float]) -> int:
    return sum(int(one // cpus) for one in cpus_of_machines)


class ClusterMap:
    """An `OrderedMap` by the workers of the cluster that this process is connected to."""

    def __init__(self, n_workers: int | None, needed_gb: float) -> None:
        """n_workers: ranges that are worked on at once; None: as many as there is room for

        needed_gb: memory that a worker takes
        """
        self._n_workers, self._needed_gb, self._ray = n_workers, needed_gb, imported_ray()
        # No retries of Ray's own: those of tasks that were killed for memory have no end.
        self._task: Any = self._ray.remote(max_retries=0)(checked_task())
        self._versions = versions()

    def __call__(self, task: Callable[[range], R], ranges: Sequence[range], /) -> Iterator[R]:
        """What the task gives of each range, in their order; arrays in it are not to be written into.

        At most one range more than there are workers is out or waits here. Raises `BadCluster` where one is lost again
        and again, and what a worker raises. Ranges that are out when the iteration is left are worked on to their ends,
        for nobody, unless the process disconnects first: `ray.cancel` of a task that ends at that moment aborts the
        whole process (Ray 2.60, a failed check in `CompletePendingTask`).
        """
        held, size = self._ray.put(task), TaskSize.of(self._cpus(), self._n_workers)
        lost = [_Losses(shards) for shards in ranges]
        running, done, n_begun = dict[Any, int](), dict[int, tuple[R]](), 0

        def begin(number: int) -> None:
            there = self._task.options(num_cpus=size.cpus)
            running[there.remote(self._versions, "do_task", [held], ranges[number], size.n_threads)] = number

        for number in range(len(ranges)):
            while number not in done:
                while n_begun < len(ranges) and len(running) + len(done) <= self._n_at_once(size):
                    begin(n_begun)
                    n_begun += 1
                (ready, *_), _ = self._ray.wait([*running], num_returns=1)
                at = running.pop(ready)
                found = self._found(ready, lost[at])
                if found is None:
                    begin(at)
                else:
                    done[at] = found
            yield done.pop(number)[0]

    def on_each_machine(self, name: str, *arguments: Any) -> None:
        """Call the function of `cluster_tasks` with this name on every machine; raises what it raises there."""
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        asked = list[Any]()
        for node in self._nodes():
            there = self._task.options(num_cpus=0, scheduling_strategy=NodeAffinitySchedulingStrategy(node, soft=False))
            asked.append(there.remote(self._versions, name, *arguments))
        errors = self._ray.exceptions
        for one in asked:
            with suppress(errors.NodeDiedError, errors.TaskUnschedulableError):  # lost since: others do its work
                self._value(one)

    def _nodes(self) -> dict[str, float]:
        """The processors of each machine that has any, by its name in Ray."""
        nodes = [node for node in self._ray.nodes() if node["Alive"]]
        found = {node["NodeID"]: node["Resources"].get("CPU", 0.0) for node in nodes}
        return {name: cpus for name, cpus in found.items() if cpus}

    def _n_at_once(self, size: TaskSize) -> int:
        """The workers that there are now: machines may have joined."""
        return self._n_workers or max(size.n_workers, _n_fitting(size.cpus, self._nodes().values()))

    def _cpus(self) -> list[float]:
        found = [*self._nodes().values()]
        if not found:
            raise BadCluster("No machine of the cluster has a processor for tasks. Start one: ray start --address=…")
        return found

    def _found(self, ready: Any, lost: "_Losses") -> "tuple[Any] | None":
        """What a task gave, in a tuple; None where it was lost and is to be given again."""
        try:
            return (self._value(ready),)
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


class _Losses:
    """How often the work on some shards came to nothing."""

    def __init__(self, shards: range) -> None:
        self.for_memory, self.otherwise, self.why = 0, 0, ""
        first, last = shards.start, shards.stop - 1
        self._shards = f"shard {first}" if first == last else f"shards {first} to {last}"

    def refuse_more(self, needed_gb: float) -> None:
        """Raise `BadCluster` where a further try would end as those before."""
        if self.for_memory >= MOST_KILLED_FOR_MEMORY:
            raise BadCluster(
                f"Workers ran out of memory twice on {self._shards}. A worker needs about {needed_gb:.1f} GB: ask for "
                "fewer workers, use fewer n_factors, or shard the table into smaller files."
            )
        if self.otherwise >= MOST_LOSSES:
            raise BadCluster(
                f"The work on {self._shards} was lost {self.otherwise} times with its workers, at last because: "
                f"{self.why} Look into the cluster's logs."
            )
        log.info("the work on %s was lost with its worker, and is done again", self._shards)


def imported_ray() -> Any:
    """The package. Raises `MissingExtra` where it is not installed."""
    try:
        import ray
    except ImportError as error:
        raise MissingExtra("A cluster", "distributed") from error
    return ray
