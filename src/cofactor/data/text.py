"""Tables in text: which separator, is there a header, which encoding; and what stands on which line."""

import csv
import gzip
import io
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import polars as pl

from cofactor.data.columns import usual_column
from cofactor.errors import BadOption, BadTable

__all__ = ["TextTable", "open_text"]

SEPARATORS = ("::", "\t", ",", ";", "|", " ")  # where several would do, the first
SNIFFED = 1 << 16  # bytes
SNIFFED_LINES = 100
STAND_INS = "\x1f\x1e\x1d\x1c\x01"  # for a separator of several characters; which of them the text does not hold
BYTE_ORDER_MARKS = (b"\xff\xfe", b"\xfe\xff")  # of UTF-16


@dataclass(frozen=True)
class TextTable:
    """A table in text, looked at but not yet read."""

    data: Path | bytes  # UTF-8, fields separated by the one character `separator`
    separator: str
    has_header: bool
    names: list[str]
    head: pl.DataFrame  # the first rows, as text
    first_line: int  # the line of the first row, from 1

    def load(self, dtypes: Mapping[str, pl.DataType | type[pl.DataType]]) -> pl.DataFrame:
        """These columns; all of them as text where some value does not fit its wished type."""
        try:
            return self._parse(dtypes)
        except (pl.exceptions.ComputeError, pl.exceptions.SchemaError):
            pass
        try:
            return self._parse(dict.fromkeys(dtypes, pl.String))
        except pl.exceptions.PolarsError as error:
            raise self._explained(error) from None

    def _parse(self, dtypes: Mapping[str, pl.DataType | type[pl.DataType]]) -> pl.DataFrame:
        schema = {name: dtypes.get(name, pl.String) for name in self.names}
        return pl.read_csv(
            self.data, schema=schema, columns=list(dtypes), separator=self.separator,
            has_header=self.has_header, quote_char='"' if self.separator not in STAND_INS else None, glob=False,
        )  # fmt: skip

    def _explained(self, error: Exception) -> BadTable:
        data = self.data if isinstance(self.data, bytes) else self.data.read_bytes()
        try:
            lines = csv.reader(io.StringIO(data.decode("utf-8-sig")), delimiter=self.separator)
        except UnicodeDecodeError as wrong:
            return _wrong_encoding(data, wrong)
        ragged = (lines.line_num for fields in lines if len(fields) > len(self.names))
        at = list(islice(ragged, 5))
        if not at:
            return BadTable(f"The text cannot be read as a table: {str(error).splitlines()[0]}. Check its quotes.")
        return BadTable(
            f"More than {len(self.names)} fields in line {', '.join(map(str, at))}{', …' if len(at) == 5 else ''}. "
            f"Quote the fields that hold the separator {self.separator!r}, or name the right one with separator=…."
        )


def open_text(source: Path | bytes, separator: str | None, encoding: str | None, has_header: bool | None) -> TextTable:
    """Look at the first lines; raises `BadTable` for an empty file, a wrong separator or a wrong encoding."""
    data = _in_utf8(source, encoding)
    lines, blank = _first_lines(data)
    if not lines:
        raise BadTable("The file is empty. It should hold one rating a line, for example: user,item,rating")
    found = _separator(lines, separator)
    rows = _split(lines, found)
    header = _has_header(rows, has_header)
    names = _unique(rows[0]) if header else [f"column_{at}" for at in range(max(map(len, rows)))]
    if len(found) > 1:
        data, found = _with_one_character(data, found)
    head = _as_text(rows[1:] if header else rows, names)
    return TextTable(data, found, header, names, head, 1 + blank + header)


def _in_utf8(source: Path | bytes, encoding: str | None) -> Path | bytes:
    """The text in UTF-8; a plain file stays where it is, to be read from there in one go."""
    start = source[:SNIFFED] if isinstance(source, bytes) else _start_of(source)
    zipped = start.startswith(b"\x1f\x8b")
    if encoding is None and not zipped and start.startswith(BYTE_ORDER_MARKS):
        raise BadTable("The text is in UTF-16. Pass encoding='utf-16'.")
    if encoding is None and not zipped:
        return source
    data = source if isinstance(source, bytes) else source.read_bytes()
    data = _unzipped(data) if zipped else data
    return data if encoding is None else _recoded(data, encoding)


def _start_of(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(SNIFFED)


def _unzipped(data: bytes) -> bytes:
    try:
        return gzip.decompress(data)
    except (OSError, EOFError, zlib.error) as error:
        raise BadTable(f"The gzip file is damaged: {error}. Fetch or write it again.") from None


def _recoded(data: bytes, encoding: str) -> bytes:
    try:
        return data.decode(encoding).encode()
    except LookupError:
        raise BadOption(f"encoding={encoding!r} is not known. Usual ones: 'utf-8', 'latin-1', 'utf-16'.") from None
    except UnicodeDecodeError as wrong:
        raise _wrong_encoding(data, wrong) from None


def _wrong_encoding(data: bytes, wrong: UnicodeDecodeError) -> BadTable:
    line = data.count(b"\n", 0, wrong.start) + 1
    return BadTable(
        f"The text is not in {wrong.encoding.upper()}: byte 0x{data[wrong.start]:02x} in line {line}. "
        f"Pass the right encoding, very likely encoding='latin-1'."
    )


def _first_lines(data: Path | bytes) -> tuple[list[str], int]:
    """The first lines that are not blank, and how many blank ones stand before them."""
    start = data[:SNIFFED] if isinstance(data, bytes) else _start_of(data)
    lines = start.decode("utf-8-sig", errors="replace").splitlines()
    if len(start) == SNIFFED and len(lines) > 1:
        lines.pop()  # cut in the middle
    blank = next((at for at, line in enumerate(lines) if line.strip()), 0)
    return [line for line in lines[blank:] if line.strip()][:SNIFFED_LINES], blank


def _separator(lines: Sequence[str], given: str | None) -> str:
    candidates = ((one, share) for share in (0.9, 0.5) for one in SEPARATORS)  # half: some lines are broken
    likely = next((one for one, share in candidates if _separates(lines, one, share)), None)
    found = given or likely
    if found is not None and max(map(len, _split(lines, found))) > 1:
        return found
    if likely is None:
        raise BadTable(
            f"Only one column was found; the first line is {lines[0][:60]!r}. Tried the separators "
            f"{', '.join(map(repr, SEPARATORS))}: name another one with separator=…."
        )
    raise BadTable(
        f"With separator={given!r} only one column was found; the first line is {lines[0][:60]!r}. "
        f"Pass separator={likely!r}."
    )


def _separates(lines: Sequence[str], separator: str, share: float) -> bool:
    """Whether so many of the lines fall into the same number of fields, and more than one."""
    widths = Counter(map(len, _split(lines, separator)))
    width, times = widths.most_common(1)[0]
    return width > 1 and times >= share * len(lines)


def _split(lines: Sequence[str], separator: str) -> list[list[str]]:
    if len(separator) > 1:
        return [line.split(separator) for line in lines]
    return list(csv.reader(lines, delimiter=separator))


def _has_header(rows: Sequence[Sequence[str]], given: bool | None) -> bool:
    first, *rest = rows
    numeric = any(map(_is_number, first))
    usual = usual_column(first, "user") is not None and usual_column(first, "item") is not None
    if given and numeric and not usual:
        raise BadTable(f"The header looks like data: {', '.join(first[:6])}. Pass has_header=False.")
    if given is False and usual and not numeric:
        raise BadTable(f"The first line looks like a header: {', '.join(first[:6])}. Leave has_header=False out.")
    if given is not None or numeric or usual:
        return given if given is not None else not numeric
    columns = [[row[at] for row in rest if at < len(row)] for at in range(len(first))]
    numbers_below = any(column and all(map(_is_number, column)) for column in columns)
    seen_below = any(one and one in column for one, column in zip(first, columns, strict=True))
    return numbers_below or not seen_below


def _is_number(field: str) -> bool:
    try:
        float(field)
    except ValueError:
        return False
    return True


def _unique(header: Sequence[str]) -> list[str]:
    names: list[str] = []
    for at, name in enumerate(one.strip() for one in header):
        name = name or f"column_{at}"
        names.append(name if name not in names else f"{name}_{at}")
    return names


def _as_text(rows: Sequence[Sequence[str]], names: Sequence[str]) -> pl.DataFrame:
    columns = {name: [row[at] or None if at < len(row) else None for row in rows] for at, name in enumerate(names)}
    return pl.DataFrame(columns, schema=dict.fromkeys(names, pl.String))


def _with_one_character(data: Path | bytes, separator: str) -> tuple[bytes, str]:
    """Polars splits at one byte only: put one that the text does not hold in the separator's place."""
    text = data if isinstance(data, bytes) else data.read_bytes()
    stand_in = next((one for one in STAND_INS if one.encode() not in text), None)
    if stand_in is None:
        raise BadTable(f"The text holds control characters, so separator={separator!r} cannot be taken apart.")
    return text.replace(separator.encode(), stand_in.encode()), stand_in
