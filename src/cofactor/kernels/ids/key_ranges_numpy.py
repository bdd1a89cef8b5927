"""The NumPy twins of `key_ranges.py`: ranges by a stable sort."""

from collections.abc import Sequence

import numpy as np

from cofactor.arrays import IntArray
from cofactor.kernels.arithmetic.splitmix_numpy import mix
from cofactor.kernels.ids.key_ranges import KeyedRows

__all__ = ["by_key_range", "fingerprint"]


def by_key_range(parts: Sequence[KeyedRows], n_bits: int) -> tuple[KeyedRows, IntArray, IntArray]:
    """The rows of all parts, sorted by range."""
    rows = KeyedRows._make(map(np.concatenate, zip(*parts, strict=True)))
    to = ((rows.keys >> np.uint64(1)) >> np.uint64(63 - n_bits)).astype(np.int64)
    order = np.argsort(to, kind="stable")
    columns = [column[order] if len(column) else column for column in rows[:-1]]
    counts, n_bytes = np.bincount(to, minlength=1 << n_bits), np.zeros(1 << n_bits, np.int64)
    text = rows.text
    if rows.lengths.size:
        n_bytes = np.bincount(to, rows.lengths, 1 << n_bits).astype(np.int64)
        starts = np.cumsum(rows.lengths, dtype=np.int64) - rows.lengths
        text = np.concatenate([text[start : start + n] for start, n in zip(starts[order], columns[-1], strict=True)])
    return KeyedRows._make([*columns, text]), counts, n_bytes


def fingerprint(rows: KeyedRows) -> int:
    """In unsigned numbers of 64 bits, which wrap around."""
    pair = rows.items.astype(np.uint64) << np.uint64(32)
    if len(rows.values):
        pair |= rows.values.view(np.uint32)
    return int(mix(rows.keys ^ mix(pair)).sum(dtype=np.uint64))
