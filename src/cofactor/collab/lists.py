"""`L`, the course's list."""

import random
from collections.abc import Callable, Generator, Iterable
from functools import reduce
from itertools import cycle, islice
from operator import add, mul
from types import GeneratorType
from typing import Any

import numpy as np
from torch import Tensor

__all__ = ["L"]


class L(list[Any]):
    """A list that says its length when shown, and is indexed by lists and masks too.

    >>> L(range(3)), L([4, 5, 6])[[0, 2]], L(1).map(str), L(3, 1).sorted() + 7
    ((#3) [0, 1, 2], (#2) [4, 6], (#1) ['1'], (#3) [1, 3, 7])
    """

    def __init__(self, *items: Any) -> None:
        one = items[0] if len(items) == 1 else items
        super().__init__([] if one is None else one if _is_several(one) else [one])

    @classmethod
    def range(cls, *ends: int) -> "L":
        """The numbers of `range` with these arguments."""
        return cls(range(*ends))

    @property
    def items(self) -> list[Any]:
        """The entries as a plain list."""
        return list(self)

    def __getitem__(self, at: Any) -> Any:
        if isinstance(at, slice):
            return L(super().__getitem__(at))
        if isinstance(at, int | np.integer) or not np.ndim(at):
            return super().__getitem__(int(at))
        at = np.asarray(at)
        places = np.flatnonzero(at) if at.dtype == bool else at
        return L([super(L, self).__getitem__(int(place)) for place in places])

    def __add__(self, other: Any) -> "L":
        return L([*self, *L(other)])

    def __radd__(self, other: Any) -> "L":
        return L([*L(other), *self])

    def __mul__(self, n: Any) -> "L":
        return L([*self] * n)

    def map(self, f: Any, *args: Any, **kwargs: Any) -> "L":
        """The results of f for every entry, with the further arguments passed on to f; f may be a format string."""
        return L([(f.format if isinstance(f, str) else f)(one, *args, **kwargs) for one in self])

    def filter(self, f: Callable[[Any], Any] = bool, negate: bool = False) -> "L":
        """The entries for which f is true (false if `negate`), in their order."""
        return L([one for one in self if bool(f(one)) != negate])

    def argwhere(self, f: Callable[[Any], Any]) -> "L":
        """The places of the entries for which f is true."""
        return L([at for at, one in enumerate(self) if f(one)])

    def attrgot(self, name: str, default: Any = None) -> "L":
        """The attribute of this name of every entry, `default` where an entry has none."""
        return self.map(getattr, name, default)

    def itemgot(self, *at: Any) -> "L":
        """The value of every entry at a key or index; several are applied one after the other."""
        found = self
        for one in at:
            found = L([item[one] for item in found])
        return found

    def sorted(self, key: Any = None, reverse: bool = False) -> "L":
        """The entries in order; key: a function, or the name of an attribute or number of a place to order by."""
        if isinstance(key, str):
            return L(sorted(self, key=lambda one: getattr(one, key), reverse=reverse))
        if isinstance(key, int):
            return L(sorted(self, key=lambda one: one[key], reverse=reverse))
        return L(sorted(self, key=key, reverse=reverse))

    def unique(self, sort: bool = False, bidir: bool = False) -> Any:
        """Each entry once, in order of first appearance or sorted; with `bidir` also the place of each, as a dict."""
        found = L(dict.fromkeys(self))
        found = found.sorted() if sort else found
        return (found, found.val2idx()) if bidir else found

    def val2idx(self) -> dict[Any, int]:
        """The place of each entry, the last one of equals."""
        return {one: at for at, one in enumerate(self)}

    def zip(self, cycled: bool = False) -> "L":
        """Tuples of the first parts of all entries, the second parts, and so on; `cycled` repeats the shorter ones."""
        if not cycled:
            return L(zip(*self))
        longest = max(map(len, self), default=0)
        return L(zip(*(islice(cycle(one), longest) for one in self)))

    def zipwith(self, *rest: Iterable[Any], cycled: bool = False) -> "L":
        """Tuples of the entries here and those of other lists at the same places."""
        return L([self, *map(L, rest)]).zip(cycled=cycled)

    def enumerate(self) -> "L":
        """Tuples of place and entry."""
        return L(enumerate(self))

    def concat(self) -> "L":
        """The entries of all entries, one after the other."""
        return L([one for part in self for one in L(part)])

    def reduce(self, f: Callable[[Any, Any], Any], *initial: Any) -> Any:
        """The entries put together by f from the left."""
        return reduce(f, self, *initial)

    def sum(self) -> Any:
        """The sum of the entries, 0 of none."""
        return reduce(add, self, 0)

    def product(self) -> Any:
        """The product of the entries, 1 of none."""
        return reduce(mul, self, 1)

    def map_dict(self, f: Callable[[Any], Any]) -> dict[Any, Any]:
        """The result of f for every entry, by entry."""
        return {one: f(one) for one in self}

    def shuffle(self) -> "L":
        """The entries in an order of Python's random generator."""
        return L(random.sample(self, len(self)))

    def __repr__(self) -> str:
        shown = ", ".join(repr(one) for one in self[:10]) if len(self) else ""
        return f"(#{len(self)}) [{shown}{'...' if len(self) > 10 else ''}]"


def _is_several(one: Any) -> bool:
    return isinstance(one, list | tuple | set | range | dict | GeneratorType | map | filter | zip | Generator) or (
        isinstance(one, Iterable) and not isinstance(one, str | bytes | Tensor | np.ndarray)
    )
