"""Values as a table with a title and notes, shown under `print` and in notebooks from the same cells."""

from collections.abc import Sequence
from html import escape
from typing import Literal, NamedTuple, TypeAlias

__all__ = ["Sheet", "SheetMixin", "Side", "TextMixin", "align_columns", "format_number"]

Side: TypeAlias = Literal["left", "right"]
# Colours are those around it, whatever the theme; a line is drawn in half-transparent grey, which both themes show.
LINE = "border:0;border-bottom:1px solid rgba(128,128,128,.5)"
CELL = "padding:.2em .8em .2em 0;background:none;white-space:pre-wrap"
NOTE = "margin:.2em 0;white-space:pre-wrap"


def format_number(number: float, digits: int = 4) -> str:
    """The number with so many digits behind the point; a dash for nan.

    >>> format_number(0.123456), format_number(float("nan"))
    ('0.1235', '–')
    """
    return f"{number:.{digits}f}" if number == number else "–"


def align_columns(rows: Sequence[Sequence[str]], sides: Sequence[Side] = ()) -> list[str]:
    """One line a row, its columns aligned to these sides; none are given: the first to the left, the others to the
    right. A line break within a cell, as titles may have, becomes a space.

    >>> align_columns([("", "value"), ("rmse", "0.9")])
    ['      value', 'rmse    0.9']
    """
    rows = [[" ".join(cell.splitlines()) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    put = [str.ljust if side == "left" else str.rjust for side in sides or _usual_sides(len(widths))]
    return ["  ".join([to(cell, width) for to, cell, width in zip(put, row, widths)]).rstrip() for row in rows]


def _usual_sides(n_columns: int) -> list[Side]:
    return ["right" if at else "left" for at in range(n_columns)]


class Sheet(NamedTuple):
    """A table of text: its title, the names of its columns, its rows, and sentences below it; each may be empty.

    sides: to which each column is aligned; empty: the first to the left, the others to the right
    """

    title: str = ""
    header: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    notes: Sequence[str] = ()
    sides: Sequence[Side] = ()

    def text(self) -> str:
        """The sheet in plain text, its parts a blank line apart.

        >>> print(Sheet("Bias", ("", "value"), [("rmse", "0.9")], ["95% intervals."]).text())
        Bias
        <BLANKLINE>
              value
        rmse    0.9
        <BLANKLINE>
        95% intervals.
        """
        rows = [self.header, *self.rows] if self.header else self.rows
        parts = [[self.title] if self.title else [], align_columns(rows, self.sides) if rows else [], list(self.notes)]
        return "\n\n".join("\n".join(part) for part in parts if part)

    def html(self) -> str:
        """The sheet in HTML without scripts, classes or anything from elsewhere; all text is escaped."""
        title = f'<div style="{NOTE}"><b>{escape(self.title)}</b></div>' if self.title else ""
        header = _html_row("th", self.header, self.sides) if self.header else ""
        rows = "".join(_html_row("td", row, self.sides) for row in self.rows)
        table = f'<table style="border-collapse:collapse">{header}{rows}</table>' if header or rows else ""
        notes = "".join(f'<div style="{NOTE}">{escape(note)}</div>' for note in self.notes)
        return f"<div>{title}{table}{notes}</div>"


def _html_row(tag: str, cells: Sequence[str], sides: Sequence[Side]) -> str:
    made = [
        f'<{tag} style="text-align:{side};{CELL};{LINE}">{escape(cell.strip())}</{tag}>'
        for side, cell in zip(sides or _usual_sides(len(cells)), cells, strict=True)
    ]
    return f"<tr>{''.join(made)}</tr>"


class SheetMixin:
    """Shows its `sheet` under `print` and in notebooks."""

    def sheet(self) -> Sheet:
        """The title, rows and notes by which it is shown."""
        raise NotImplementedError

    def __str__(self) -> str:
        return self.sheet().text()

    def _repr_html_(self) -> str:
        return self.sheet().html()


class TextMixin:
    """Shows its text in notebooks as `print` does, in letters of equal width."""

    def _repr_html_(self) -> str:
        return f'<pre style="background:none;color:inherit">{escape(str(self))}</pre>'
