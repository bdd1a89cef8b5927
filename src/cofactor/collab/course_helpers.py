"""The small functions that a course notebook uses without naming where they come from."""

import random
import sys
from collections.abc import Callable, Iterable, Sequence, Sized
from inspect import Parameter, getdoc, signature
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import torch
from torch import Tensor

from cofactor.collab.lists import L
from cofactor.run.progress import in_notebook

__all__ = [
    "delegates", "doc", "first", "ifnone", "one_hot", "pca", "progress_bar", "range_of", "set_seed", "tensor",
    "to_detach",
]  # fmt: skip

T = TypeVar("T")


def tensor(x: Any, *rest: Any, **kwargs: Any) -> Tensor:
    """A tensor of a number, several numbers, a list, an array or a pandas column; float64 becomes float32.

    >>> tensor(1, 2), tensor([0.5]), tensor(np.array([1.0])).dtype
    (tensor([1, 2]), tensor([0.5000]), torch.float32)
    """
    given: Any = (x, *rest) if rest else x
    if isinstance(given, Tensor):
        return given.to(**kwargs) if kwargs else given
    if hasattr(given, "to_numpy"):
        given = given.to_numpy()
    made = torch.tensor(given, **kwargs)
    return made.float() if made.dtype == torch.float64 and "dtype" not in kwargs else made


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


def ifnone(a: T | None, b: T) -> T:
    """a, or b where a is None."""
    return b if a is None else a


def first(x: Iterable[Any], f: Callable[[Any], Any] | None = None) -> Any:
    """The first entry (for which f is true); None where there is none."""
    return next((one for one in x if f is None or f(one)), None)


def range_of(x: Sized) -> list[int]:
    """The places of all entries."""
    return list(range(len(x)))


def to_detach(b: Any, cpu: bool = True) -> Any:
    """Tensors without their gradients (and on the CPU), also those in lists, tuples and dicts."""
    if isinstance(b, Tensor):
        return b.detach().cpu() if cpu else b.detach()
    if isinstance(b, dict):
        return {name: to_detach(one, cpu) for name, one in b.items()}
    return type(b)([to_detach(one, cpu) for one in b]) if isinstance(b, list | tuple) else b


def progress_bar(gen: Iterable[T], total: int | None = None) -> Iterable[T]:
    """The entries, while a bar shows how many have come, where somebody looks."""
    if not (in_notebook() or sys.stderr.isatty()):
        return gen
    from rich.console import Console
    from rich.progress import track

    return track(gen, description="", total=total, console=Console(stderr=True))


def doc(elt: Any) -> None:
    """Print how a function or class is called, and what it does."""
    try:
        arguments = str(signature(elt))
    except (TypeError, ValueError):  # what has no signature, such as a number
        arguments = ""
    print(f"{getattr(elt, '__qualname__', type(elt).__name__)}{arguments}\n{getdoc(elt) or ''}")


def _ls(self: Path) -> L:
    """What lies in the folder."""
    return L(sorted(self.iterdir()))


Path.ls = _ls  # pyright: ignore[reportAttributeAccessIssue]  (the course writes path.ls())


def set_seed(s: int, reproducible: bool = False) -> None:
    """Seed Python's, NumPy's and torch's global generators, which first weights and orders are drawn from."""
    random.seed(s)
    np.random.seed(s % 2**32)  # noqa: NPY002  (the global generator is what the caller asks to be seeded)
    torch.manual_seed(s)
    if reproducible:
        torch.backends.cudnn.deterministic, torch.backends.cudnn.benchmark = True, False


def delegates(
    to: Callable[..., Any] | None = None, keep: bool = False, but: str | Sequence[str] = ()
) -> Callable[[T], T]:
    """Decorator: show the keyword arguments of `to` in place of **kwargs; of the base class where none is named.

    keep: show **kwargs, too     but: the names of arguments that are not shown
    """
    left_out = {but} if isinstance(but, str) else set(but)

    def show(f: T) -> T:
        source: Any = to or getattr(f, "__base__", None)
        own: Any = getattr(f, "__init__", f) if isinstance(f, type) else f
        own = getattr(own, "__func__", own)  # of a class method, bound or not
        shape = signature(own)
        named = {n: p for n, p in shape.parameters.items() if p.kind != Parameter.VAR_KEYWORD}
        offered = {
            n: p.replace(kind=Parameter.KEYWORD_ONLY)
            for n, p in signature(source).parameters.items()
            if p.default is not Parameter.empty and n not in named and n not in left_out
        }
        rest = [p for p in shape.parameters.values() if keep and p.kind == Parameter.VAR_KEYWORD]
        own.__signature__ = shape.replace(parameters=[*named.values(), *offered.values(), *rest])
        return f

    return show
