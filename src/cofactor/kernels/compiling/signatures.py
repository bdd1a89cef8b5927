"""The signature of machine code: its kernel, the constants it is compiled for, and the kinds of its arguments."""

from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple, Self

import numpy as np

__all__ = ["Signature", "kind_of", "leaves"]


class Signature(NamedTuple):
    """The signature of one entry; a list in JSON."""

    module: str
    name: str
    constants: tuple[int, ...]
    kinds: tuple[Any, ...]  # of each argument, as `kind_of` has them

    @classmethod
    def from_json(cls, parts: list[Any]) -> Self:
        """The signature whose tuples JSON has turned into lists."""
        module, name, constants, kinds = parts
        return cls(module, name, tuple(constants), _as_tuples(kinds))


def kind_of(one: Any) -> Any:
    """The kind of an argument, for which an entry is compiled: arrays by type and axes, tuples by class and parts."""
    if isinstance(one, np.ndarray):
        if not one.flags.c_contiguous:
            raise ValueError("a kernel takes C-contiguous arrays")
        return f"{_type_name(one.dtype)}:{one.ndim}"
    if isinstance(one, tuple):
        return (type(one).__name__, *(kind_of(part) for part in one))
    if isinstance(one, (int, np.integer)):
        return "int"
    return "float32" if type(one) is np.float32 else "float"


def leaves(arguments: tuple[Any, ...]) -> Iterator[Any]:
    """Arrays and numbers, in order, out of tuples in tuples."""
    for one in arguments:
        if isinstance(one, tuple):
            yield from leaves(one)
        else:
            yield one


@cache
def _type_name(dtype: "np.dtype[Any]") -> str:
    return dtype.name  # NumPy spells it out anew each time, for longer than a small kernel runs


def _as_tuples(parts: Any) -> Any:
    return tuple(map(_as_tuples, parts)) if isinstance(parts, list) else parts
