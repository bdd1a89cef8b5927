"""What a pass over shards sums: the items' equations and numbers beside them, added bundle by bundle."""

from dataclasses import dataclass, fields

from cofactor.kernels.posterior.row_sums import RowSums

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

    def _names(self) -> list[str]:
        return [field.name for field in fields(self) if field.name != "of_items"]
