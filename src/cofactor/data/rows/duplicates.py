"""The same user and item more than once: found by one sort, merged as the caller says."""

from typing import NamedTuple

import numpy as np

from cofactor.arrays import BoolArray, FloatArray, IntArray
from cofactor.data.options import Duplicates
from cofactor.data.value_column import LARGEST_RATING

__all__ = ["Repeated", "merge_repeats", "repeated_pairs", "sorted_with_rows"]


class Repeated(NamedTuple):
    """The rows whose (user, item) occurs more than once, pair by pair, in row order within a pair."""

    rows: IntArray  # (m,)
    group: IntArray  # (m,) number of the pair, from 0, ascending

    @property
    def later(self) -> IntArray:
        """The rows that repeat an earlier one, ascending."""
        return np.sort(self.rows[~_differs(self.group)])


def repeated_pairs(user_idx: IntArray, item_idx: IntArray, n_items: int) -> Repeated:
    """The rows whose user and item occur in another row, too.

    user_idx, item_idx: (n,) of each rating
    """
    pairs = _numbered_pairs(user_idx, item_idx, n_items)
    if _differs(np.sort(pairs)).all():  # nearly always, and then no row needs to be known
        return Repeated(np.empty(0, np.int64), np.empty(0, np.int64))
    ordered, rows = sorted_with_rows(pairs.astype(np.int64))
    starts = _differs(ordered)
    member = ~(starts & np.append(starts[1:], True))
    return Repeated(rows[member], np.cumsum(starts[member]) - 1)


def _numbered_pairs(user_idx: IntArray, item_idx: IntArray, n_items: int) -> IntArray:
    """One number for each pair, below 2**62; in 32 bits where they suffice, which halves the time of sorting."""
    n_pairs = (int(user_idx.max(initial=0)) + 1) * n_items
    dtype = np.uint32 if n_pairs <= 2**32 else np.int64
    pairs = user_idx.astype(dtype)
    pairs *= dtype(n_items)
    pairs += item_idx.astype(dtype)
    return pairs


def sorted_with_rows(pairs: IntArray) -> tuple[IntArray, IntArray]:
    """The numbers (n,) int64 of 0 or more sorted, and the row that each came from, ascending where equal."""
    n_bits = len(pairs).bit_length()
    if int(pairs.max(initial=0)) >> (63 - n_bits):
        rows = np.argsort(pairs, kind="stable")
        return pairs[rows], rows
    # pair and row in one number: a plain sort of those is ten times faster than an argsort
    packed = (pairs << n_bits) | np.arange(len(pairs))
    packed.sort()
    return packed >> n_bits, packed & ((1 << n_bits) - 1)


def _differs(ordered: IntArray) -> BoolArray:
    """True where a value is not the one before it."""
    return np.append(True, ordered[1:] != ordered[:-1])[: len(ordered)]


def merge_repeats(
    repeated: Repeated, values: FloatArray, timestamps: IntArray | None, policy: Duplicates
) -> tuple[IntArray, FloatArray]:
    """The rows to leave out (ascending), and the values with the mean or sum put in where that is the policy.

    The row that stays is the latest by time, by position where times are equal or unknown.
    """
    rows, group = repeated
    times = np.zeros(len(rows), np.int64) if timestamps is None else timestamps[rows]
    order = np.lexsort((rows, times, group))
    last = np.append(group[order][1:] != group[order][:-1], True)
    if policy in ("mean", "sum"):
        sums, values = np.bincount(group, weights=values[rows]), values.copy()
        merged = sums / np.bincount(group) if policy == "mean" else np.clip(sums, -LARGEST_RATING, LARGEST_RATING)
        values[rows[order[last]]] = merged
    return np.sort(rows[order[~last]]), values
