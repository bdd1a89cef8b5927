"""Rows by ranges of their keys, and a sum by which they are known again; the loops are in `key_ranges_loops.py`."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.kernels.absent import NO_CODES, NO_INDICES, NO_NUMBERS
from cofactor.kernels.compiling.native import Native
from cofactor.kernels.twins import with_numpy_twin

__all__ = ["NO_TIMES", "KeyedRows", "by_key_range", "fingerprint"]

NO_TIMES = np.empty(0, np.int64)

_count_ranges, _move_rows, _move_texts, _sum_pairs = (
    Native("cofactor.kernels.ids.key_ranges_loops", name)
    for name in ("count_ranges", "move_rows", "move_texts", "sum_pairs")
)


class KeyedRows(NamedTuple):
    """Rows of a table of ratings, column by column; (0,) for a column that there is not."""

    keys: IntArray  # (n,) uint64, the hash of each user's id
    items: IntArray  # (n,) int32
    values: FloatArray = NO_NUMBERS  # (n,) float32
    times: IntArray = NO_TIMES  # (n,) int64
    lengths: IntArray = NO_INDICES  # (n,) int32, of each user's id in bytes
    text: IntArray = NO_CODES  # (Σ lengths,) uint8, these ids, one behind the other

    def between(self, start: int, end: int, text_start: int, text_end: int) -> "KeyedRows":
        """The rows start:end, whose ids are text_start:text_end of the text; nothing is copied."""
        columns = [column[start:end] for column in self[:-1]]
        return KeyedRows._make([*columns, self.text[text_start:text_end]])


@with_numpy_twin
def by_key_range(parts: Sequence[KeyedRows], n_bits: int) -> tuple[KeyedRows, IntArray, IntArray]:
    """The rows of all parts by the first bits of their keys, in their order within each range.

    Also the number of rows of each range (2 ** n_bits,), and of bytes of text.
    """
    counts, n_bytes = np.zeros((2, 1 << n_bits), np.int64)
    for part in parts:
        _count_ranges(counts, n_bytes, part.keys, part.lengths, n_bits)
    moved = _empty_like(parts[0], int(counts.sum()), int(n_bytes.sum()))
    place, text_place = np.cumsum(counts) - counts, np.cumsum(n_bytes) - n_bytes
    for part in parts:
        if part.lengths.size:
            _move_texts(moved, place.copy(), text_place, part, n_bits)
        _move_rows(moved, place, part, n_bits)
    return moved, counts, n_bytes


def _empty_like(part: KeyedRows, n_rows: int, n_bytes: int) -> KeyedRows:
    sizes = [n_rows if len(column) else 0 for column in part[:-1]]
    return KeyedRows._make(np.empty(n, one.dtype) for n, one in zip([*sizes, n_bytes], part, strict=True))


@with_numpy_twin
def fingerprint(rows: KeyedRows) -> int:
    """Σ mix(key ^ mix(item · 2³² + bits of the value)) modulo 2⁶⁴ over the rows, in whatever order.

    It tells every lost, doubled or changed row: two sets of rows that differ have the same sum once in 2⁶⁴. So a sum of
    the values, which the order of adding would change in its last bits, need not be compared as well.
    """
    total = np.zeros(1, np.uint64)
    _sum_pairs(total, rows.keys, rows.items, rows.values.view(np.uint32))
    return int(total[0])
