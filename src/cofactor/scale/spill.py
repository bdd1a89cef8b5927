"""Rows on their way to their shard: spilled to a file for each range of keys, which is later read as a whole.

A library's partitioned sink would serve, but Polars' is marked unstable, and with more keys than it keeps files open it
lost rows without a word; with DuckDB we would need a second engine for one step. So rows are gathered by range in
memory and appended to its file, which is opened for that alone: any number of ranges needs one open file.

A file is a sequence of chunks: the number of rows and of bytes of text (int64 each), then the columns, one behind the
other: users (int64; of text its bytes, and behind them their number for each row), items (int32, as numbered while
reading), values (float32) and times (int64), where there are any.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np
import polars as pl

from cofactor.arrays import Array, FloatArray, IntArray
from cofactor.errors import BadShards
from cofactor.scale.keys import keys_of_column, text_bytes

__all__ = ["SpillFacts", "SpillRows", "SpillWriter", "fingerprint", "read_slots", "spill_file"]

ROWS_A_SLOT = 4096  # that are gathered before they are written, on average; smaller pieces make slow files


class SpillRows(NamedTuple):
    """Some rows of the table, column by column, each (n,)."""

    users: pl.Series
    items: IntArray  # int32
    values: FloatArray | None  # None: clicks
    times: IntArray | None

    @classmethod
    def joined(cls, parts: list["SpillRows"]) -> Self:
        """The rows of all parts, below each other."""
        if len(parts) == 1:
            return cls(*parts[0])
        users, items, values, times = zip(*parts, strict=True)
        return cls(
            pl.concat(users, rechunk=True), np.concatenate(items),
            None if values[0] is None else np.concatenate(values), None if times[0] is None else np.concatenate(times),
        )  # fmt: skip


class SpillFacts(NamedTuple):
    """The rows that were spilled, to compare with those that are read again."""

    n_bits: int  # of a key that say in which file its rows are
    counts: list[int]  # (2 ** n_bits,) rows of each file
    fingerprint: int
    are_texts: bool  # the ids of users
    has_values: bool
    has_times: bool


def spill_file(folder: Path, slot: int) -> Path:
    """The file of the keys whose first bits are this number."""
    return folder / f"{slot:05d}.spill"


def fingerprint(keys: IntArray, rows: SpillRows) -> int:
    """Σ key · (item, value) modulo 2⁶⁴ over the rows, in whatever order: it tells every lost, doubled or changed row.

    As the keys are hashes, two sets of rows that differ have the same sum once in 2⁶³. So a sum of the values, which
    the order of adding would change in its last bits, need not be compared as well.
    """
    pair = rows.items.astype(np.uint64) << np.uint64(32)
    if rows.values is not None:
        pair |= rows.values.view(np.uint32)
    return int(((keys | np.uint64(1)) * (pair + np.uint64(1))).sum(dtype=np.uint64))


class SpillWriter:
    """Appends rows to the files of their keys' ranges; `finish` says what was written.

    Memory holds three batches of `n_rows` rows, or of 4096 a file where these are more.
    """

    def __init__(self, folder: Path, n_bits: int, n_rows: int) -> None:
        self._folder, self._n_bits = folder, n_bits
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
            self._n_bits, self._counts.tolist(), self._fingerprint % 2**64,
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
        rows = SpillRows.joined(parts)
        parts.clear()
        keys = keys_of_column(rows.users)
        self._fingerprint += fingerprint(keys, rows)
        slots = (
            (keys >> np.uint64(64 - self._n_bits)).astype(np.uint16) if self._n_bits else np.zeros(len(keys), np.uint16)
        )
        counts = np.bincount(slots, minlength=len(self._counts))
        order = np.argsort(slots, kind="stable")  # of 16 bits: by counting, and rows keep their order
        self._counts += counts
        ends = np.cumsum(counts)
        columns = [one[order] for one in (rows.items, rows.values, rows.times) if one is not None]
        users = _packed_users(rows.users.gather(order))
        for slot in np.flatnonzero(counts).tolist():
            at = slice(int(ends[slot] - counts[slot]), int(ends[slot]))
            n_bytes, parts_of_users = users(at)
            with spill_file(self._folder, slot).open("ab") as file:
                np.array([counts[slot], n_bytes], np.int64).tofile(file)
                for column in (*parts_of_users, *(one[at] for one in columns)):
                    column.tofile(file)


def _packed_users(users: pl.Series) -> Callable[[slice], tuple[int, list[Array]]]:
    """From a slice of the rows to the bytes of text and the arrays that are written of it."""
    if users.dtype.is_integer():
        numbers = users.to_numpy()
        return lambda at: (0, [numbers[at]])
    joined, lengths = text_bytes(users)
    text_ends = np.concatenate([[0], np.cumsum(lengths)])

    def of(at: slice) -> tuple[int, list[Array]]:
        start, end = int(text_ends[at.start]), int(text_ends[at.stop])
        return end - start, [joined[start:end], lengths[at].astype(np.int32)]

    return of


def read_slots(folder: Path, facts: SpillFacts, slots: range) -> SpillRows:
    """The rows of these files, in the order in which they came.

    Raises `BadShards` where a file does not hold the rows that were written to it.
    """
    parts = [part for slot in slots if facts.counts[slot] for part in _chunks(folder, facts, slot)]
    return SpillRows.joined(parts or [_no_rows(facts)])


def _no_rows(facts: SpillFacts) -> SpillRows:
    return SpillRows(
        pl.Series([], dtype=pl.String if facts.are_texts else pl.Int64), np.empty(0, np.int32),
        np.empty(0, np.float32) if facts.has_values else None, np.empty(0, np.int64) if facts.has_times else None,
    )  # fmt: skip


def _chunks(folder: Path, facts: SpillFacts, slot: int) -> Iterator[SpillRows]:
    path = spill_file(folder, slot)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadShards(f"{path} cannot be read: {error}. Remove {folder} and shard the table anew.") from error
    at, n_rows = 0, 0
    try:
        while at < len(data):
            rows, at = _chunk(data, at, facts)
            n_rows += len(rows.items)
            yield rows
    except ValueError:  # an array that is longer than what is left
        n_rows = -1
    if n_rows != facts.counts[slot]:
        raise BadShards(
            f"{path} does not hold the {facts.counts[slot]:,} rows that were written to it: it was changed or cut "
            f"short. Remove {folder} and shard the table anew."
        )


def _chunk(data: bytes, at: int, facts: SpillFacts) -> tuple[SpillRows, int]:
    def column(dtype: type[np.generic], n: int) -> Array:
        nonlocal at
        found = np.frombuffer(data, dtype, n, at)
        at += found.nbytes
        return found

    n_rows, n_bytes = column(np.int64, 2).tolist()
    if facts.are_texts:
        text = column(np.uint8, n_bytes).tobytes()
        users = _texts(text, column(np.int32, n_rows))
    else:
        users = pl.Series(column(np.int64, n_rows))
    items = column(np.int32, n_rows)
    values = column(np.float32, n_rows) if facts.has_values else None
    times = column(np.int64, n_rows) if facts.has_times else None
    return SpillRows(users, items, values, times), at


def _texts(joined: bytes, lengths: IntArray) -> pl.Series:
    starts = np.cumsum(lengths, dtype=np.int64) - lengths
    pieces = pl.lit(joined).bin.slice(pl.lit(pl.Series(starts)), pl.lit(pl.Series(lengths)))
    return pl.select(pieces).to_series().cast(pl.String)
