"""The bytes of a text table, unpacked, in UTF-8, every line ended by a line feed, and no larger than memory allows."""

import gzip
import io
import mmap
import re
import zlib
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from cofactor.errors import BadOption, BadTable
from cofactor.memory import free_gb

__all__ = [
    "BYTES_A_ROW",
    "BYTE_ORDER_MARKS",
    "GZIP",
    "MAX_LINE_BYTES",
    "N_SNIFFED_BYTES",
    "STAND_INS",
    "as_bytes",
    "damaged_gzip",
    "in_utf8",
    "refuse_too_large",
    "searchable",
    "start_of",
    "unknown_encoding",
    "with_kept_returns",
    "with_line_feeds",
    "with_one_character",
    "wrong_encoding",
]  # fmt: skip

N_SNIFFED_BYTES = 1 << 16
CHUNK_BYTES = 1 << 22
MAX_LINE_BYTES = 1 << 26
BYTES_A_ROW = 80  # that a row takes while it is read, beside its text: measured are 70 to 100
STAND_INS = "\x1f\x1e\x1d\x1c\x01"  # stand for what Polars cannot parse; the first that the text does not hold
BYTE_ORDER_MARKS = (b"\xff\xfe", b"\xfe\xff")  # of UTF-16
GZIP = b"\x1f\x8b"  # what such a file begins with


def in_utf8(source: Path | bytes, encoding: str | None) -> Path | bytes:
    """The text in UTF-8; a plain file stays where it is, to be read from there in one go.

    Raises `BadTable` for UTF-16 without encoding=…, another encoding than the one said, a damaged gzip file, and text
    that is larger than the free memory; `BadOption` for an unknown encoding.
    """
    start = start_of(source)
    zipped = start.startswith(GZIP)
    if encoding is None and not zipped and start.startswith(BYTE_ORDER_MARKS):
        raise BadTable("The text is in UTF-16. Pass encoding='utf-16'.")
    if isinstance(source, Path):
        refuse_too_large(source.stat().st_size)
    if encoding is None and not zipped:
        return source
    data = _unzipped(source) if zipped else as_bytes(source)
    return data if encoding is None else _recoded(data, encoding)


def start_of(source: Path | bytes) -> bytes:
    """The first `N_SNIFFED_BYTES` bytes."""
    if isinstance(source, bytes):
        return source[:N_SNIFFED_BYTES]
    with source.open("rb") as file:
        return file.read(N_SNIFFED_BYTES)


def as_bytes(source: Path | bytes) -> bytes:
    """All bytes; a file is read whole."""
    return source if isinstance(source, bytes) else source.read_bytes()


@contextmanager
def searchable(source: Path | bytes) -> Generator[Any]:
    """The bytes to search in, without a copy of a file."""
    if isinstance(source, bytes):
        yield source
        return
    with source.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as view:
        yield view


def wrong_encoding(data: bytes, wrong: UnicodeDecodeError, n_lines_before: int = 0) -> BadTable:
    """The error to raise for text in another encoding; it names the byte and its line.

    n_lines_before: those of the file that stand before `data`
    """
    line = n_lines_before + data.count(b"\n", 0, wrong.start) + 1
    return BadTable(
        f"The text is not in {wrong.encoding.upper()}: byte 0x{data[wrong.start]:02x} in line {line}. "
        f"Pass the right encoding, very likely encoding='latin-1'."
    )


def with_line_feeds(data: Path | bytes) -> Path | bytes:
    """Lines that a carriage return alone ends, as on old Macs, end as others do."""
    start = start_of(data)
    if b"\n" in start or b"\r" not in start.rstrip(b"\r"):
        return data
    return as_bytes(data).replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def with_one_character(data: Path | bytes, separator: str) -> tuple[Path | bytes, str]:
    """The text with a separator of one byte, as Polars needs it, and that separator.

    In place of a longer one stands a control character that the text does not hold; raises `BadTable` where it holds
    all of them.
    """
    if len(separator.encode()) == 1:
        return data, separator
    text = as_bytes(data)
    stand_in = _stand_in(f"separator={separator!r}", text)
    return text.replace(separator.encode(), stand_in.encode()), stand_in


def with_kept_returns(data: Path | bytes, separator: str) -> tuple[Path | bytes, str | None]:
    """Polars drops a carriage return that ends a field. Where one does, all that end no line become the character
    that is the second value; several before a line feed are that line's end."""
    with searchable(data) as view:
        if view.find(b"\r") < 0 or not _ends_a_field(view, separator):
            return data, None
    text = re.sub(rb"\r+(\n|$)", rb"\n", as_bytes(data))
    if b"\r" not in text:
        return text, None
    stand_in = _stand_in("a carriage return within a line", text)
    return text.replace(b"\r", stand_in.encode()), stand_in


def _ends_a_field(text: Any, separator: str) -> bool:
    """Whether a carriage return stands before a separator, or before another one."""
    codes = np.frombuffer(text, np.uint8)
    for start in range(0, len(codes), CHUNK_BYTES):
        piece = codes[start : start + CHUNK_BYTES + 1]
        behind = piece[np.flatnonzero(piece[:-1] == ord("\r")) + 1]
        if (behind == ord(separator)).any() or (behind == ord("\r")).any():
            return True
    return False


def _stand_in(what: str, text: bytes) -> str:
    found = next((one for one in STAND_INS if one.encode() not in text), None)
    if found is None:
        raise BadTable(f"The text holds control characters, so {what} cannot be told from them.")
    return found


def _unzipped(source: Path | bytes) -> bytes:
    """Unpacked piece by piece, so that what is too large, or no table, is refused before it fills the memory."""
    unpacked, n_rows, line_length = io.BytesIO(), 0, 0
    try:
        with gzip.open(source if isinstance(source, Path) else io.BytesIO(source)) as file:
            while piece := file.read(CHUNK_BYTES):
                unpacked.write(piece)
                n_ends = piece.count(b"\n") or piece.count(b"\r")
                n_rows, line_length = n_rows + n_ends, 0 if n_ends else line_length + len(piece)
                refuse_too_large(unpacked.tell() + n_rows * BYTES_A_ROW, "the unpacked text")
                if line_length > MAX_LINE_BYTES:
                    raise BadTable(f"The gzip file holds {line_length:,} bytes without a line end: it is no table.")
    except (OSError, EOFError, zlib.error) as error:
        raise damaged_gzip(error) from None
    return unpacked.getvalue()


def damaged_gzip(error: Exception) -> BadTable:
    """The error to raise for a packed file that cannot be unpacked."""
    return BadTable(f"The gzip file is damaged: {error}. Fetch or write it again.")


def unknown_encoding(encoding: str) -> BadOption:
    """The error to raise for an encoding that Python does not know."""
    return BadOption(f"encoding={encoding!r} is not known. Usual ones: 'utf-8', 'latin-1', 'utf-16'.")


def refuse_too_large(n_bytes: int, what: str = "the text") -> None:
    """Raise `BadTable` where that much is more than the free memory.

    what: is to be read, for the message
    """
    free = free_gb()
    if n_bytes > free * 1e9:
        raise BadTable(
            f"Reading {what} takes {n_bytes / 1e9:.1f} GB or more, but {free:.1f} GB of memory are free. Read "
            f"it in parts, or on a machine that has more."
        )


def _recoded(data: bytes, encoding: str) -> bytes:
    try:
        return data.decode(encoding).encode()
    except LookupError:
        raise unknown_encoding(encoding) from None
    except UnicodeDecodeError as wrong:
        raise wrong_encoding(data, wrong) from None
