"""What is known of rows, as sparse columns: one for each category, a few for each number, one for each companion.

A cell of text may hold several categories, "Comedy|Drama". A number becomes a broken line through some quantiles, so
that its effect may bend. A missing value is 0 in all its columns: such a row is expected to be like the average.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from cofactor.arrays import Array, FloatArray, IntArray
from cofactor.data.ratings import Rows

__all__ = ["Features", "bag", "bag_share", "features_of"]

FEW = 20  # companions that are believed half
KNOTS = 12  # of a number's broken line
SEPARATOR = "|"


class Features(NamedTuple):
    """An (n, f) matrix by columns: column c is `values[indptr[c]:indptr[c + 1]]` in the `rows` beside them."""

    indptr: IntArray  # (f + 1,) int64
    rows: IntArray  # int32
    values: FloatArray  # float32


def bag(companions: Rows, counts: IntArray) -> Features:
    """Each row's companions (a user's items, an item's users), each with the row's `bag_share`.

    companions: by companion, so the other side's rows     counts: (n,) companions of each row
    """
    return Features(companions.indptr, companions.indices, bag_share(counts)[companions.indices])


def bag_share(counts: IntArray) -> FloatArray:
    """What each companion of a row counts that has so many: 1/√n [koren2008svdpp] times n / (n + 20).

    The first ratings of a newcomer are seldom chosen, so that they say less of who chose them; without the second
    factor what one rating says would be believed as much as what a hundred do.
    """
    return (np.sqrt(counts) / (counts + FEW)).astype(np.float32)


def features_of(attributes: Mapping[str, Array]) -> dict[str, Features]:
    """Columns for each attribute (n,) that tells rows apart; one that does not is left out."""
    found = {name: _numbers(v) if v.dtype.kind in "if" else _categories(v) for name, v in attributes.items()}
    return {name: one for name, one in found.items() if len(one.indptr) > 2}


def _categories(values: Array) -> Features:
    """A column for each category that at least two rows share."""
    cells = [(row, word) for row, cell in enumerate(values.tolist()) for word in _words(cell)]
    rows = np.array([row for row, _ in cells], np.int32)
    _, column = np.unique([word for _, word in cells], return_inverse=True)
    return _columns(rows, column, np.ones(len(rows), np.float32), least=2)


def _words(cell: Any) -> Iterator[str]:
    if cell is not None and cell == cell:  # nan is no category
        yield from dict.fromkeys(word.strip() for word in str(cell).split(SEPARATOR) if word.strip())


def _numbers(values: Array) -> Features:
    """Each number lies between two knots, and is their mixture."""
    known = np.flatnonzero(np.isfinite(values))
    x = values[known].astype(np.float64)
    knots = np.unique(np.quantile(x, np.linspace(0, 1, KNOTS))) if len(x) else x
    if len(knots) < 2:
        return _columns(known, known, known.astype(np.float32))._replace(indptr=np.zeros(1, np.int64))
    left = np.clip(np.searchsorted(knots, x, side="right") - 1, 0, len(knots) - 2)
    share = ((x - knots[left]) / (knots[left + 1] - knots[left])).astype(np.float32)
    return _columns(np.tile(known, 2), np.append(left, left + 1), np.append(1 - share, share))


def _columns(rows: IntArray, column: IntArray, values: FloatArray, least: int = 1) -> Features:
    """Sorted by column and row, columns of fewer than `least` values left out."""
    kept = np.bincount(column)[column] >= least if len(column) else np.zeros(0, bool)
    order = np.lexsort((rows[kept], column[kept]))
    numbers, counts = np.unique(column[kept], return_counts=True)
    indptr = np.concatenate([[0], np.cumsum(counts)]) if len(numbers) else np.zeros(1, np.int64)
    return Features(indptr, rows[kept][order].astype(np.int32), values[kept][order])
