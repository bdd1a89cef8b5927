"""Whole numbers in a text, as they are written; the loop is in `written_numbers_loops.py`."""

import numpy as np

from cofactor.arrays import IntArray
from cofactor.kernels.compiling.native import Native
from cofactor.kernels.twins import with_numpy_twin

__all__ = ["holds_other_forms"]

_find_other_forms = Native("cofactor.kernels.ids.written_numbers_loops", "find_other_forms")


@with_numpy_twin
def holds_other_forms(text: IntArray, separator: int, quote: int) -> bool:
    """Return whether a field may hold a whole number in another form than its shortest one, such as 007, +7 or -0.

    It looks at how fields begin: with a blank, with a plus, with 0 before another digit, or with -0.

    text: (n,) uint8, lines of fields     separator, quote: the bytes between and around fields
    """
    found = np.zeros(1, np.int64)
    _find_other_forms(found, text, separator, quote)
    return bool(found[0])
