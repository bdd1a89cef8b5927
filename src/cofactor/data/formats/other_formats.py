"""What is no table of ours, told by its first bytes whatever its name, and what to do about it."""

import codecs
from typing import NamedTuple

from cofactor.errors import BadTable

__all__ = ["OTHER_ENDINGS", "OtherFormat", "other_format"]

TEXT_ENDINGS = ".csv .tsv .txt .dat .data .gz"
OTHER_ENDINGS = {".xlsx", ".xls", ".ods", ".json", ".pkl", ".db", ".sqlite", ".h5", ".npy", ".npz"}
MAX_ZEROS, MAX_CONTROLS = 0.1, 0.02  # shares of bytes; text has hardly any of them
CONTROLS = bytes(set(range(32)) - set(b"\t\n\v\f\r\x1b"))


class OtherFormat(NamedTuple):
    """A kind of file, and what makes a table of it."""

    kind: str
    mend: str = (
        "Load it with pandas or Polars and pass the data frame, or pass a database cursor that has executed a query"
    )

    @property
    def error(self) -> BadTable:
        """The error to raise where such a file came."""
        return BadTable(
            f"This is {self.kind}, which is not read here. {self.mend}. Read are text tables ({TEXT_ENDINGS} …), JSON "
            f"lines (.jsonl), .parquet and .arrow."
        )


EXCEL = "Save the sheet as CSV, or load it with pandas.read_excel and pass the data frame"
UNPACK = "Unpack it and give the table that is in it, or load that with pandas or Polars and pass the data frame"
EXPORT = "Give the table itself, exported as CSV"
MAGIC = {
    b"PK\x03\x04": OtherFormat("a zip archive (perhaps .xlsx or .npz)", UNPACK),
    b"\xd0\xcf\x11\xe0": OtherFormat("an old Office document (.xls)", EXCEL),
    b"SQLite format 3": OtherFormat("an SQLite database", "Pass a cursor that has executed a query on it"),
    b"\x89HDF": OtherFormat("HDF5"), b"\x80\x04": OtherFormat("a pickle"), b"\x80\x05": OtherFormat("a pickle"),
    b"BZh": OtherFormat("bzip2", UNPACK), b"\xfd7zXZ": OtherFormat("xz", UNPACK),
    b"\x28\xb5\x2f\xfd": OtherFormat("zstd", UNPACK), b"7z\xbc\xaf\x27\x1c": OtherFormat("a 7z archive", UNPACK),
    b"Rar!\x1a": OtherFormat("a rar archive", UNPACK),
    b"\x93NUMPY": OtherFormat("a NumPy file"), b"%PDF": OtherFormat("a PDF", EXPORT),
    b"\x89PNG": OtherFormat("a picture (PNG)", EXPORT), b"\xff\xd8\xff": OtherFormat("a picture (JPEG)", EXPORT),
    b"GIF87a": OtherFormat("a picture (GIF)", EXPORT), b"GIF89a": OtherFormat("a picture (GIF)", EXPORT),
}  # fmt: skip
PAGE = OtherFormat(
    "a web page (HTML)", "Perhaps a login or an error was downloaded in its place; download the table anew"
)
BINARY = OtherFormat("a binary file", f"{EXPORT}; if it is text in UTF-16, pass encoding='utf-16-le'")


def other_format(start: bytes, *, is_text: bool = False) -> OtherFormat | None:
    """The format of a file that begins so; None for what may be a table in text.

    is_text: that it is text, packed or in some encoding, is known by other means
    >>> other_format(b"user,item,rating") is None, other_format(bytes(100)).kind
    (True, 'a binary file')
    """
    found = next((found for magic, found in MAGIC.items() if start.startswith(magic)), None)
    if found is None:
        beginning = start.lstrip()[:15].lower()
        is_page = beginning.startswith((b"<!doctype html", b"<html"))
        return PAGE if is_page else BINARY if not is_text and _is_binary(start) else None
    if start.startswith(b"PK") and (b"xl/" in start or b"[Content_Types].xml" in start):
        return OtherFormat("a zip archive, by its contents an Excel workbook (.xlsx)", EXCEL)
    return found


def _is_binary(start: bytes) -> bool:
    """Many zeros, or bytes that are no UTF-8 and control characters among them."""
    if start.count(0) > MAX_ZEROS * len(start):
        return True
    n_controls = len(start) - len(start.translate(None, CONTROLS))
    return n_controls > MAX_CONTROLS * len(start) and not _is_utf8(start)


def _is_utf8(start: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(start)  # a character may be cut at the end
    except UnicodeDecodeError:
        return False
    return True
