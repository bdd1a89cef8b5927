"""The small functions that a course notebook uses without naming where they come from."""

import random
from collections.abc import Callable, Generator, Iterable
from inspect import Parameter, signature
from types import GeneratorType
from typing import Any, TypeVar

import numpy as np
import torch
from torch import Tensor

__all__ = ["L", "delegates", "one_hot", "pca", "set_seed", "tensor", "test_eq"]

T = TypeVar("T")


class L(list[Any]):
    """A list that says its length when shown, and is indexed by lists and masks too.

    >>> L(range(3)), L([4, 5, 6])[[0, 2]], L(1).map(str)
    ((#3) [0, 1, 2], (#2) [4, 6], (#1) ['1'])
    """

    def __init__(self, *items: Any) -> None:
        one = items[0] if len(items) == 1 else items
        super().__init__([] if one is None else one if _is_several(one) else [one])

    def __getitem__(self, at: Any) -> Any:
        if isinstance(at, slice):
            return L(super().__getitem__(at))
        if isinstance(at, int | np.integer) or not np.ndim(at):
            return super().__getitem__(int(at))
        at = np.asarray(at)
        places = np.flatnonzero(at) if at.dtype == bool else at
        return L([super(L, self).__getitem__(int(place)) for place in places])

    def map(self, f: Callable[..., Any], *args: Any, **kwargs: Any) -> "L":
        """The results of f for every entry, with the further arguments passed on to f."""
        return L([f(one, *args, **kwargs) for one in self])

    def filter(self, f: Callable[[Any], Any] = bool) -> "L":
        """The entries for which f is true, in their order."""
        return L([one for one in self if f(one)])

    def attrgot(self, name: str, default: Any = None) -> "L":
        """The attribute of this name of every entry, `default` where an entry has none."""
        return self.map(getattr, name, default)

    def itemgot(self, *at: Any) -> "L":
        """The value of every entry at a key or index; several are applied one after the other."""
        found = self
        for one in at:
            found = L([item[one] for item in found])
        return found

    def __repr__(self) -> str:
        shown = ", ".join(repr(one) for one in self[:10]) if len(self) else ""
        return f"(#{len(self)}) [{shown}{'...' if len(self) > 10 else ''}]"


def _is_several(one: Any) -> bool:
    return isinstance(one, list | tuple | set | range | dict | GeneratorType | map | filter | zip | Generator) or (
        isinstance(one, Iterable) and not isinstance(one, str | bytes | Tensor | np.ndarray)
    )


def tensor(x: Any, *rest: Any, **kwargs: Any) -> Tensor:
    """A tensor of a number, several numbers, a list, an array or a pandas column.

    >>> tensor(1, 2), tensor([0.5])
    (tensor([1, 2]), tensor([0.5000]))
    """
    given: Any = (x, *rest) if rest else x
    if isinstance(given, Tensor):
        return given.to(**kwargs) if kwargs else given
    if hasattr(given, "to_numpy"):
        given = given.to_numpy()
    return torch.tensor(given, **kwargs)


def one_hot(x: Any, c: int) -> Tensor:
    """(c,) uint8, 1 at the place (or places) x.

    >>> one_hot(1, 3)
    tensor([0, 1, 0], dtype=torch.uint8)
    """
    hot = torch.zeros(c, dtype=torch.uint8)
    hot[tensor(x).long()] = 1
    return hot


def pca(x: Tensor, k: int = 2) -> Tensor:
    """(n, f) -> (n, k): the centred rows along their k directions of largest spread; also a method of tensors.

    As the course has it, the signs mean nothing. The result is detached, so it can be plotted as it is.
    """
    centred = x.detach() - x.detach().mean(dim=0)
    directions = torch.linalg.svd(centred.T, full_matrices=False).U[:, :k]
    return centred @ directions


Tensor.pca = pca  # pyright: ignore[reportAttributeAccessIssue]  (the course writes movie_factors.pca(3))


def test_eq(a: Any, b: Any) -> None:
    """Raise an AssertionError that shows both where a and b differ; arrays and tensors are compared by value."""
    first, second = (one.detach().cpu().numpy() if isinstance(one, Tensor) else one for one in (a, b))
    arrays = isinstance(first, np.ndarray) or isinstance(second, np.ndarray)
    if not (np.array_equal(first, second) if arrays else first == second):
        raise AssertionError(f"==:\n{a}\n{b}")


test_eq.__test__ = False  # pyright: ignore[reportFunctionMemberAccess]  (a name of the course, no test of ours)


def set_seed(s: int, reproducible: bool = False) -> None:
    """Seed Python's, NumPy's and torch's global generators, which first weights and orders are drawn from."""
    random.seed(s)
    np.random.seed(s % 2**32)  # noqa: NPY002  (the global generator is what the caller asks to be seeded)
    torch.manual_seed(s)
    if reproducible:
        torch.backends.cudnn.deterministic, torch.backends.cudnn.benchmark = True, False


def delegates(to: Callable[..., Any] | None = None) -> Callable[[T], T]:
    """Decorator: show the keyword arguments of `to` in place of **kwargs; of the base class where none is named."""

    def show(f: T) -> T:
        source: Any = to or getattr(f, "__base__", None)
        own: Any = getattr(f, "__init__", f) if isinstance(f, type) else f
        shape = signature(own)
        named = {n: p for n, p in shape.parameters.items() if p.kind != Parameter.VAR_KEYWORD}
        offered = {
            n: p.replace(kind=Parameter.KEYWORD_ONLY)
            for n, p in signature(source).parameters.items()
            if p.default is not Parameter.empty and n not in named
        }
        own.__signature__ = shape.replace(parameters=[*named.values(), *offered.values()])
        return f

    return show
