"""Options as they were meant: each is brought to the type that its dataclass field states, or refused; and arguments.

NumPy's numbers and arrays become the equal Python value, 8.0 a whole number where one is asked for, a list a tuple.
What would have to be guessed at is refused: "8" and True are no numbers, 8.5 is no whole one, nan and inf are none.
"""

import typing
from collections.abc import Iterable, Sequence
from dataclasses import fields
from difflib import get_close_matches
from functools import cache
from inspect import Parameter, signature
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

import numpy as np

from cofactor.errors import BadOption, shown

__all__ = ["conform", "conformed", "refuse_unknown", "seed_of"]

MEANINGS = {int: "a whole number", float: "a finite number", bool: "True or False", str: "a text", NoneType: "None"}


def conform(options: Any) -> None:
    """Bring every field of a dataclass instance to the type that it states; raises `BadOption` where one is not of it.

    Fields of types that are not of numbers, texts and tuples of them stay as they are.
    """
    for name, kind in _kinds(type(options)).items():
        given = getattr(options, name)
        value = conformed(name, kind, given)
        if value is not given:
            setattr(options, name, value)


def conformed(name: str, kind: Any, given: Any) -> Any:
    """The value given for one option or argument, converted to its type; raises `BadOption` where that is impossible.

    >>> conformed("n", int, 8.0), conformed("interval", float | None, None)
    (8, None)
    """
    if type(given) is kind and kind is not float and (kind is not int or abs(given) <= LARGEST_WHOLE):
        return given  # what is asked at every question takes a tenth of a microsecond
    value = _as(kind, _plain(given))
    if value is REFUSED:
        too_large = " It must fit into 64 bits." if type(given) is int and abs(given) > LARGEST_WHOLE else ""
        raise BadOption(f"{name} must be {_meaning(kind)}, but {shown(given)} came.{too_large}")
    return value


def refuse_unknown(cls: type, names: Iterable[str]) -> None:
    """Raise `BadOption` for a name that is no keyword argument of this class, and say which was meant."""
    parameters = signature(cls).parameters.values()
    if any(one.kind is Parameter.VAR_KEYWORD for one in parameters):
        return
    known = [one.name for one in parameters if one.kind is not Parameter.VAR_POSITIONAL]
    for name in names:
        if name not in known:
            near = get_close_matches(name, known, n=1, cutoff=0.5) or [one for one in known if name in one][:1]
            mend = f"Did you mean {near[0]!r}?" if near else f"It has: {', '.join(known) or 'none'}."
            raise BadOption(f"{cls.__name__} has no option {name!r}. {mend}")


def seed_of(given: Any) -> int:
    """A seed of whatever is drawn at random; raises `BadOption` for what is none."""
    seed: int = conformed("seed", int, given)
    if seed < 0:
        raise BadOption(f"seed is a whole number, 0 or more, but {shown(seed)} came.")
    return seed


REFUSED = object()
LARGEST_WHOLE = 2**63 - 1  # what an array can count


@cache
def _kinds(cls: type) -> dict[str, Any]:
    """The type of each field that is checked, whatever way it was written down."""
    try:
        hints = typing.get_type_hints(cls)
    except (NameError, TypeError):  # a class from elsewhere, with names that only its type checker knows
        hints = {one.name: one.type for one in fields(cls)}
    return {one.name: hints[one.name] for one in fields(cls) if one.init and _is_known(hints[one.name])}


def _is_known(kind: Any) -> bool:
    origin, parts = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType, tuple):
        return all(part is Ellipsis or _is_known(part) for part in parts)
    return origin is Literal or kind in MEANINGS


def _plain(given: Any) -> Any:
    """What NumPy has counted, as Python says it."""
    if isinstance(given, np.generic):
        return given.item()
    return given.tolist() if isinstance(given, np.ndarray) else given


def _as(kind: Any, given: Any) -> Any:
    """The value as this type has it, or `REFUSED`."""
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        fitting = (value for part in get_args(kind) if (value := _as(part, given)) is not REFUSED)
        return next(fitting, REFUSED)
    if origin is Literal:
        return given if any(type(given) is type(one) and given == one for one in get_args(kind)) else REFUSED
    if origin is tuple:
        return _as_tuple(get_args(kind), given)
    if kind is int or kind is float:
        return _as_number(kind, given)
    return given if type(given) is kind else REFUSED


def _as_number(kind: type, given: Any) -> Any:
    largest = LARGEST_WHOLE if kind is int else 1e300
    if type(given) not in (int, float) or not abs(given) <= largest:  # nan, too, is not below anything
        return REFUSED
    return kind(given) if kind is float or given == int(given) else REFUSED


def _as_tuple(kinds: tuple[Any, ...], given: Any) -> Any:
    if not isinstance(given, (list, tuple)):
        return REFUSED
    wanted: Sequence[Any] = kinds[:1] * len(given) if Ellipsis in kinds else kinds
    if len(wanted) != len(given):
        return REFUSED
    values = tuple(_as(kind, _plain(one)) for kind, one in zip(wanted, given, strict=True))
    return REFUSED if REFUSED in values else values


def _meaning(kind: Any) -> str:
    """A type in words."""
    origin, parts = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return " or ".join(map(_meaning, parts))
    if origin is Literal:
        return f"one of {', '.join(map(str, parts))}"
    if origin is tuple and Ellipsis in parts:
        return f"a tuple, each part of it {_meaning(parts[0])}"
    if origin is tuple:
        return f"a tuple ({', '.join(map(_meaning, parts))})"
    return MEANINGS[kind]
