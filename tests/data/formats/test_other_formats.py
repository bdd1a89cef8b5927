"""Files that are no tables, under the name of one: what they are is said, and what to do."""

import io
import zipfile

import pytest

import cofactor as cf
from cofactor.errors import BadTable


def archive(*names: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        for name in names:
            file.writestr(name, "user,item,rating\n1,2,3\n")
    return packed.getvalue()


@pytest.mark.parametrize(
    ("content", "what", "mend"),
    [
        (archive("ratings.csv"), "a zip archive", "Unpack it"),
        (archive("[Content_Types].xml", "xl/workbook.xml"), "an Excel workbook (.xlsx)", "Save the sheet as CSV"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "(.xls)", "Save the sheet as CSV"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)), "a picture (PNG)", "Give the table itself"),
        (b"\n<!DOCTYPE html>\n<html><body>Log in, please</body>", "a web page (HTML)", "download the table anew"),
        (bytes(range(256)) * 4, "a binary file", "Give the table itself"),
        ("user,item,rating\nann,1,5\n".encode("utf-16-le"), "a binary file", "pass encoding='utf-16-le'"),
    ],
)
def test_a_file_called_csv_that_is_none_is_recognised(content, what, mend, tmp_path):
    file = tmp_path / "ratings.csv"
    file.write_bytes(content)
    for source in (file, content):
        with pytest.raises(BadTable) as caught:
            cf.read(source)
        assert what in str(caught.value)
        assert mend in str(caught.value)


def test_an_encoding_makes_no_text_of_an_archive():
    with pytest.raises(BadTable, match="a zip archive"):
        cf.read(archive("ratings.csv"), encoding="latin-1")


def test_text_is_not_taken_for_binary():
    """UTF-16 that is said, Latin-1, and a control character between the fields."""
    table = "user,item,rating\nZoë,1,5\nann,2,3\nann,1,4\n"
    assert len(cf.read(table.encode("utf-16-le"), encoding="utf-16-le")) == 3
    assert len(cf.read(table.encode("latin-1"), encoding="latin-1")) == 3
    assert len(cf.read(table.replace(",", "\x01").encode(), separator="\x01")) == 3
    with pytest.raises(BadTable, match="encoding='latin-1'"):
        cf.read(table.encode("latin-1"))
