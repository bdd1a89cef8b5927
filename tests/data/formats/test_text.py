"""Text tables as programs write them: odd headers, odd ends of lines and rows, quotes; each field as it was written."""

import gzip
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pytest

import cofactor as cf
from cofactor.data.checking import check
from cofactor.data.formats import decoding
from cofactor.errors import BadTable

WHAT_IS_MEANT = [("ann", 1, 5.0), ("bob", 2, 4.0)]


def rows(source: Any, **options: Any) -> list[tuple[Any, ...]]:
    ratings = cf.read(source, **options)
    users, items = ratings.users.gather(ratings.user_idx), ratings.items.gather(ratings.item_idx)
    return list(zip(users.tolist(), items.tolist(), ratings.values.tolist(), strict=True))


@pytest.mark.parametrize(
    "text",
    [",user,item,rating\n0,ann,1,5\n1,bob,2,4\n", ",user,item,rating,Unnamed: 0\n0,ann,1,5,0\n1,bob,2,4,1\n",
     "user, item, rating\nann,1,5\nbob,2,4\n", 'user, "item", rating\nann,1,5\nbob,2,4\n',
     "user,item,rating,\nann,1,5,\nbob,2,4,\n", "user,item,rating\nann,1,5,\nbob,2,4,\n",
     "user,item,rating,\nann,1,5\nbob,2,4\n", "user;item;rating;\nann;1;5;\nbob;2;4;\n",
     "user,item,rating,note,note\nann,1,5,a,b\nbob,2,4,c,d\n", "  \nuser,item,rating\nann,1,5\nbob,2,4\n",
     'user,"it\nem",rating\nann,1,5\nbob,2,4\n', "user  item  rating\nann  1  5\nbob  2  4\n",
     "user,item,rating\rann,1,5\rbob,2,4\r", "user,item,rating\r\r\nann,1,5\r\r\nbob,2,4\r\r\n",
     "user,item,rating\r\nann,1,5\nbob,2,4\r"],
)  # fmt: skip
def test_a_text_is_read_whatever_wrote_it(text: str, tmp_path: Path):
    (tmp_path / "ratings.csv").write_bytes(text.encode())
    for source in (text.encode(), tmp_path / "ratings.csv"):
        assert rows(source, item=None if "it\nem" not in text else "it\nem") == WHAT_IS_MEANT


def test_a_line_too_long_to_be_looked_at_whole_says_nothing_of_the_separator():
    """As far as it is looked at it falls into two fields at its space, like the header."""
    review = "good " + "x" * decoding.N_SNIFFED_BYTES
    assert rows(f"user;item;my review;rating\nann;1;{review};5\nbob;2;bad;4\n".encode()) == WHAT_IS_MEANT


def test_what_pandas_writes_is_read_back_with_its_attached_table(tmp_path: Path):
    pd.DataFrame({"user": ["ann", "bob"], "item": [1, 2], "rating": [5, 4]}).to_csv(tmp_path / "ratings.csv")
    pd.DataFrame({"item": [1, 2], "title": ["Alien", "Heat"], "year": [1979, 1995]}).to_csv(tmp_path / "items.csv")
    ratings = cf.read(tmp_path / "ratings.csv", items=tmp_path / "items.csv")
    assert ratings.titles.tolist() == ["Alien", "Heat"]
    assert {name: column.tolist() for name, column in ratings.item_attributes.items()} == {"year": [1979, 1995]}


def test_the_numbers_of_the_rows_are_no_users():
    assert rows(b",a,b,c\n7,ann,1,5\n8,bob,2,4\n") == WHAT_IS_MEANT


def test_attached_tables_may_have_odd_headers_too():
    for items in (b"item, title ,\n1,Alien,\n2,Heat,\n", b"item,title\n1,Alien,\n2,Heat,\n"):
        assert cf.read(b"user,item\nann,1\nbob,2\n", items=items).titles.tolist() == ["Alien", "Heat"]


@pytest.mark.parametrize(
    "source",
    [b"user,item,rating,rating\nann,1,5,1\nbob,2,4,2\n", {"user": ["ann", "bob"], "item": [1, 2], "rating": [5, 4],
      "rating ": [1, 2]},
     pd.DataFrame([["ann", 1, 5, 1], ["bob", 2, 4, 2]], columns=["user", "item", "rating", "rating"])],
)  # fmt: skip
def test_a_name_that_stands_twice_means_neither_but_a_position_does(source: Any):
    with pytest.raises(BadTable, match=r"Several columns are called 'rating'.*rating=2"):
        cf.read(source)
    assert rows(source, rating=2) == WHAT_IS_MEANT
    assert rows(source, rating=3) == [("ann", 1, 1.0), ("bob", 2, 2.0)]


def test_names_that_are_made_for_a_repeated_one_are_new_ones():
    assert "'x', 'x_3', 'x_4_', 'x_4'" in str(check(b"user,item,x,x,x,x_4\na,1,2,3,4,5\nb,2,3,4,5,6\n"))


def test_text_behind_the_last_column_is_no_trailing_separator():
    rows_below = b"ann,1,5,\n" * 100 + b"bob,2,4,9\n"
    with pytest.raises(BadTable, match="3 columns, but there is one field more in line 102"):
        cf.read(b"user,item,rating\n" + rows_below)


# ---- carriage returns and quotes --------------------------------------------------------------------------


def test_a_carriage_return_that_ends_a_field_is_kept():
    assert rows(b"user,item,rating\nc\r,1,5\nc,1,4\n\ra\rb,2\r,3\r\n") == [
        ("c\r", "1", 5.0),
        ("c", "1", 4.0),
        ("\ra\rb", "2\r", 3.0),
    ]


def test_a_quote_within_a_field_is_a_sign_like_any_other():
    assert rows(b'user,item,rating\n12" vinyl,1,5\nbob,2,4\n7" vinyl,2,1\n')[0] == ('12" vinyl', 1, 5.0)


@pytest.mark.parametrize("line", [b'"bob,2,4', b'"b"ob,2,4', b'"bob" ,2,4'])
def test_quotes_without_sense_are_named_by_their_line(line: bytes):
    with pytest.raises(BadTable, match="quotes from line 3 on"):
        cf.read(b"user,item,rating\nann,1,5\n" + line + b"\ncid,3,3\n")


def test_quotes_are_not_blamed_for_what_is_not_theirs():
    with pytest.raises(BadTable, match="More than 3 fields in line 2, 3") as caught:
        cf.read(b"user,item,rating\n1,ann,1,5\n2,bob,2,4\n")
    assert "give every column a name" in str(caught.value)
    with pytest.raises(BadTable, match="More than 3 fields in line 3"):
        cf.read(b'user::item::rating\n1::"Heat::5\n2::Alien::4::7\n')  # between two colons it quotes nothing


# ---- size -------------------------------------------------------------------------------------------------


@pytest.fixture
def little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight megabytes are free, and a gzip file is unpacked in pieces of one."""
    monkeypatch.setattr(decoding, "free_gb", lambda: 0.008)
    monkeypatch.setattr(decoding, "CHUNK_BYTES", 1 << 20)


@pytest.mark.parametrize("unit", [b"ann,1,5\n", b"\n", b"\r"])
def test_a_gzip_file_that_unpacks_to_more_than_the_memory_is_refused(unit: bytes, little_memory: None):
    bomb = gzip.compress(b"user,item,rating\n" + unit * 2_000_000)
    with pytest.raises(BadTable, match="the unpacked text takes .* GB or more, but 0.0 GB of memory are free"):
        cf.read(bomb)


def test_it_is_refused_before_it_is_unpacked(little_memory: None, monkeypatch: pytest.MonkeyPatch):
    unpacked = []
    read = gzip.GzipFile.read
    monkeypatch.setattr(gzip.GzipFile, "read", lambda self, size: unpacked.append(piece := read(self, size)) or piece)
    with pytest.raises(BadTable, match="memory"):
        cf.read(gzip.compress(bytes(50_000_000)))
    assert sum(map(len, unpacked)) < 10_000_000


def test_bytes_without_any_line_end_are_no_table(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(decoding, "MAX_LINE_BYTES", 1 << 20)
    with pytest.raises(BadTable, match="without a line end"):
        cf.read(gzip.compress(b"user,item\n" + bytes(10_000_000)))


def test_a_plain_file_larger_than_the_memory_is_refused(little_memory: None, tmp_path: Path):
    (tmp_path / "ratings.csv").write_bytes(b"user,item,rating\n" + b"ann,1,5\n" * 2_000_000)
    with pytest.raises(BadTable, match="Reading the text takes .* memory are free"):
        cf.read(tmp_path / "ratings.csv")


@pytest.mark.parametrize("write", ["write_parquet", "write_ipc"])
def test_a_packed_file_of_more_rows_than_the_memory_is_refused(write: str, little_memory: None, tmp_path: Path):
    same = pl.repeat(1, 1_000_000, eager=True, dtype=pl.Int8)
    getattr(pl.DataFrame({"user": same, "item": same}), write)(tmp_path / "bomb")
    for source in (tmp_path / "bomb", (tmp_path / "bomb").read_bytes()):
        with pytest.raises(BadTable, match="Reading 1,000,000 rows takes .* memory are free"):
            cf.read(source)


def test_several_gzip_files_in_one_are_one_text():
    assert rows(gzip.compress(b"user,item,rating\nann,1,5\n") + gzip.compress(b"bob,2,4\n")) == WHAT_IS_MEANT


@pytest.mark.parametrize("cut", [slice(0, -9), slice(0, 12), slice(0, 2)])
def test_a_cut_gzip_file_is_damaged(cut: slice):
    with pytest.raises(BadTable, match="damaged"):
        cf.read(gzip.compress(b"user,item,rating\nann,1,5\nbob,2,4\n")[cut])
