"""Rows on their way to their shard: spilled to a file for each range of keys, which is later read as a whole.

A library's partitioned sink would serve, but Polars' is marked unstable, and with more keys than it keeps files open it
lost rows without a word; with DuckDB we would need a second engine for one step. So rows are gathered by range in
memory and appended to its file, which is opened for that alone: any number of ranges needs one open file.

A file is a sequence of chunks: the number of rows and of bytes of text (int64 each), then the columns, one behind the
other: keys (uint64), times (int64), values (float32), where there are any, items (int32, as numbered while reading),
and of ids that are text the number of their bytes (int32) and these. Of a whole number the key is the id.
"""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from io import BufferedReader
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
import polars as pl

from cofactor.arrays import Array, FloatArray, IntArray
from cofactor.data.id_keys import keyed_ids
from cofactor.errors import BadShards
from cofactor.kernels.absent import NO_NUMBERS
from cofactor.kernels.ids.key_ranges import NO_TIMES, KeyedRows, by_key_range, fingerprint

__all__ = ["ROWS_A_SLOT", "SpillFacts", "SpillRows", "SpillWriter", "read_slot", "spill_file"]

ROWS_A_SLOT = 4096  # that are gathered before they are written, on average; smaller pieces make slow files
HEAD = 16  # bytes that a chunk begins with


class SpillRows(NamedTuple):
    """Some rows of the table, column by column, each (n,)."""

    users: pl.Series
    items: IntArray  # int32
    values: FloatArray | None  # None: clicks
    times: IntArray | None

    @property
    def keyed(self) -> KeyedRows:
        """The same rows with the key of each user, and the id where that is text."""
        keys, lengths, text = keyed_ids(self.users)
        values = NO_NUMBERS if self.values is None else self.values
        return KeyedRows(keys, self.items, values, NO_TIMES if self.times is None else self.times, lengths, text)


class SpillFacts(NamedTuple):
    """The rows that were spilled, to compare with those that are read again."""

    n_bits: int  # of a key that say in which file its rows are
    n_cut_bits: int  # of a key at which one shard may end and another begin
    counts: list[int]  # (2 ** n_bits,) rows of each file
    fingerprint: int
    are_texts: bool  # the ids of users
    has_values: bool
    has_times: bool


def spill_file(folder: Path, slot: int) -> Path:
    """The file of the keys whose first bits are this number."""
    return folder / f"{slot:05d}.spill"


class SpillWriter:
    """Appends rows to the files of their keys' ranges; `finish` says what was written.

    Memory holds three batches of `n_rows` rows, or of 4096 a file where these are more.
    """

    def __init__(self, folder: Path, n_bits: int, n_cut_bits: int, n_rows: int) -> None:
        self._folder, self._n_bits, self._n_cut_bits = folder, n_bits, n_cut_bits
        self._n_rows = max(n_rows, ROWS_A_SLOT << n_bits)
        self._counts, self._fingerprint = np.zeros(1 << n_bits, np.int64), 0
        self._waiting: list[SpillRows] = []
        self._aside = ThreadPoolExecutor(1)
        self._running: Future[None] | None = None
        self._first: SpillRows | None = None

    def add(self, rows: SpillRows) -> None:
        """Take these rows; they are on the disk when `finish` returns. Raises `OSError` as the file system does."""
        self._first = self._first or rows
        self._waiting.append(rows)
        if sum(len(one.items) for one in self._waiting) >= self._n_rows:
            self._flush()

    def finish(self) -> SpillFacts:
        """Write what is left. Raises `OSError`."""
        if self._waiting:
            self._flush()
        self._wait()
        self.close()
        first = self._first
        return SpillFacts(
            self._n_bits, self._n_cut_bits, self._counts.tolist(), self._fingerprint % 2**64,
            first is not None and not first.users.dtype.is_integer(),
            first is not None and first.values is not None, first is not None and first.times is not None,
        )  # fmt: skip

    def close(self) -> None:
        """Wait for what is being written, and end the thread that does so."""
        self._aside.shutdown()

    def _flush(self) -> None:
        """Written on a thread of its own, while the next rows are read."""
        self._wait()
        rows, self._waiting = self._waiting, []
        self._running = self._aside.submit(self._write, rows)

    def _wait(self) -> None:
        if self._running is not None:
            self._running.result()

    def _write(self, parts: list[SpillRows]) -> None:
        keyed = [part.keyed for part in parts]
        parts.clear()
        self._fingerprint += sum(map(fingerprint, keyed))
        rows, counts, n_bytes = by_key_range(keyed, self._n_bits)
        self._counts += counts
        ends, text_ends = np.cumsum(counts), np.cumsum(n_bytes)
        for slot in np.flatnonzero(counts).tolist():
            start, text_start = int(ends[slot] - counts[slot]), int(text_ends[slot] - n_bytes[slot])
            chunk = rows.between(start, int(ends[slot]), text_start, int(text_ends[slot]))
            _append(spill_file(self._folder, slot), chunk)


def _append(path: Path, rows: KeyedRows) -> None:
    head = np.array([len(rows.keys), len(rows.text)], np.int64)
    columns: list[Array] = [head, rows.keys, rows.times, rows.values, rows.items, rows.lengths, rows.text]
    with path.open("ab") as file:
        file.write(b"".join(column.data for column in columns))


def read_slot(folder: Path, facts: SpillFacts, slot: int) -> Iterator[KeyedRows]:
    """The rows of one file, in the order in which they came, some at a time.

    Raises `BadShards` where the file does not hold the rows that were written to it.
    """
    if not facts.counts[slot]:
        return
    path, n_rows = spill_file(folder, slot), 0
    try:
        left = path.stat().st_size
        with path.open("rb") as file:
            while left:
                rows, n_bytes = _next_chunk(file, left, facts)
                n_rows, left = n_rows + len(rows.keys), left - n_bytes
                yield rows
    except OSError as error:
        raise BadShards(f"{path} cannot be read: {error}. Remove {folder} and shard the table anew.") from error
    except ValueError:  # a chunk that is longer than what is left, or another one
        n_rows = -1
    if n_rows != facts.counts[slot]:
        raise BadShards(
            f"{path} does not hold the {facts.counts[slot]:,} rows that were written to it: it was changed or cut "
            f"short. Remove {folder} and shard the table anew."
        )


def _next_chunk(file: BufferedReader, left: int, facts: SpillFacts) -> tuple[KeyedRows, int]:
    """The next rows, and the bytes that they take. left: bytes of the file. Raises `ValueError`."""
    n_rows, n_text = np.frombuffer(file.read(HEAD), np.int64).tolist()
    widths = (8, 8 * facts.has_times, 4 * facts.has_values, 4, 4 * facts.are_texts)
    n_bytes = n_rows * sum(widths) + n_text
    if min(n_rows, n_text) < 0 or HEAD + n_bytes > left:
        raise ValueError("there is no such chunk")
    data, at = np.empty(n_bytes, np.uint8), np.cumsum([0, *(n_rows * width for width in widths)]).tolist()
    if file.readinto(data.data) != n_bytes:
        raise ValueError("the file ends before the chunk")
    columns = (data[start:end] for start, end in pairwise(at))
    keys, times, values, items, lengths = (
        column.view(dtype) for column, dtype in zip(columns, ("u8", "i8", "f4", "i4", "i4"), strict=True)
    )
    if facts.are_texts and (int(lengths.min(initial=0)) < 0 or int(lengths.sum(dtype=np.int64)) != n_text):
        raise ValueError("the lengths are not those of this text")  # a kernel would read beyond it
    return KeyedRows(keys, items, values, times, lengths, data[at[-1] :]), HEAD + n_bytes
