"""A text file of any size in blocks of whole lines, of which memory holds one or two."""

import codecs
import gzip
import zlib
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from cofactor.data.formats.decoding import (
    BYTE_ORDER_MARKS,
    GZIP,
    MAX_LINE_BYTES,
    as_bytes,
    damaged_gzip,
    start_of,
    unknown_encoding,
    with_line_feeds,
    wrong_encoding,
)
from cofactor.data.formats.text import TextTable, open_text, quote_of
from cofactor.errors import BadTable

__all__ = ["first_block", "text_blocks"]

QUOTE = b'"'


def first_block(
    path: Path, n_bytes: int, separator: str | None, encoding: str | None, headed: bool | None
) -> TextTable:
    """The table of the file's first lines; raises `BadTable` as `open_text` does, and for a line without an end."""
    lines = next(_whole_lines(_pieces(path, n_bytes, encoding), separator), b"")
    return open_text(lines, separator, None, headed)


def text_blocks(path: Path, first: TextTable, n_bytes: int, encoding: str | None) -> Iterator[TextTable]:
    """The file as tables of about so many bytes of text each, the first of them with the header.

    Raises `BadTable` for a damaged gzip file, another encoding than the one said, and a line without an end.
    """

    def n_lines_before(number: int) -> int:
        return sum(lines.count(b"\n") for lines in islice(blocks(), number))

    def blocks() -> Iterator[bytes]:
        return _whole_lines(_pieces(path, n_bytes, encoding), first.written_separator)

    for number, lines in enumerate(blocks()):
        yield first if number == 0 else first.of_block(lines, partial(n_lines_before, number))


def _whole_lines(pieces: Iterable[bytes], separator: str | None) -> Iterator[bytes]:
    """The same bytes, cut behind the ends of lines."""
    rest = b""
    for piece in pieces:
        lines = rest + piece if QUOTE in rest or QUOTE in piece else piece
        before = b"" if lines is not piece else rest
        cut = _last_end(lines, separator)
        if cut:
            yield b"".join((before, memoryview(lines)[:cut]))  # copied once
            rest = lines[cut:]
        else:
            rest = before + lines
        if len(rest) > max(MAX_LINE_BYTES, len(piece)):
            raise BadTable(f"A line of the text is longer than {MAX_LINE_BYTES:,} bytes, or a quote is not closed.")
    if rest:
        yield rest


def _last_end(lines: bytes, separator: str | None) -> int:
    """The place behind the last line feed that ends a line; one between quotes does not."""
    end = lines.rfind(b"\n") + 1
    if QUOTE not in lines or quote_of(lines, separator or ",") is None:
        return end
    while end and lines.count(QUOTE, 0, end) % 2:  # within quotes one of them is open
        end = lines.rfind(b"\n", 0, lines.rfind(QUOTE, 0, end)) + 1
    return end


def _pieces(path: Path, n_bytes: int, encoding: str | None) -> Iterator[bytes]:
    """The text in UTF-8, its lines ended by line feeds."""
    start = start_of(path)
    if encoding is None and start.startswith(BYTE_ORDER_MARKS):
        raise BadTable("The text is in UTF-16. Pass encoding='utf-16'.")
    is_packed = start.startswith(GZIP)
    with gzip.open(path) if is_packed else path.open("rb") as file:
        try:
            for piece in _recoded(file, n_bytes, encoding):
                yield as_bytes(with_line_feeds(piece))
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise damaged_gzip(error) from None


def _recoded(file: BinaryIO | gzip.GzipFile, n_bytes: int, encoding: str | None) -> Iterator[bytes]:
    if encoding is None:
        yield from iter(partial(file.read, n_bytes), b"")
        return
    try:
        decoder = codecs.getincrementaldecoder(encoding)()
    except LookupError:
        raise unknown_encoding(encoding) from None
    n_lines = 0
    while piece := file.read(n_bytes):
        try:
            yield decoder.decode(piece).encode()
        except UnicodeDecodeError as wrong:
            raise wrong_encoding(piece, wrong, n_lines) from None
        n_lines += piece.count(b"\n")
