"""The order in which rows are solved, the long rows that are split over threads, and the short ones."""

from typing import NamedTuple

import numpy as np

from cofactor.arrays import IntArray

__all__ = ["RATINGS_AT_ONCE", "SPLIT_ABOVE", "LongRow", "RowSchedule", "n_gathered", "schedule_rows"]

RATINGS_AT_ONCE = 64  # ratings of one row that are gathered into a block, which stays in the first-level cache
N_PIECES = 256  # pieces of work, taken one by one by the threads
SPLIT_ABOVE = 16_384  # ratings: a row of more is split over threads
MAX_CUTS = 64  # pieces of one row
SHORT_ROW_SHARE = 0.75  # of k: ratings up to which a row may be solved by a system of their size
EIGENBASIS_COST = 60.0  # times k³: what the eigenvectors of the prior cost, in multiplications
ROTATED_ROW_COST = 4.0  # times k²: what it costs to rotate a row of the other side, and to have it twice


class LongRow(NamedTuple):
    """A row with so many ratings that threads share them: piece p is the ratings cuts[p]:cuts[p + 1]."""

    row: int
    cuts: list[int]


class RowSchedule(NamedTuple):
    """The order in which rows are solved, the longest first, in pieces of equal work; and the rows that are split.

    It depends on the ratings alone, so that results are the same bits for any number of threads.
    """

    order: IntArray  # (n - n_long,) int32
    bounds: IntArray  # (n_pieces + 1,) int64
    long_rows: list[LongRow]
    n_short: int  # rows at the end of `order` that are solved by `short_rows`; 0: that would not be faster


def schedule_rows(indptr: IntArray, k: int, *, n_others: int = 0, split_above: int = SPLIT_ABOVE) -> RowSchedule:
    """The schedule of the rows whose ratings these are.

    indptr: (n + 1,) of the ratings     k: width of a row     split_above: a row of more ratings is split over threads
    n_others: rows of the other side, all of which are rotated if there are short rows
    """
    counts = np.diff(indptr)
    order = np.argsort(-counts, kind="stable").astype(np.int32)
    n_long = int(np.count_nonzero(counts > split_above))
    split = [LongRow(int(row), _cuts(int(indptr[row]), int(indptr[row + 1]), split_above)) for row in order[:n_long]]
    order = order[n_long:]
    n_short = _n_short(counts, k, n_others)
    work = np.cumsum(counts[order].astype(np.float64) + k / 3 + 8)
    bounds = np.searchsorted(work, np.linspace(0, work[-1], N_PIECES + 1)[1:-1]) if len(work) else []
    cuts = np.unique([0, *bounds, len(order) - n_short, len(order)]).astype(np.int64)
    return RowSchedule(order, cuts, split, n_short)


def _n_short(counts: IntArray, k: int, n_others: int) -> int:
    """The number of rows with few ratings; 0 where systems of their ratings' size save less than the rotation costs."""
    n = counts[counts <= SHORT_ROW_SHARE * k].astype(np.float64)
    saved = np.sum(n * k**2 + k**3 / 3 - n**2 * k - n**3 / 3 - 8 * k**2)
    return len(n) if saved > EIGENBASIS_COST * k**3 + ROTATED_ROW_COST * n_others * k**2 else 0


def _cuts(begin: int, end: int, split_above: int) -> list[int]:
    size = max(split_above // 4, -(-(end - begin) // MAX_CUTS))
    return [*range(begin, end, size), end]


def n_gathered(numbers: int, width: int) -> int:
    """The number of ratings, in whole blocks, whose `width` columns fit into so many numbers; at least one block."""
    return max(1, numbers // width // RATINGS_AT_ONCE) * RATINGS_AT_ONCE
