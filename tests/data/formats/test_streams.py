"""Tables that arrive in blocks, from a database or as an Arrow stream, are read as one that is there at once."""

import sqlite3
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, strategies as st

import cofactor as cf
from cofactor.data.formats import streams
from cofactor.errors import BadTable

ROWS = [("ann", 10, 5.0, 30), ("ann", 20, 3.5, 20), ("bob", 10, 4.0, 10)]
NAMES = ["user_id", "item_id", "rating", "timestamp"]
AS_COLUMNS = {name: list(column) for name, column in zip(NAMES, zip(*ROWS, strict=True), strict=True)}


@pytest.fixture
def database():
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE ratings (user_id TEXT, item_id INTEGER, rating REAL, timestamp INTEGER)")
    connection.executemany("INSERT INTO ratings VALUES (?, ?, ?, ?)", ROWS)
    yield connection
    connection.close()


@pytest.fixture(autouse=True)
def two_rows_a_block(monkeypatch):
    monkeypatch.setattr(streams, "ROWS_A_BLOCK", 2)


class Cursor:
    """What PEP 249 promises, and no more."""

    def __init__(self, names: Sequence[str], rows: Sequence[Any]) -> None:
        self.description = [(name, None, None, None, None, None, None) for name in names]
        self.rows, self.fetched = list(rows), []

    def fetchmany(self, size: int) -> list[Any]:
        self.fetched.append(size)
        block, self.rows = self.rows[:size], self.rows[size:]
        return block


def test_a_query_is_read_as_the_same_table_at_once(database):
    ratings = cf.read(database.execute("SELECT * FROM ratings"))
    assert ratings.fingerprint == cf.read(AS_COLUMNS).fingerprint
    assert ratings.report.columns == dict(zip(("user", "item", "rating", "timestamp"), NAMES, strict=True))
    assert (ratings.name, ratings.report.source, ratings.library) == ("ratings", "the rows of a query", "polars")


def test_a_query_is_fetched_in_blocks_and_of_it_only_what_is_used_is_kept(monkeypatch):
    kept, joined = [], streams._joined
    monkeypatch.setattr(streams, "_joined", lambda parts: kept.append(parts[0].name) or joined(parts))
    cursor = Cursor([*NAMES, "note"], [(*row, "x" * 1000) for row in ROWS])
    assert len(cf.read(cursor)) == 3
    assert (cursor.fetched, cursor.rows) == ([2, 2, 2], [])
    assert sorted(kept) == sorted(NAMES)


@pytest.mark.parametrize("factory", [sqlite3.Row, lambda cursor, row: dict(zip(NAMES, row, strict=True))])
def test_a_row_may_be_a_mapping_or_have_names(database, factory):
    database.row_factory = factory
    assert cf.read(database.execute("SELECT * FROM ratings")).fingerprint == cf.read(AS_COLUMNS).fingerprint


def test_attributes_may_come_from_a_query(database):
    items = Cursor(["item_id", "title", "year"], [(20, "Heat", 1995), (10, "Alien", 1979)])
    ratings = cf.read(database.execute("SELECT * FROM ratings"), items=items)
    assert ratings.titles.tolist() == ["Alien", "Heat"]
    assert ratings.item_attributes["year"].tolist() == [1979, 1995]


CELLS = st.sampled_from(
    [
        None,
        1,
        2,
        2**63,
        2.5,
        float("nan"),
        "a",
        "7",
        True,
        b"x",
        date(2024, 5, 31),
        datetime(2024, 5, 31, 18),
        Decimal(4),
    ]
)


@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=7))
def test_columns_are_typed_as_if_all_their_values_had_come_at_once(rows):
    names = ["a", "b"]
    found = streams.from_cursor(Cursor(names, rows), "rows").load(dict.fromkeys(names))
    for name, values in zip(names, zip(*rows, strict=True), strict=True):
        expected = streams.series_of(name, values)
        assert found[name].dtype == expected.dtype
        assert all(one == its or one != one for one, its in zip(found[name], expected, strict=True))


def test_a_faulty_row_of_a_query_is_named(database):
    database.execute("INSERT INTO ratings VALUES (NULL, 30, 2, 1)")
    with pytest.raises(BadTable, match="the rows of a query: The user id is missing in row 3"):
        cf.read(database.execute("SELECT * FROM ratings"))


def test_a_query_without_rows_and_a_cursor_without_a_query_are_refused(database):
    with pytest.raises(BadTable, match="no rows. Give it some ratings"):
        cf.read(database.execute("SELECT * FROM ratings WHERE 0"))
    with pytest.raises(BadTable, match="Execute a query first"):
        cf.read(database.cursor())
    with pytest.raises(BadTable, match="Execute a query first"):
        cf.read(database.execute("DELETE FROM ratings"))


def test_what_the_database_refuses_while_rows_are_fetched_is_told(database):
    cursor = database.execute("SELECT * FROM ratings")
    database.close()
    with pytest.raises(BadTable, match="rows cannot be fetched: Cannot operate on a closed database"):
        cf.read(cursor)


def test_a_cursor_that_must_be_awaited_and_rows_of_another_width_are_refused():
    class Waiting(Cursor):
        def fetchmany(self, size: int) -> Any:
            return iter(super().fetchmany(size))

    with pytest.raises(BadTable, match="not asynchronous"):
        cf.read(Waiting(NAMES, ROWS))
    with pytest.raises(BadTable, match="does not have its 4 columns"):
        cf.read(Cursor(NAMES, [row[:3] for row in ROWS]))


def batches() -> pa.RecordBatchReader:
    table = pa.table(AS_COLUMNS)
    return pa.RecordBatchReader.from_batches(table.schema, iter(table.to_batches(max_chunksize=2)))


def test_an_arrow_stream_is_read_as_the_same_table_at_once():
    ratings = cf.read(batches())
    assert ratings.fingerprint == cf.read(AS_COLUMNS).fingerprint
    assert (ratings.library, ratings.report.source) == ("arrow", "an Arrow stream")


def test_categories_of_an_arrow_stream_may_differ_from_batch_to_batch():
    users = [pa.array(part).dictionary_encode() for part in (["ann", "ann"], ["bob"])]
    parts = [
        pa.record_batch({"user": users[at], "item": pa.array([10, 20][: len(users[at])])}) for at in range(len(users))
    ]
    ratings = cf.read(pa.RecordBatchReader.from_batches(parts[0].schema, iter(parts)))
    assert ratings.users.gather(ratings.user_idx).tolist() == ["ann", "ann", "bob"]


def test_whoever_speaks_arrows_protocol_is_read():
    class Exporter:
        def __arrow_c_stream__(self, requested_schema: object = None) -> object:
            return pl.DataFrame(AS_COLUMNS).__arrow_c_stream__(requested_schema)

    assert cf.read(Exporter()).fingerprint == cf.read(AS_COLUMNS).fingerprint


def test_a_stream_that_breaks_off_is_told():
    def broken():
        yield batches().read_next_batch()
        raise OSError("the line is dead")

    stream = pa.RecordBatchReader.from_batches(batches().schema, broken())
    with pytest.raises(BadTable, match="rows cannot be fetched: the line is dead"):
        cf.read(stream)


def test_a_stream_of_more_rows_than_memory_holds_is_refused_before_they_are_all_fetched(monkeypatch):
    monkeypatch.setattr(streams, "BYTES_A_ROW", 10**11)
    cursor = Cursor(NAMES, ROWS * 10)
    with pytest.raises(BadTable, match="memory are free"):
        cf.read(cursor)
    assert len(cursor.rows) == 28
    assert np.all(np.array(cursor.fetched) == 2)
