"""Between what a model's options are searched: each model says it of its own options, `tune` tries them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

__all__ = ["Between", "OneOf", "Space", "reaching"]


@dataclass(frozen=True)
class Between:
    """A number from low to high, both included; whole where both are. log: by equal factors, not by equal steps."""

    low: float
    high: float
    log: bool = False

    @property
    def is_whole(self) -> bool:
        """True where both ends are integers, so that every value tried is one."""
        return isinstance(self.low, int) and isinstance(self.high, int)

    def reaching(self, value: Any) -> "Between":
        """The range widened to include the value; unchanged where a range of this kind cannot hold it."""
        return Between(min(self.low, value), max(self.high, value), self.log) if self.can_hold(value) else self

    def can_hold(self, value: Any) -> bool:
        """Could a range of this kind hold the value? None in no range, 0 in none that goes by factors."""
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        return is_number and (value > 0 or not self.log) and (isinstance(value, int) or not self.is_whole)


@dataclass(frozen=True)
class OneOf:
    """One of these values, of any type, in no order."""

    values: tuple[Any, ...]

    def reaching(self, value: Any) -> "OneOf":
        """The choice with the value added where it is missing."""
        return self if value in self.values else OneOf((*self.values, value))

    def can_hold(self, value: Any) -> bool:
        """True for any value."""
        return True


Space: TypeAlias = Mapping[str, Between | OneOf]  # by the option's name


def reaching(space: Space, options: Mapping[str, Any]) -> dict[str, Between | OneOf]:
    """The space with room for these options, so that they can be tried beside the others.

    >>> reaching({"reg": Between(1.0, 10.0)}, {"reg": 50.0, "seed": 3})
    {'reg': Between(low=1.0, high=50.0, log=False)}
    """
    return {name: part.reaching(options[name]) for name, part in space.items()}
