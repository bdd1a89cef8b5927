"""What a saved table has to be like before anything is computed with it; what is not so is refused."""

import math
from typing import Any, NoReturn

import numpy as np

from cofactor.arrays import Array
from cofactor.errors import BadModelFolder

__all__ = ["are_finite", "expect", "is_array", "is_index", "is_list_of", "is_row_pointer", "refuse"]


def refuse(why: str) -> NoReturn:
    raise BadModelFolder(f"The ratings are not a table that was saved: {why}. Save the model anew.")


def expect(holds: bool, name: str) -> None:
    if not holds:
        refuse(f"its {name} cannot be those of this table: of another type or length, out of range, or out of order")


def is_array(array: Array, dtype: Any, n: int) -> bool:
    return array.dtype == dtype and array.shape == (n,)


def is_index(array: Array, below: int, n: int) -> bool:
    return is_array(array, np.int32, n) and (not n or (int(array.min()) >= 0 and int(array.max()) < below))


def is_row_pointer(array: Array, n_rows: int, n: int) -> bool:
    is_one = is_array(array, np.int64, n_rows + 1) and int(array[0]) == 0 and int(array[-1]) == n
    return is_one and bool((array[1:] >= array[:-1]).all())


def is_list_of(value: Any, kinds: tuple[type, ...], n: int) -> bool:
    return isinstance(value, (list, tuple)) and len(value) == n and all(type(one) in kinds for one in value)


def are_finite(*numbers: float) -> bool:
    return all(abs(number) < 1e300 and math.isfinite(number) for number in numbers)
