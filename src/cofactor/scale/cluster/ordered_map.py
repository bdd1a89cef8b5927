"""Who does a task on ranges of shards, and where: this process, or the machines of a cluster (`cluster_map.py`)."""

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol, TypeVar

__all__ = ["OrderedMap", "one_after_the_other"]

R = TypeVar("R")


class OrderedMap(Protocol):
    """Maps a task over ranges of shards: what it gives of each, in the order of the ranges, whoever was done first."""

    def __call__(self, task: Callable[[range], R], ranges: Sequence[range], /) -> Iterable[R]:
        """task: may be done again, or elsewhere: it has all that it needs, and keeps nothing between two calls"""
        ...


def one_after_the_other(task: Callable[[range], R], ranges: Sequence[range], /) -> Iterable[R]:
    """The results of a task in this process, each made when it is asked for."""
    return map(task, ranges)
