"""JSON lines, by their ending or by what they hold."""

import gzip
import io
import sys

import pytest

import cofactor as cf
from cofactor.cli import main
from cofactor.errors import BadTable

LINES = b'{"user": "ann", "item": 7, "rating": 4}\n\n{"item": 8, "user": "bob", "rating": 3.5, "more": {"a": [1]}}\n'


@pytest.mark.parametrize("name", ["r.jsonl", "r.ndjson", "r.json", "r.txt"])
def test_a_file_is_known_by_what_it_holds(name, tmp_path):
    (tmp_path / name).write_bytes(LINES)
    ratings = cf.read(tmp_path / name)
    assert ratings.users.values.tolist() == ["ann", "bob"]
    assert ratings.items.values.tolist() == [7, 8]
    assert ratings.values.tolist() == [4, 3.5]


PACKED = gzip.compress(LINES, mtime=0)  # the moment would be in the test's name, which parallel workers must agree on


@pytest.mark.parametrize("source", [LINES, PACKED, io.BytesIO(LINES), b"\xef\xbb\xbf" + LINES])
def test_bytes_too_packed_or_not(source):
    assert cf.read(source).values.tolist() == [4, 3.5]


def test_ids_stay_as_they_are_written():
    ratings = cf.read(b'{"user": "007", "item": 1}\n{"user": "8", "item": 2}\n')
    assert (ratings.users.values.tolist(), ratings.kind) == (["007", "8"], "clicks")


def test_a_column_and_a_fraction_that_come_late_are_not_missed():
    late = b'{"user": 1, "item": 1}\n' * 300 + b'{"user": 2, "item": 1, "rating": 2.5}\n'
    ratings = cf.read(late, missing="drop")
    assert ratings.values.tolist() == [2.5]


def test_a_key_that_a_line_lacks_is_missing_there():
    with pytest.raises(BadTable, match="rating is missing in line 2"):
        cf.read(b'{"user": 1, "item": 1, "rating": 3}\n{"user": 2, "item": 1}\n')


def test_a_line_that_is_cut_short_is_named(tmp_path):
    (tmp_path / "r.jsonl").write_bytes(LINES + b'{"user": "cid", "it')
    with pytest.raises(BadTable, match="Line 4 is no JSON"):
        cf.read(tmp_path / "r.jsonl")


@pytest.mark.parametrize("text", [LINES, b"user,item,rating\nann,7,4\nbob,8,3.5\n"])
def test_the_command_line_reads_what_comes_in_on_stdin(text, capsys, monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text)))
    assert main(["data", "describe", "-"]) == 0
    assert "2 ratings by 2 users of 2 items" in capsys.readouterr().out
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text)))
    assert main(["data", "check", "-"]) == 0
