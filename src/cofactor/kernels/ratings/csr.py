"""The ratings of one side as the loops read them: compressed sparse rows, with compactly stored values."""

from typing import NamedTuple

import numpy as np

from cofactor.arrays import Array, BoolArray, FloatArray, IntArray
from cofactor.kernels.absent import NO_CODES, NO_INDICES, NO_NUMBERS

__all__ = ["CodedValues", "CsrRatings"]


class CodedValues(NamedTuple):
    """n values stored compactly: one byte each, its code among a few different values; or one value for all."""

    levels: FloatArray  # float32: the different values; (1,): the value of all; or, without codes, all n values
    codes: IntArray  # (n,) uint8, the place of each value in `levels`; or (0,)
    n: int

    def at(self, which: slice | IntArray | BoolArray) -> FloatArray:
        """The values of some ratings, float32."""
        if self.codes.size or not self.n:  # none of them still have the levels of the whole
            return self.levels[self.codes[which]]
        return np.ascontiguousarray(np.broadcast_to(self.levels, self.n)[which])

    @property
    def payload(self) -> Array:
        """The array to reorder along with the rows: the codes, the values themselves, or nothing, (0,)."""
        return self.codes if self.codes.size or len(self.levels) < self.n else self.levels


class CsrRatings(NamedTuple):
    """The ratings of one side, row by row."""

    indptr: IntArray  # (n + 1,) int64
    indices: IntArray  # (n_ratings,) int32, rows of the other side
    values: FloatArray  # (n_ratings,) float32; or, with codes, the different values; or (1,): the value of all
    weights: FloatArray = NO_NUMBERS  # (n_ratings,) float32, factors of the ratings' weights; or (0,): 1
    third_idx: IntArray = NO_INDICES  # (n_ratings,) int32, each rating's row on a third side; or (0,): none
    codes: IntArray = NO_CODES  # (n_ratings,) uint8, the place of each value in `values`; or (0,)
    row_weights: FloatArray = NO_NUMBERS  # (n,) float32, a factor of the weights of each row; or (0,): 1
    other_weights: FloatArray = NO_NUMBERS  # (m,) float32, likewise of each row of the other side; or (0,): 1

    @property
    def coded(self) -> CodedValues:
        """The values of all ratings."""
        return CodedValues(self.values, self.codes, len(self.indices))
