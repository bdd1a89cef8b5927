"""The course's `test_eq` and `test_close`, with which a notebook checks its own results."""

from collections.abc import Callable, Iterable, Mapping
from itertools import zip_longest
from typing import Any

import numpy as np
from torch import Tensor

__all__ = ["test_close", "test_eq"]


def test_eq(a: Any, b: Any) -> None:
    """Raise an AssertionError that shows both where a and b differ.

    Arrays are compared by value, and broadcast; tensors by shape and value, but a 0-d one on the left broadcasts, as
    `model.bias([one])` needs it; lists, tuples and other sequences entry by entry, of any type.
    """
    if not _all_pairs(a, b, _equal):
        raise AssertionError(f"==:\n{a}\n{b}")


def test_close(a: Any, b: Any, eps: float = 1e-5) -> None:  # noqa: PT028 (a name of the course, no test of ours)
    """Raise an AssertionError that shows both where a and b, or their entries, are eps or more apart."""
    if not _all_pairs(a, b, lambda one, other: bool(np.all(np.abs(_array(one) - _array(other)) < eps))):
        raise AssertionError(f"close:\n{a}\n{b}")


# names of the course, no tests of ours
test_eq.__test__ = test_close.__test__ = False  # pyright: ignore[reportFunctionMemberAccess]


def _all_pairs(a: Any, b: Any, agree: Callable[[Any, Any], bool]) -> bool:
    """True where a and b agree; of sequences, where all of their entries do."""
    if not (_is_sequence(a) and _is_sequence(b)):
        return agree(a, b)
    nothing = object()
    return all(_all_pairs(one, other, agree) for one, other in zip_longest(a, b, fillvalue=nothing))


def _is_sequence(one: Any) -> bool:
    by_value = (str, bytes, Mapping, set, frozenset, Tensor, np.ndarray)
    return isinstance(one, Iterable) and not isinstance(one, by_value) and not hasattr(one, "equals")


def _equal(a: Any, b: Any) -> bool:
    if hasattr(a, "equals") and type(a) is type(b):  # tables and columns of pandas
        return bool(a.equals(b))
    if not any(isinstance(one, Tensor | np.ndarray) for one in (a, b)):
        return bool(np.all(a == b))
    first, second = _array(a), _array(b)
    if any(isinstance(one, Tensor) for one in (a, b)) and np.ndim(first):
        return np.array_equal(first, second)
    try:
        return bool((first == second).all())
    except ValueError:  # shapes that do not broadcast
        return False


def _array(one: Any) -> Any:
    return one.detach().cpu().numpy() if isinstance(one, Tensor) else np.asarray(one)
