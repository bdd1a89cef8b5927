"""The choice between a kernel's machine code and its NumPy twin, by the variable COFACTOR_KERNELS.

A twin computes the kernel's formula in plain NumPy, slowly. It is in `<x>_numpy.py` beside `<x>.py`, under the same
name and with the same parameters. Tests compare the machine code with it, and it runs where nothing can be compiled.
"""

import os
from collections.abc import Callable
from functools import wraps
from importlib import import_module
from typing import ParamSpec, TypeVar

from cofactor.errors import BadOption

__all__ = ["twin_of", "uses_numpy", "with_numpy_twin"]

VARIABLE = "COFACTOR_KERNELS"
FORMS = ("compiled", "numpy")

P = ParamSpec("P")
Result = TypeVar("Result")


def uses_numpy() -> bool:
    """True where COFACTOR_KERNELS is "numpy"; False where it is "compiled" or unset. Raises `BadOption`."""
    asked = os.environ.get(VARIABLE, "").strip() or FORMS[0]
    if asked not in FORMS:
        raise BadOption(
            f"{VARIABLE} is {asked!r}, but has to be one of: {', '.join(FORMS)}. "
            f"Leave it unset for machine code, or set {VARIABLE}=numpy where that cannot be made."
        )
    return asked == "numpy"


def with_numpy_twin(kernel: Callable[P, Result]) -> Callable[P, Result]:
    """A function that calls the kernel or, under COFACTOR_KERNELS=numpy, its twin, imported at the first call."""

    @wraps(kernel)
    def chosen(*args: P.args, **kwargs: P.kwargs) -> Result:
        return twin_of(kernel)(*args, **kwargs) if uses_numpy() else kernel(*args, **kwargs)

    return chosen


def twin_of(kernel: Callable[P, Result]) -> Callable[P, Result]:
    """The NumPy form of a kernel: the function of its name in the file beside its own."""
    return getattr(import_module(f"{kernel.__module__}_numpy"), kernel.__name__)
