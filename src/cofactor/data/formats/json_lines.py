"""Tables of JSON lines: an object a line, its keys the columns; one that a line lacks is missing there."""

import io
import json
import zlib
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import polars as pl

from cofactor.data.formats.decoding import GZIP, N_SNIFFED_BYTES, as_bytes, in_utf8, start_of
from cofactor.data.formats.frames import from_lazy
from cofactor.data.formats.table import Table
from cofactor.data.report import RowNames
from cofactor.errors import BadTable

__all__ = ["from_json_lines", "holds_json_lines"]

EXAMPLE = '{"user": "ann", "item": 7, "rating": 4}'


def holds_json_lines(source: Path | bytes, encoding: str | None) -> bool:
    """Return whether the first line that is not blank is a JSON object, packed by gzip or not."""
    start = start_of(source)
    if start.startswith(GZIP):
        unpacked = zlib.decompressobj(wbits=31)
        with suppress(zlib.error):
            start = unpacked.decompress(start, N_SNIFFED_BYTES)
    try:
        first = start.decode(encoding or "utf-8-sig", "replace").lstrip().partition("\n")[0]
        return first.startswith("{") and isinstance(json.loads(first), dict)
    except (ValueError, LookupError, RecursionError):
        return False


def from_json_lines(source: Path | bytes, origin: str, encoding: str | None) -> Table:
    """The table of these lines; raises `BadTable`, which names the first line that is no JSON object.

    Every line is looked at for its keys and types, so that no column and no fraction is missed.
    """
    data = in_utf8(source, encoding)
    data = data.removeprefix(b"\xef\xbb\xbf") if isinstance(data, bytes) else data
    try:
        frame = pl.scan_ndjson(io.BytesIO(data) if isinstance(data, bytes) else data, infer_schema_length=None)
        return replace(from_lazy(frame, origin), row_names=RowNames("line", 1))
    except (pl.exceptions.PolarsError, BadTable) as error:
        raise _wrong_line(as_bytes(data), error) from None


def _wrong_line(data: bytes, error: Exception) -> BadTable:
    for number, line in enumerate(data.splitlines(), 1):
        try:
            if line.strip() and not isinstance(json.loads(line), dict):
                return BadTable(f"Line {number} is no JSON object. Write one on each line, as in {EXAMPLE}.")
        except (ValueError, RecursionError) as wrong:
            return BadTable(f"Line {number} is no JSON: {wrong}. Write an object on each line, as in {EXAMPLE}.")
    return BadTable(f"The JSON lines cannot be read as a table: {str(error).splitlines()[0]}.")
