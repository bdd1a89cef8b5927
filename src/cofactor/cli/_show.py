"""Tables on the way out: for a reader in a terminal, for a program as JSON or CSV."""

import csv
import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import Any

from cofactor.errors import BadOption

__all__ = ["add_format", "expect_printed", "print_table", "show"]


def add_format(parser: ArgumentParser) -> None:
    """--json and --csv."""
    group = parser.add_mutually_exclusive_group()
    group.add_argument("--json", action="store_const", dest="format", const="json", help="print JSON, a row an object")
    group.add_argument("--csv", action="store_const", dest="format", const="csv", help="print CSV with a header")


def show(columns: Mapping[str, Sequence[Any]], arguments: Namespace) -> None:
    """Print the rows of these columns in the format that was asked for."""
    rows = list(zip(*columns.values(), strict=True))
    if arguments.format == "json":
        objects = [
            {name: None if cell != cell else cell for name, cell in zip(columns, row, strict=True)} for row in rows
        ]
        print(json.dumps(objects, ensure_ascii=False, indent=1))  # JSON has no nan
    elif arguments.format == "csv":
        writer = csv.writer(sys.stdout)
        writer.writerow(columns)
        writer.writerows(rows)
    else:
        print_table(columns)


def expect_printed(arguments: Namespace) -> None:
    """Raise `BadOption` where a format is asked for, and the table goes to --out."""
    if arguments.out and arguments.format:
        raise BadOption(
            f"--{arguments.format} says how a table is printed, but --out writes it to a file. Leave one of them out."
        )


def print_table(columns: Mapping[str, Sequence[Any]]) -> None:
    """Print columns for a reader: aligned, numbers to the right; a shorter column ends in blanks."""
    rows = list(zip_longest(*columns.values(), fillvalue=""))
    print("\n".join(_aligned([tuple(columns), *([_text(cell) for cell in row] for row in rows)], columns)))


def _aligned(rows: list[Sequence[str]], columns: Mapping[str, Sequence[Any]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    right = [all(isinstance(cell, (int, float)) for cell in column) for column in columns.values()]
    cells = [
        [cell.rjust(width) if is_right else cell.ljust(width) for cell, width, is_right in zip(row, widths, right)]
        for row in rows
    ]
    return ["  ".join(line).rstrip() for line in cells]


def _text(cell: Any) -> str:
    return f"{cell:.3f}" if isinstance(cell, float) else str(cell)
