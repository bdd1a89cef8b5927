"""Numbers and columns as plain text."""

from collections.abc import Sequence

__all__ = ["align_columns", "format_number"]


def format_number(number: float, digits: int = 4) -> str:
    """The number with so many digits behind the point; a dash for nan.

    >>> format_number(0.123456), format_number(float("nan"))
    ('0.1235', '–')
    """
    return f"{number:.{digits}f}" if number == number else "–"


def align_columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """One line a row: the first column is aligned to the left, the others to the right.

    >>> align_columns([("", "value"), ("rmse", "0.9")])
    ['      value', 'rmse    0.9']
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]).rstrip() for row in rows]
