"""The whole truth about a table, without stopping at its first fault."""

from typing import Any

from cofactor.data.options import Options
from cofactor.data.reading import examine
from cofactor.data.report import Report

__all__ = ["check"]


def check(source: Any, **options: Any) -> Report:
    """The report that `cofactor.read(source, **options)` would make: problems, rows left out, guesses.

    Options are those of `cofactor.read`. A problem of the table is in the report; only options that make no sense
    raise (`BadOption`).

    >>> report = check({"user": ["ann", "bob", None], "item": [1, 2, 1], "rating": [5, 9, 3]}, scale=(1, 5))
    >>> report.ok, [problem.rows for problem in report.problems]
    (False, [(1,), (2,)])
    """
    return examine(source, Options(**options))[1]
