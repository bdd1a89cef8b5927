"""A condition as a tree of frozen nodes, which `parsing.py` makes of text and `matching.py` applies to columns."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

__all__ = ["And", "Comparison", "Condition", "Has", "Not", "OneOf", "Operator", "Or", "Value", "attributes_in"]

Operator = Literal["=", "!=", "<", "<=", ">", ">="]
Value: TypeAlias = "bool | int | float | str"


@dataclass(frozen=True)
class Comparison:
    """The attribute's value, compared with one value."""

    attribute: str
    operator: Operator
    value: Value


@dataclass(frozen=True)
class OneOf:
    """The attribute's value is one of these."""

    attribute: str
    values: tuple[Value, ...]


@dataclass(frozen=True)
class Has:
    """The attribute, of several words in a cell, has this one among them."""

    attribute: str
    word: str


@dataclass(frozen=True)
class Not:
    """The other one is known not to hold."""

    part: "Condition"


@dataclass(frozen=True)
class And:
    """All parts hold."""

    parts: "tuple[Condition, ...]"


@dataclass(frozen=True)
class Or:
    """At least one part holds."""

    parts: "tuple[Condition, ...]"


Condition: TypeAlias = Comparison | OneOf | Has | Not | And | Or


def attributes_in(condition: Condition) -> list[str]:
    """The attributes that a condition speaks of, each once, in their order."""
    if isinstance(condition, And | Or):
        return list(dict.fromkeys(name for part in condition.parts for name in attributes_in(part)))
    return attributes_in(condition.part) if isinstance(condition, Not) else [condition.attribute]
