"""Figures and columns as plain text."""

from collections.abc import Sequence

__all__ = ["aligned", "figure"]


def figure(number: float, digits: int = 4) -> str:
    """With so many digits behind the point; a dash where there is no number (nan).

    >>> figure(0.123456), figure(float("nan"))
    ('0.1235', '–')
    """
    return f"{number:.{digits}f}" if number == number else "–"


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines with the first column to the left, the others to the right.

    >>> aligned([("", "value"), ("rmse", "0.9")])
    ['      value', 'rmse    0.9']
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]).rstrip() for row in rows]
