"""The first lines of a text say which separator it has, and whether they begin with a header."""

import csv
import re
from collections import Counter
from collections.abc import Sequence

from cofactor.data.formats.usual_names import usual_column
from cofactor.errors import BadTable

__all__ = ["SEPARATORS", "has_header", "separator_of", "split"]

DECIMAL_COMMA = re.compile(r"\s*\"?[+-]?[0-9]+,[0-9]+\"?\s*")
NO_DECIMAL = re.compile(r"(?<![0-9]),|,(?![0-9])")  # a comma that is in no number
SEPARATORS = ("::", "\t", ",", ";", "|", " ")  # where several would do, the first


def separator_of(lines: Sequence[str], asked: str | None) -> str:
    """The separator of the fields: the one asked for, or the one that most lines are divided by.

    Raises `BadTable` where only one column comes of it.
    """
    # half: some lines are broken; without quotes: one is not closed
    tries = ((one, share, quoted) for quoted in (True, False) for share in (0.9, 0.5) for one in SEPARATORS)
    likely = next((one for one, share, quoted in tries if _separates(lines, one, share, quoted)), None)
    if likely == "," and _has_decimal_commas(lines):
        likely = ";"
    found = asked or likely
    if found is not None and max(max(map(len, split(lines, found, quoted=one))) for one in (True, False)) > 1:
        return found
    if likely is None:
        raise BadTable(
            f"Only one column was found; the first line is {lines[0][:60]!r}. Tried the separators "
            f"{', '.join(map(repr, SEPARATORS))}: name another one with separator=…."
        )
    raise BadTable(
        f"With separator={asked!r} only one column was found; the first line is {lines[0][:60]!r}. "
        f"Pass separator={likely!r}."
    )


def _has_decimal_commas(lines: Sequence[str]) -> bool:
    """Return whether semicolons divide the lines, and commas do so only within numbers, as in 1;2;3,5."""
    below = [line for line in lines[1:] or lines if "," in line]
    return _separates(lines, ";", 0.9, True) and all(
        any(map(DECIMAL_COMMA.fullmatch, line.split(";"))) and not NO_DECIMAL.search(line) for line in below
    )


def _separates(lines: Sequence[str], separator: str, share: float, quoted: bool) -> bool:
    """Return whether that share of the lines falls into the same number of fields, more than one."""
    widths = Counter(map(len, split(lines, separator, quoted=quoted)))
    width, times = widths.most_common(1)[0]
    return width > 1 and times >= share * len(lines)


def split(lines: Sequence[str], separator: str, *, quoted: bool = True) -> list[list[str]]:
    """The fields of each line; several lines where a quoted field holds line ends."""
    lines = [line.replace("\r", "") for line in lines]
    if len(separator) > 1 or not quoted:
        return [line.split(separator) for line in lines]
    try:
        return list(csv.reader([line + "\n" for line in lines], delimiter=separator))
    except csv.Error:  # a quote that is not closed makes a field longer than any
        return [line.split(separator) for line in lines]


def has_header(rows: Sequence[Sequence[str]], asked: bool | None) -> bool:
    """Return whether the first row holds the names of the columns.

    asked: what the caller says; None: nothing. Raises `BadTable` where the row plainly says otherwise.
    """
    first, *rest = rows
    numeric = any(map(_is_number, first))
    usual = usual_column(first, "user") is not None and usual_column(first, "item") is not None
    of_items = not _is_number(first[0]) and all(map(_is_number, first[1:]))  # of a wide table, whose items have numbers
    if asked and numeric and not usual and not of_items:
        raise BadTable(f"The header looks like data: {', '.join(first[:6])}. Pass has_header=False.")
    if asked is False and usual and not numeric:
        raise BadTable(f"The first line looks like a header: {', '.join(first[:6])}. Leave has_header=False out.")
    if asked is not None or numeric or usual:
        return asked if asked is not None else not numeric
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
