"""What workers of a cluster do: tasks on ranges of shards, in processes of their own, perhaps on other machines.

A worker gets a name of this file and arguments, and keeps nothing between two tasks. What it gets first is `checked`,
by value: a worker that has another version of the library, or none, says so, before it reads anything of ours.
"""

import socket
from collections.abc import Callable
from typing import Any

from cofactor.errors import BadOption, BadShards, MissingExtra
from cofactor.kernels.blas import quiet_blas
from cofactor.kernels.threads import set_threads
from cofactor.scale.table.folder import shards_in
from cofactor.scale.table.storage import Storage

__all__ = ["check_shards", "checked_task", "do_task", "versions"]

UNREADABLE = (BadShards, BadOption, MissingExtra)  # a machine may lack the package of a store


def versions() -> dict[str, str]:
    """The versions that workers must share with whoever sends them work."""
    import platform

    import numpy as np

    import cofactor

    return {"cofactor": cofactor.__version__, "Python": platform.python_version(), "NumPy": np.__version__}


def checked_task() -> Callable[..., Any]:
    """The function that is sent: it calls what stands in this file under a name, if the versions are the same.

    Raises `ImportError`, which names both, where they are not.
    """

    # Inside a function and without names of ours, it is pickled by value; else a worker would look for it at home.
    def checked(expected: dict[str, str], name: str, *arguments: Any) -> Any:
        import platform
        import socket
        from importlib import import_module

        home = import_module("cofactor")
        found = {"cofactor": home.__version__, "Python": platform.python_version()}
        found["NumPy"] = import_module("numpy").__version__
        other = [
            f"{one} {found[one]} in place of {version}" for one, version in expected.items() if found[one] != version
        ]
        if other:
            raise ImportError(f"{socket.gethostname()} has {', '.join(other)}")
        return getattr(import_module("cofactor.scale.cluster.cluster_tasks"), name)(*arguments)

    return checked


def do_task(held: list[Any], shards: range, n_threads: int) -> Any:
    """Do the task that `held` refers to on these shards, on so many threads; what it gives.

    Raises `BadShards`, which names the machine, for a file that is missing or changed there, or a package of its store.
    """
    import ray

    set_threads(n_threads)
    task: Any = ray.get(held[0])  # pyright: ignore[reportUnknownMemberType]
    try:
        with quiet_blas():
            return task(shards)
    except (BadShards, MissingExtra) as error:
        raise _on_this_machine(error) from None


def check_shards(storage: Storage, fingerprint: str) -> None:
    """Raise `BadShards`, which names the machine, where the storage does not hold the shards of this fingerprint."""
    try:
        found = shards_in(storage)
    except UNREADABLE as error:
        raise _on_this_machine(error) from None
    if found.fingerprint != fingerprint:
        raise _on_this_machine(BadShards(f"{storage} holds another table."))


def _on_this_machine(error: Exception) -> BadShards:
    return BadShards(
        f"On {socket.gethostname()}: {error} Every machine reads the shards at the same path or address: a "
        "shared folder, its own copy, or an object store."
    )
