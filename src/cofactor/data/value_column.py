"""The values of a table's ratings: as they came, or in a byte each from when the table has been laid out."""

from collections.abc import Iterable
from typing import Any, overload
from weakref import ref

import numpy as np

from cofactor.arrays import Array, BoolArray, FloatArray, IntArray
from cofactor.data.removing import all_but
from cofactor.data.report import RowNames
from cofactor.errors import BadTable
from cofactor.kernels.ratings.csr import CodedValues
from cofactor.kernels.ratings.layout import encode_values

__all__ = ["LARGEST_RATING", "StoredValues", "ValueColumn", "finite_values", "read_only"]

LARGEST_RATING = np.float32(1e30)  # in size: means and sums of larger ones could leave the numbers of single precision


class StoredValues:
    """(n,) values that never change, though the memory they take may shrink.

    Laying a table out needs a byte for each value where the values are few; holding the four bytes beside that would
    be a tenth of what a fit takes. So the column then keeps the bytes alone, and makes the array when it is asked for:
    the same one for all who hold it at the same time. One attribute is replaced by another, in one step, so that
    threads may read and lay out at once.
    """

    def __init__(self, values: FloatArray) -> None:
        self._held: FloatArray | CodedValues = read_only(values)
        self._shared: ref[FloatArray] | None = None  # the array that somebody may still hold

    def whole(self) -> FloatArray:
        """All values, (n,) float32, read-only."""
        held = self._held
        if not isinstance(held, CodedValues):
            return held
        shared = self._shared() if self._shared else None
        if shared is None:
            shared = read_only(held.at(slice(None)))
            self._shared = ref(shared)
        return shared

    def some(self, rows: slice | IntArray | BoolArray) -> FloatArray:
        """The values of some ratings; all need not be made for them."""
        held = self._held
        return held.at(rows) if isinstance(held, CodedValues) else held[rows]

    def all_but(self, places: IntArray) -> FloatArray:
        """The values without those at these positions, ascending."""
        held = self._held
        if not isinstance(held, CodedValues):
            return all_but(held, places)
        if not held.codes.size:
            return self.some(slice(held.n - len(places)))  # one value for all
        return held.levels[all_but(held.codes, places)]

    def n_up_to(self, limit: float) -> int:
        """The number of values that are not above the limit."""
        held = self._held
        if not isinstance(held, CodedValues):
            return int(np.count_nonzero(held <= limit))
        low = np.flatnonzero(held.levels <= limit)
        if not held.codes.size:
            return len(low) * (held.n if len(held.levels) == 1 else 1)
        return int(np.isin(held.codes, low).sum()) if len(low) else 0

    def shrink(self) -> CodedValues:
        """The values in as little memory as they need, which is how they are kept from now on."""
        held = self._held
        if isinstance(held, CodedValues):
            return held
        coded = encode_values(held)
        if len(coded.levels) < len(held):
            self._shared = ref(held)
            self._held = coded
        return coded

    def __reduce__(self) -> tuple[Any, ...]:
        return StoredValues, (self.whole(),)


class ValueColumn:
    """The field `values` of a table: given as an array, kept as `StoredValues`, read as an array again."""

    @overload
    def __get__(self, table: None, owner: type) -> "ValueColumn": ...
    @overload
    def __get__(self, table: object, owner: type) -> FloatArray: ...
    def __get__(self, table: object | None, owner: type) -> "FloatArray | ValueColumn":
        if table is None:
            raise AttributeError("values")  # so that the field has no default
        return vars(table)["stored_values"].whole()

    def __set__(self, table: object, values: FloatArray) -> None:
        vars(table)["stored_values"] = StoredValues(values)


def read_only(column: Array) -> Array:
    """The same memory, seen so that nobody can write into it."""
    seen = column.view()
    seen.flags.writeable = False
    return seen


def finite_values(values: Iterable[float]) -> FloatArray:
    """(n,) float32; raises `BadTable`, which names the rows, for what is no number, or none up to 1e30 in size."""
    try:
        with np.errstate(over="ignore"):
            numbers = np.asarray(values if isinstance(values, np.ndarray) else list(values), np.float32)
    except (TypeError, ValueError, OverflowError) as error:
        raise BadTable(f"The ratings are not all numbers: {error}.") from None
    if numbers.ndim != 1:
        raise BadTable(f"Ratings are one column of numbers, but they came in the shape {numbers.shape}.")
    wrong = np.flatnonzero(~(np.abs(numbers) <= LARGEST_RATING))
    if len(wrong):
        raise BadTable(
            f"The rating is not a finite number up to {LARGEST_RATING:g} in size ({numbers[wrong[0]]:g}) "
            f"{RowNames().where(wrong)}. "
            f"Leave such rows out."
        )
    return numbers
