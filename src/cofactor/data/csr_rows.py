"""Ratings as compressed sparse rows: of each user, or of each item."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from cofactor.arrays import BoolArray, FloatArray, IntArray
from cofactor.data.removing import all_but, places_of, renumbered
from cofactor.kernels.absent import NO_CODES
from cofactor.kernels.ratings.csr import CsrRatings
from cofactor.kernels.ratings.parts import divided

__all__ = ["Rows", "rows_of"]


class Rows(NamedTuple):
    """Compressed sparse rows: row r holds `indices[indptr[r]:indptr[r + 1]]` and what `levels` and `codes` say of them.

    Ratings have few different values, clicks one: so a byte for each says which one, or nothing is kept.
    """

    indptr: IntArray  # (n_rows + 1,) int64
    indices: IntArray  # (n,) int32, ascending within a row
    levels: FloatArray  # (n,) float32, the values; or with codes the different ones; or (1,): all have it
    codes: IntArray = NO_CODES  # (n,) uint8, which of `levels` each has; or (0,): its own

    @classmethod
    def of_part(cls, part: CsrRatings) -> "Rows":
        """The rows that a kernel has laid out."""
        return cls(part.indptr, part.indices, part.values, part.codes)

    @property
    def part(self) -> CsrRatings:
        """The same rows as the kernels take them; nothing is copied."""
        return CsrRatings(self.indptr, self.indices, self.levels, codes=self.codes)

    @property
    def values(self) -> FloatArray:
        """(n,) float32, made when asked for."""
        return self.part.coded.at(slice(None))

    def of(self, row: int) -> tuple[IntArray, FloatArray]:
        """The indices and values of one row; both empty for the index of an unknown id."""
        at = slice(0, 0) if row < 0 else slice(self.indptr[row], self.indptr[row + 1])
        return self.indices[at], self.part.coded.at(at)

    def take(self, rows: IntArray) -> "Rows":
        """These rows alone, in this order."""
        counts = self.counts[rows]
        indptr = np.concatenate([[0], np.cumsum(counts)])
        at = np.arange(indptr[-1]) + np.repeat(self.indptr[rows] - indptr[:-1], counts)
        if self.codes.size:
            return Rows(indptr, self.indices[at], self.levels, self.codes[at])
        return Rows(indptr, self.indices[at], self.levels if len(self.levels) == 1 else self.levels[at])

    def above(self, low: float) -> "Rows":
        """The ratings whose value is above this; itself where all are."""
        return self if (self.levels > low).all() else Rows.of_part(divided(self.part, self.values > low)[1])

    def only(self, rows: BoolArray, others: BoolArray) -> "Rows":
        """The ratings of these rows with these others, both numbered anew. rows: (n_rows,)     others: (m,)"""
        whole_rows = [np.arange(*self.indptr[at : at + 2]) for at in np.flatnonzero(~rows)]  # few, as a rule
        out = np.unique(np.concatenate([*whole_rows, places_of(self.indices, others)]))
        kept = self.indptr - np.searchsorted(out, self.indptr)  # of the ratings before each row
        levels, codes = self.levels, self.codes
        if codes.size:
            codes = all_but(codes, out)
        elif len(levels) == len(self.indices):
            levels = all_but(levels, out)
        indptr = np.append(0, np.cumsum(np.diff(kept)[rows]))
        return Rows(indptr, renumbered(all_but(self.indices, out), others), levels, codes)

    @property
    def counts(self) -> IntArray:
        """(n_rows,) ratings of each row."""
        return np.diff(self.indptr)


def rows_of(
    which: IntArray, own_idx: IntArray, other_idx: IntArray, n_rows: int, values_of: Callable[[IntArray], FloatArray]
) -> Rows:
    """The rows of these users or items alone, without the others' ratings being sorted.

    which: ascending     own_idx, other_idx: (n,) row and column of each rating, the last of a pair counts
    values_of: from numbers of ratings to their values
    """
    others = np.ones(n_rows, bool)
    others[which] = False
    at = places_of(own_idx, others)
    at = at[np.lexsort((other_idx[at], own_idx[at]))]  # stable, so the last of a pair that occurs twice is its last
    differs = (np.diff(own_idx[at]) != 0) | (np.diff(other_idx[at]) != 0)
    at = at[np.append(differs, np.ones(min(1, len(at)), bool))]
    counts = np.bincount(np.searchsorted(which, own_idx[at]), minlength=len(which))
    return Rows(np.concatenate([[0], np.cumsum(counts)]), other_idx[at], values_of(at))
