"""A table read in blocks has the rows, the names and the faults that it has as a whole."""

import gzip
import sqlite3

import polars as pl
import pytest

from cofactor.data.formats.block_table import BlockSizes, open_blocks
from cofactor.data.options import Options
from cofactor.errors import BadTable

SMALL = BlockSizes(n_bytes=40, n_rows=3)
ROWS = [(f"u{at % 7}", at, at % 5 + 0.5) for at in range(20)]
TEXT = "user,item,rating\n" + "".join(f"{user},{item},{rating}\n" for user, item, rating in ROWS)
WISHED = {"user": pl.String, "item": pl.String, "rating": pl.Float32}


def all_rows(source, **options):
    table = open_blocks(source, Options(**options), SMALL)
    blocks = list(table.blocks(WISHED, ()))
    assert len(blocks) > 1
    return pl.concat([block.cast({"rating": pl.Float64, "item": pl.String}) for block in blocks]).rows()


@pytest.mark.parametrize(
    ("one", "dtype"), [("19", pl.Int64), ("", pl.Int64), ("019", pl.String), (" 19", pl.String), ("x", pl.String)]
)
def test_a_block_has_whole_numbers_where_each_is_written_as_its_number_is(one, dtype, tmp_path):
    (tmp_path / "table.csv").write_text(TEXT.replace("u5,19,", f"u5,{one},"))
    table = open_blocks(tmp_path / "table.csv", Options(), SMALL)
    first, *_, last = table.blocks(WISHED, ["item"])
    assert first["item"].to_list()[:2] == [0, 1]
    assert last["item"].dtype == dtype
    assert last["item"].cast(pl.String).to_list()[-1] == (one or None)
    assert last["rating"].dtype == pl.Float32


EXPECTED = [(user, str(item), rating) for user, item, rating in ROWS]


@pytest.mark.parametrize(
    ("contents", "options"),
    [
        (TEXT.encode(), {}),
        (TEXT.removesuffix("\n").replace("\n", "\r\n").encode(), {}),
        (TEXT.replace("\n", "\r").encode(), {}),
        (TEXT.replace(",", "::").encode(), {}),
        (TEXT.encode("utf-16"), {"encoding": "utf-16"}),
        (gzip.compress(TEXT.encode()), {}),
        (b"\n\n" + TEXT.replace(",", ";").encode(), {"separator": ";"}),
    ],
)
def test_text_of_any_form_comes_in_whole_lines(contents, options, tmp_path):
    (tmp_path / "table.csv").write_bytes(contents)
    assert all_rows(tmp_path / "table.csv", **options) == EXPECTED


def test_a_line_end_between_quotes_ends_no_block(tmp_path):
    rows = [(f'"a\nlong, {"very " * at}""name"""', at) for at in range(12)]
    (tmp_path / "table.csv").write_text("user,item,rating\n" + "".join(f"{user},{at},1\n" for user, at in rows))
    users = [user for user, _, _ in all_rows(tmp_path / "table.csv")]
    assert users == [f'a\nlong, {"very " * at}"name"' for at in range(12)]


@pytest.mark.parametrize("write", ["write_parquet", "write_ipc"])
def test_packed_files_come_in_blocks(write, tmp_path):
    frame = pl.DataFrame(ROWS, schema=["user", "item", "rating"], orient="row")
    getattr(frame, write)(tmp_path / "table.bin")
    assert all_rows(tmp_path / "table.bin") == EXPECTED


def test_the_rows_of_a_query_come_as_they_are_fetched(monkeypatch):
    monkeypatch.setattr("cofactor.data.formats.streams.ROWS_A_BLOCK", 6)
    base = sqlite3.connect(":memory:")
    base.execute("create table ratings (user, item, rating)")
    base.executemany("insert into ratings values (?, ?, ?)", ROWS)
    assert all_rows(base.execute("select * from ratings")) == EXPECTED


def test_a_fault_is_named_by_its_line_in_the_file(tmp_path):
    (tmp_path / "table.csv").write_text(TEXT + "u1,2,3,4,5\n")
    table = open_blocks(tmp_path / "table.csv", Options(), SMALL)
    with pytest.raises(BadTable, match="More than 3 fields in line 22"):
        list(table.blocks(WISHED, ()))


def test_about_how_many_rows_a_file_has_is_known_before_it_is_read(tmp_path):
    (tmp_path / "table.csv").write_text(TEXT)
    assert 10 <= (open_blocks(tmp_path / "table.csv", Options(), SMALL).n_rows or 0) <= 40
