"""Tables in text, looked at and then read; what stands on which line."""

import csv
import io
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import polars as pl

from cofactor.data.formats.decoding import (
    N_SNIFFED_BYTES,
    STAND_INS,
    as_bytes,
    in_utf8,
    searchable,
    start_of,
    with_kept_returns,
    with_line_feeds,
    with_one_character,
    wrong_encoding,
)
from cofactor.data.formats.header import Header
from cofactor.data.formats.sniffing import has_header, separator_of, split
from cofactor.data.report import RowNames
from cofactor.errors import BadTable
from cofactor.kernels.ids.written_numbers import holds_other_forms

__all__ = ["TextTable", "open_text", "quote_of"]

N_SNIFFED_LINES = 100
DataTypes: TypeAlias = Mapping[str, pl.DataType | type[pl.DataType]]


@dataclass(frozen=True)
class TextTable:
    """A table in text, looked at but not yet read."""

    data: Path | bytes  # UTF-8, fields separated by the one character `separator`
    separator: str
    quote: str | None
    n_blank: int  # lines before the first that is not blank
    is_headed: bool
    header: Header
    head: pl.DataFrame  # the first rows, as text
    first_line: int  # the line of the first row, from 1
    trailing: str | None = None  # the column that a separator at the end of every row makes; nothing stands in it
    carriage_return: str | None = None  # what stands in its place
    written_separator: str = ""  # as it stands in the file, where it is longer than one byte
    n_lines_before: Callable[[], int] = int  # of the file, where this is a block of it; counted only for a message

    def of_block(self, lines: bytes, n_lines_before: Callable[[], int]) -> "TextTable":
        """The same table with other rows: lines of the same file, in UTF-8, behind its header."""
        data, separator = with_one_character(lines, self.written_separator)
        data, carriage_return = with_kept_returns(data, separator)
        return replace(
            self, data=data, separator=separator, quote=quote_of(data, separator), n_blank=0, is_headed=False,
            carriage_return=carriage_return, n_lines_before=n_lines_before,
        )  # fmt: skip

    def load(self, dtypes: DataTypes, whole: Collection[str] = ()) -> pl.DataFrame:
        """These columns; all of them as text where some value does not fit its wished type.

        whole: those that are read as whole numbers (Int64) if no field of the text is a number in another form
        """
        asked = {**dtypes, self.trailing: pl.String} if self.trailing else dtypes
        tries = [{**asked, **dict.fromkeys(whole, pl.Int64)}] if whole and not self._holds_other_forms() else []
        for wished in (*tries, asked):
            with suppress(pl.exceptions.ComputeError, pl.exceptions.SchemaError):
                frame = self._parse(wished)
                break
        else:
            frame = self._as_text(asked)
        if self.trailing is None:
            return frame
        self._expect_nothing_in(frame[self.trailing])
        return frame if self.trailing in dtypes else frame.drop(self.trailing)

    def _holds_other_forms(self) -> bool:
        """Return whether a field may be a number in another form than its shortest, which would then be lost."""
        text = np.frombuffer(as_bytes(self.data), np.uint8)
        return holds_other_forms(text, ord(self.separator), ord(self.quote or self.separator))

    def _as_text(self, names: Mapping[str, Any]) -> pl.DataFrame:
        try:
            return self._parse(dict.fromkeys(names, pl.String))
        except pl.exceptions.PolarsError as error:
            raise self._parse_error(error) from None

    def _parse(self, dtypes: DataTypes) -> pl.DataFrame:
        """Its columns have our names: Polars makes others of a header with equal or empty ones."""
        ours, theirs = self.header.names, self._names_by_polars()
        if len(theirs) != len(ours):
            raise pl.exceptions.SchemaError(f"the header has {len(theirs)} or {len(ours)} fields")
        schema = {name: dtypes.get(own, pl.String) for name, own in zip(theirs, ours, strict=True)}
        places = sorted(ours.index(name) for name in dtypes)  # by name, "*" would mean every column
        frame = self._read(schema=schema, columns=places)
        frame.columns = [ours[at] for at in places]
        if self.carriage_return is None:
            return frame
        return frame.with_columns(pl.col(pl.String).str.replace_all(self.carriage_return, "\r", literal=True))

    def _names_by_polars(self) -> list[str]:
        if not self.is_headed:
            return [f"column_{at}" for at in range(len(self.header.names))]
        return self._read(n_rows=0, infer_schema=False).columns

    def _read(self, **options: Any) -> pl.DataFrame:
        return pl.read_csv(
            self.data, separator=self.separator, has_header=self.is_headed, quote_char=self.quote,
            skip_lines=self.n_blank, glob=False, **options,
        )  # fmt: skip

    def _expect_nothing_in(self, trailing: pl.Series) -> None:
        filled = (trailing.cast(pl.String).fill_null("") != "").to_numpy()
        if filled.any():
            where = RowNames("line", self.first_line).where(np.flatnonzero(filled))
            raise BadTable(
                f"The header names {len(self.header.names) - 1} columns, but there is one field more {where}. Quote "
                f"the fields that hold the separator {self.separator!r}, or give every column a name."
            )

    def _parse_error(self, error: Exception) -> BadTable:
        data, n_before = as_bytes(self.data), self.n_lines_before()
        try:
            text = io.StringIO(data.decode("utf-8-sig"), newline="")
        except UnicodeDecodeError as wrong:
            return wrong_encoding(data, wrong, n_before)
        quoting = csv.QUOTE_MINIMAL if self.quote else csv.QUOTE_NONE
        lines = csv.reader(text, delimiter=self.separator, quoting=quoting, strict=True)
        at_most, sound, ragged = len(self.header.names), 0, list[int]()
        try:
            for fields in lines:
                ragged += [n_before + lines.line_num] if len(fields) > at_most else []
                sound = lines.line_num
        except csv.Error:
            return BadTable(
                f"The quotes from line {n_before + sound + 1} on make no sense: one is not closed, or text "
                f"stands behind it. A quote within a quoted field is written twice."
            )
        if not ragged:
            return BadTable(f"The text cannot be read as a table: {str(error).splitlines()[0]}.")
        return BadTable(
            f"More than {at_most} fields in line {', '.join(map(str, ragged[:5]))}{', …' if len(ragged) > 5 else ''}. "
            f"Quote the fields that hold the separator {self.separator!r}, name the right one with separator=…, or "
            f"give every column a name."
        )


def open_text(source: Path | bytes, separator: str | None, encoding: str | None, headed: bool | None) -> TextTable:
    """Look at the first lines; raises `BadTable` for an empty file, a wrong separator or a wrong encoding."""
    data = with_line_feeds(in_utf8(source, encoding))
    lines, n_blank = _first_lines(data)
    if not lines:
        raise BadTable("The file is empty. It should hold one rating a line, for example: user,item,rating")
    found = separator_of(lines, separator)
    rows = split(lines, found)
    is_headed = has_header(rows, headed)
    first, below = (rows[0], rows[1:]) if is_headed else ([""] * max(map(len, rows)), rows)
    data, one_character = with_one_character(data, found)
    first_text, found, written = lines[0].replace(found, one_character), one_character, found
    data, carriage_return = with_kept_returns(data, found)
    first_line = 1 + n_blank + (1 + sum(name.count("\n") for name in first) if is_headed else 0)
    header = Header.of(first)
    table = TextTable(
        data, found, quote_of(data, found), n_blank, is_headed, header, _as_text(below, header.names), first_line,
        carriage_return=carriage_return, written_separator=written,
    )  # fmt: skip
    return _with_a_name_more(table, first_text, below)


def _with_a_name_more(table: TextTable, first_line: str, rows: Sequence[Sequence[str]]) -> TextTable:
    """Every row ends in a separator, the header does not: name the empty column that this makes."""
    n = len(table.header.names)
    if not (table.is_headed and rows and all(len(row) == n + 1 and not row[-1] for row in rows)):
        return table
    data, line = as_bytes(table.data), first_line.encode()
    if line not in data:
        return table
    end = data.index(line) + len(line)
    names = Header.of([*table.header.names, ""]).names
    header = replace(table.header, names=names, unnamed=table.header.unnamed | {names[-1]})
    data = data[:end] + table.separator.encode() + data[end:]
    return replace(table, data=data, header=header, head=_as_text(rows, names), trailing=names[-1])


def _first_lines(data: Path | bytes) -> tuple[list[str], int]:
    """The first lines that are not blank, and how many blank ones stand before them."""
    start = start_of(data)
    lines = [line.rstrip("\r") for line in start.decode("utf-8-sig", errors="replace").split("\n")]
    if len(start) == N_SNIFFED_BYTES and len(lines) > 1:
        lines.pop()  # cut in the middle
    n_blank = next((at for at, line in enumerate(lines) if line.strip()), 0)
    return [line for line in lines[n_blank:] if line.strip()][:N_SNIFFED_LINES], n_blank


def quote_of(data: Path | bytes, separator: str) -> str | None:
    """None where no field begins with one: then a quote is a sign like any other, as in 12" vinyl."""
    if separator in STAND_INS:
        return None
    with searchable(data) as view:
        begins = [b'\n"', separator.encode() + b'"'] if view.find(b'"') >= 0 else []
        at_start = view[:4].removeprefix(b"\xef\xbb\xbf").startswith(b'"')
        return '"' if at_start or any(view.find(one) >= 0 for one in begins) else None


def _as_text(rows: Sequence[Sequence[str]], names: Sequence[str]) -> pl.DataFrame:
    columns = {name: [row[at] or None if at < len(row) else None for row in rows] for at, name in enumerate(names)}
    return pl.DataFrame(columns, schema=dict.fromkeys(names, pl.String))
