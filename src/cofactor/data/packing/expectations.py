"""What a saved table has to be like before anything is computed with it; what is not so is refused."""

import math
from typing import Any, NoReturn

import numpy as np

from cofactor.arrays import Array
from cofactor.errors import BadModelFolder

__all__ = ["are_finite", "expect", "is_array", "is_index", "is_list_of", "is_row_pointer", "refuse"]


def refuse(why: str) -> NoReturn:
    """Raise `BadModelFolder`, which says why the arrays are no saved table."""
    raise BadModelFolder(f"The ratings are not a table that was saved: {why}. Save the model anew.")


def expect(holds: bool, name: str) -> None:
    """Raise `BadModelFolder`, which names the array, unless what was expected of it holds."""
    if not holds:
        refuse(f"its {name} cannot be those of this table: of another type or length, out of range, or out of order")


def is_array(array: Array, dtype: Any, n: int) -> bool:
    """Return whether the array is (n,) and of this type."""
    return array.dtype == dtype and array.shape == (n,)


def is_index(array: Array, below: int, n: int) -> bool:
    """Return whether the array is (n,) int32, from 0 to `below` - 1."""
    return is_array(array, np.int32, n) and (not n or (int(array.min()) >= 0 and int(array.max()) < below))


def is_row_pointer(array: Array, n_rows: int, n: int) -> bool:
    """Return whether the array divides n entries into rows: (n_rows + 1,) int64, from 0 to n, never falling."""
    is_one = is_array(array, np.int64, n_rows + 1) and int(array[0]) == 0 and int(array[-1]) == n
    return is_one and bool((array[1:] >= array[:-1]).all())


def is_list_of(value: Any, kinds: tuple[type, ...], n: int) -> bool:
    """Return whether the value is a list of n values of these types."""
    return isinstance(value, (list, tuple)) and len(value) == n and all(type(one) in kinds for one in value)


def are_finite(*numbers: float) -> bool:
    """Return whether all numbers are finite, and of a size that sums of them stay so."""
    return all(abs(number) < 1e300 and math.isfinite(number) for number in numbers)
