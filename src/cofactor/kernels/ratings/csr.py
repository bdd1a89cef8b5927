"""The ratings of one side as the loops read them: compressed sparse rows, values in as little memory as they need."""

from typing import NamedTuple

import numpy as np

from cofactor.arrays import Array, BoolArray, FloatArray, IntArray
from cofactor.kernels.absent import NO_CODES, NO_INDICES, NO_NUMBERS

__all__ = ["CodedValues", "CsrRatings"]


class CodedValues(NamedTuple):
    """n values in as little memory as they need: a byte for each, its number among a few; or one value for all."""

    levels: FloatArray  # float32: the different values; (1,): of all; or, without codes, all n
    codes: IntArray  # (n,) uint8; or (0,)
    n: int

    def at(self, which: slice | IntArray | BoolArray) -> FloatArray:
        """Some of the values."""
        if self.codes.size:
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
    values: FloatArray  # (n_ratings,) float32; or with codes the different values; or (1,): the value of all
    weights: FloatArray = NO_NUMBERS  # (n_ratings,) float32, by which each one's weight is multiplied; or (0,): 1
    third_idx: IntArray = NO_INDICES  # (n_ratings,) int32, the row of a third side that each meets; or (0,): none
    codes: IntArray = NO_CODES  # (n_ratings,) uint8, which of `values` each has; or (0,)
    row_weights: FloatArray = NO_NUMBERS  # (n,) float32, the same of all ratings of a row; or (0,): 1
    other_weights: FloatArray = (
        NO_NUMBERS  # (m,) float32, the same of all ratings that meet a row of the other side; or (0,): 1
    )

    @property
    def coded(self) -> CodedValues:
        """The values of all ratings."""
        return CodedValues(self.values, self.codes, len(self.indices))
