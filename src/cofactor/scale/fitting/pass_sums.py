"""What a pass over shards sums: the items' equations and numbers beside them, added bundle by bundle."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from cofactor.arrays import Array
from cofactor.kernels.posterior.row_sums import RowSums
from cofactor.scale.fitting.held_out import ErrorSums

__all__ = ["PassSums"]


@dataclass
class PassSums:
    """The sums of a pass over some shards; the fields of subclasses are what else is added up, numbers and arrays."""

    of_items: RowSums

    def add(self, other: "PassSums") -> None:
        """Add the sums over further shards, in place; the order of adding decides the last bits."""
        self.of_items.add(other.of_items)
        for name in self._names():
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def state(self) -> dict[str, Array]:
        """The sums as arrays by name, from which `restore` has them again to the last bit."""
        of_items = {f"of_items.{name}": array for name, array in self.of_items._asdict().items()}
        return of_items | {name: _packed(getattr(self, name)) for name in self._names()}

    def restore(self, state: Mapping[str, Array]) -> None:
        """Be the sums of which this was the `state`; its arrays are written into from now on."""
        self.of_items = RowSums(*(state[f"of_items.{name}"] for name in RowSums._fields))
        for name in self._names():
            setattr(self, name, _unpacked(state[name], getattr(self, name)))

    def _names(self) -> list[str]:
        return [field.name for field in fields(self) if field.name != "of_items"]


def _packed(value: Any) -> Array:
    return np.array([*value.sums, value.n_users] if isinstance(value, ErrorSums) else value)


def _unpacked(array: Array, like: Any) -> Any:
    """What was packed. like: a value of its type"""
    if isinstance(like, ErrorSums):
        s, n, ss, sn, nn, n_users = array.tolist()
        return ErrorSums((s, n, ss, sn, nn), int(n_users))
    return array if isinstance(like, np.ndarray) else type(like)(array)
