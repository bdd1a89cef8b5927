"""One state of a model: a question is answered by one, though another thread may put the next in its place meanwhile.

What a model has learned is never written into; `fit` and `update` make a new state beside the old one and put it in its
place in one step. So a twin that holds the same state is a snapshot, and costs nothing.
"""

import os
from collections.abc import Callable
from functools import wraps
from threading import Lock
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

import numpy as np

__all__ = ["Snapshots", "is_learned", "of_one_state"]

P = ParamSpec("P")
Answer = TypeVar("Answer")
Model = TypeVar("Model", bound="Snapshots")

_replacing = Lock()  # held for no longer than it takes to compare two states and to put one in place


class Snapshots:
    """An object whose state is replaced as a whole, and so can be held on to."""

    def snapshot(self) -> Self:
        """The model as it is now, which no later `update` or `fit` changes; nothing is copied."""
        return self._twin(vars(self))

    def copied(self, keeps: Callable[[str], bool] = lambda name: True) -> Self:
        """A twin whose attributes, those that it keeps, may be set without a change to this one."""
        return self._twin({name: value for name, value in list(vars(self).items()) if keeps(name)})

    def _twin(self, state: dict[str, Any]) -> Self:
        twin = object.__new__(type(self))
        object.__setattr__(twin, "__dict__", state)
        return twin

    def put_state(self, of: Self) -> None:
        """Be as `of` is, in one step."""
        object.__setattr__(self, "__dict__", vars(of))

    def replace_state(self, before: Self, after: Self) -> bool:
        """Be as `after` is, in one step, unless the state is no longer that of `before`; whether it was."""
        with _replacing:
            unchanged = vars(self) is vars(before)
            if unchanged:
                self.put_state(after)
        return unchanged


def of_one_state(question: Callable[Concatenate[Model, P], Answer]) -> Callable[Concatenate[Model, P], Answer]:
    """A method that is answered by one state, whatever other threads do.

    What was learned is finite, as `fit` and opening see to. An "invalid value in matmul" is then a false alarm:
    OpenBLAS may compute with what lies beside a matrix, drop the result and leave the processor's flag set
    (numpy/numpy#24067). So the flag is not asked.
    """

    @wraps(question)
    def answer(model: Model, /, *args: P.args, **kwargs: P.kwargs) -> Answer:
        with np.errstate(invalid="ignore"):
            return question(model.snapshot(), *args, **kwargs)

    return answer


def _begin_again() -> None:
    """In a forked child: whoever held the lock stayed behind in the parent."""
    global _replacing
    _replacing = Lock()


if hasattr(os, "register_at_fork"):  # Windows does not fork
    os.register_at_fork(after_in_child=_begin_again)


def is_learned(name: str) -> bool:
    """True for the name of an attribute that a fit sets: what is learned ends in `_`, what is kept of it begins so."""
    return name.startswith("_") or name.endswith("_")
