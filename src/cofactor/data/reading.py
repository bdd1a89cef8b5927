"""cf.read: any table of ratings, clicks or counts, checked, as `Ratings`.

table -> columns -> ids, values, times -> usable rows -> indices -> each pair once -> attributes -> Ratings. Each stage
returns what it made and its remarks; the remarks are joined here, and become the report.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Literal, TypeVar

import numpy as np

from cofactor.arrays import Array
from cofactor.data.attributes.attached import Attached, attach
from cofactor.data.columns.events import aged
from cofactor.data.columns.given_kind import with_kind
from cofactor.data.columns.roles import Columns, choose_columns, named_column
from cofactor.data.columns.wide import unpivoted
from cofactor.data.formats.open_table import name_of, open_table
from cofactor.data.formats.table import Table
from cofactor.data.kinds import Kind
from cofactor.data.options import Column, Duplicates, IdKinds, Missing, Options, Unrated
from cofactor.data.ratings import Ratings
from cofactor.data.remarks import Remark, Remarks, failure, note, problem
from cofactor.data.report import Report, RowNames
from cofactor.data.rows.indexed_rows import IndexedRows, dislike_remarks, each_pair_once, number_rows, side_remarks
from cofactor.data.rows.parsed_rows import parse_rows, wished_types
from cofactor.data.rows.table_rows import TableRows
from cofactor.errors import BadTable, counted, verb_of
from cofactor.log import info

__all__ = ["examine", "read"]

T = TypeVar("T")


def read(
    source: Any,
    user: Column = None,
    item: Column = None,
    rating: Column | Literal[False] = None,
    timestamp: Column | Literal[False] = None,
    *,
    items: Any = None,
    users: Any = None,
    title: Column = None,
    event: Column = None,
    weights: Mapping[str, float] | None = None,
    half_life: str | timedelta | None = None,
    kind: Kind | None = None,
    scale: tuple[float, float] | None = None,
    duplicates: Duplicates | None = None,
    missing: Missing = "error",
    unrated: Unrated = "drop",
    ids: IdKinds = "auto",
    wide: bool = False,
    date_format: str | None = None,
    separator: str | None = None,
    encoding: str | None = None,
    has_header: bool | None = None,
    name: str | None = None,
) -> Ratings:
    """Read a table of ratings, clicks or counts, and check it. Nothing is left out silently: see `ratings.report`.

    source: a path (CSV and other text with any separator, JSON lines, gzip, Parquet, Arrow), bytes or an open file, a
        pandas, Polars or Arrow table, a scipy sparse matrix (a row a user, a column an item), a dict of columns; an
        Arrow stream, or a database cursor (PEP 249: sqlite3, psycopg …) that has executed a query: their rows are
        fetched in blocks, and only the columns that are used are kept
    user, item, rating, timestamp: the columns, by name or by position from 0; None finds them by their usual names
        (userId, user_id, movieId, stars …), else by position; False: do without (rating=False: clicks)
    items, users: a table of item titles and attributes, of user attributes; anything that `source` may be
    title: the column with the items' titles, in `items` if given, else beside the ratings
    event, weights: the column of the types of events, and what each type counts, as in {"view": 1, "cart": 3,
        "purchase": 5}; only the ratios matter, and 0 leaves a type out. Events of one user and item are added up, and
        the table is one of counts; a `rating` that is named, such as a quantity, multiplies them
    half_life: the time, such as "90d", in which a row counts half as much: 2^(-age / half_life), the age being that
        before the newest row of the table. Clicks, counts and events become counts by it
    kind: what the values are: "ratings", "clicks" or "counts" such as plays and quantities. None: clicks without a
        column of values, or where it holds true and false (a dislike); counts where the column is called so (plays,
        quantity …), or holds whole numbers of which the largest is above 10 and at least 10 times the median; else
        ratings. Which it was stands in the report
    scale: lowest and highest possible rating; ratings outside are an error
    duplicates: the same user and item twice: keep the "last" by time (else by position), the "mean", the "sum", which
        makes counts of them, or "error". None: the sum of counts, else the last
    missing: rows without an id or a usable rating: "error", or "drop" them, counted in the report
    unrated: rows of `items` and `users` without any rating: "drop" them, or "keep" them, for a model that knows what
        to do with attributes alone
    ids: "auto" keeps ids as they came, where a text file's are whole numbers if that changes none of them; "text" makes
        all of them text as they are written ("007" stays "007", 12 becomes "12", 1.5 "1.5", a date "2024-05-31"), for
        tables whose ids are of another kind than another table's; {"user": "text"} says so of one side
    wide: a row for each user and a column for each item, the ratings in the cells, empty where there is none
    date_format: how times are written, as in "%d/%m/%Y" where the day comes first; None: as ISO 8601 and its kin
    separator, encoding, has_header: of a text file, where guessing fails

    Raises `BadTable`, whose message holds everything found and what to do about it. A table of one user or one item
    alone is read, since a model may be updated with it; `fit` refuses it.

    >>> read({"user": ["ann", "ann", "bob"], "item": [1, 2, 1], "rating": [5, 3, 4]})
    Ratings('ratings': 3 ratings of 2 items by 2 users)
    """
    ratings, report = examine(
        source,
        Options(
            user=user, item=item, rating=rating, timestamp=timestamp, items=items, users=users, title=title,
            event=event, weights=weights, half_life=half_life, kind=kind, scale=scale, duplicates=duplicates,
            missing=missing, unrated=unrated, ids=ids, wide=wide, date_format=date_format, separator=separator,
            encoding=encoding, has_header=has_header, name=name,
        ),
    )  # fmt: skip
    if ratings is None or not report.ok:
        raise BadTable(f"{report.source}: " + "\n".join(str(problem) for problem in report.problems))
    return ratings


def examine(source: Any, options: Options) -> tuple[Ratings | None, Report]:
    """Read as far as the table allows. With problems the ratings are None, and the report names all of them."""
    log = _Log(name_of(source))
    ratings = None
    try:
        ratings = _read(source, options, log)
    except BadTable as error:
        log.remarks.append(failure(error))
    report = log.report()
    if ratings is None or not report.ok:
        return None, report
    info("read %s: %s, %s kept, kind %s", report.source, counted(report.n_read, "row"), report.n_kept, report.kind)
    return replace(ratings, report=report), report


@dataclass
class _Log:
    """What is known of a table until its reading ends, be it by an error; no stage sees it."""

    source: str
    row_names: RowNames = field(default_factory=RowNames)
    columns: Mapping[str, str] = field(default_factory=dict[str, str])
    kind: str = ""
    n_read: int = 0
    n_kept: int = 0
    remarks: list[Remark] = field(default_factory=list[Remark])

    def keep(self, outcome: tuple[T, Remarks]) -> T:
        """What a stage made; its remarks stay here."""
        made, remarks = outcome
        self.remarks += remarks
        return made

    def report(self) -> Report:
        found = [(remark.kind, remark.finding(self.row_names)) for remark in self.remarks]
        problems, left_out, untrainable, notes = (
            tuple(finding for of, finding in found if of == kind)
            for kind in ("problem", "left out", "untrainable", "note")
        )
        return Report(
            source=self.source, columns=self.columns, kind=self.kind, n_read=self.n_read, n_kept=self.n_kept,
            problems=problems, left_out=left_out, untrainable=untrainable, notes=notes,
        )  # fmt: skip


def _read(source: Any, options: Options, log: _Log) -> Ratings:
    table = open_table(source, options)
    if options.wide:
        table = log.keep(unpivoted(table, named_column(table.head.columns, "user", options.user)))
        options = replace(options, user=None)
    columns = log.keep(choose_columns(table.head, table.header, options))
    log.source, log.row_names, log.columns = table.origin, table.row_names, columns.roles()
    usable, is_boolean = _usable_rows(table, columns, options, log)
    kind, values = log.keep(with_kind(usable.values, columns.rating, options, is_boolean=is_boolean))
    if options.half_life is not None:
        assert usable.times is not None, "_usable_rows has refused a table without times"
        values, said = aged(values, usable.times, options.half_life)
        log.remarks.append(said)
    rows, log.kind = number_rows(replace(usable, values=values)), kind
    complete = rows.position is None or log.report().ok
    for ids, column in ((rows.users, columns.user), (rows.items, columns.item)):
        log.remarks += side_remarks(ids, column, complete=complete)
    rows = log.keep(each_pair_once(rows, options.duplicates or ("sum" if kind == "counts" else "last")))
    log.n_kept = len(rows.user_idx)
    log.remarks += dislike_remarks(rows)
    about_items = log.keep(attach(options.items, "item", rows.items, rows.users, columns.item, options))
    about_users = log.keep(attach(options.users, "user", rows.users, rows.items, columns.user, options))
    log.remarks += _matrix_remarks(table, about_items.n_rows, about_users.n_rows)
    return _ratings(rows, about_users, about_items, kind, table, options)


def _usable_rows(table: Table, columns: Columns, options: Options, log: _Log) -> tuple[TableRows, bool]:
    """The rows without a fault, and whether their values were true and false."""
    frame = table.load(wished_types(table.head, columns, options))
    log.n_read = frame.height
    if not frame.height:
        raise BadTable(f"The table has columns ({', '.join(frame.columns[:6])}) but no rows. Give it some ratings.")
    rows, are_boolean = parse_rows(frame, columns, options, log, is_text=table.is_text)
    if not len(rows.users):
        report = log.report()
        why = "" if report.problems else f" {' '.join(map(str, report.left_out))}"  # problems are said in any case
        raise BadTable(f"No usable row is left.{why}")
    return rows, are_boolean


def _matrix_remarks(table: Table, n_item_rows: int, n_user_rows: int) -> list[Remark]:
    """On the cells and the shape of a sparse matrix; none on other tables."""
    remarks = list[Remark]()
    if n := table.n_added_up:
        repeat, were = verb_of(n, "repeat"), verb_of(n, "were")
        remarks.append(note(f"{counted(n, 'cell')} of the matrix {repeat} a place, and {were} added to the one there"))
    if table.shape is None:
        return remarks
    n_rows, n_columns = table.shape
    remarks.append(
        note(f"The matrix was taken as {counted(n_rows, 'user')} (rows) by {counted(n_columns, 'item')} (columns)")
    )
    if n_rows != n_columns and (n_rows == n_item_rows or n_columns == n_user_rows):
        what = (
            f"The matrix has {counted(n_rows, 'row')}, its users, and {counted(n_columns, 'column')}, its items, but "
            f"the attached tables hold {counted(n_item_rows, 'item')} and {counted(n_user_rows, 'user')}: it looks "
            f"transposed"
        )
        remarks.append(problem(what, mend="Pass matrix.T."))
    return remarks


def _ratings(
    rows: IndexedRows, about_users: Attached, about_items: Attached, kind: Kind, table: Table, options: Options
) -> Ratings:
    return Ratings(
        users=about_users.ids, items=about_items.ids, user_idx=rows.user_idx, item_idx=rows.item_idx,
        values=rows.values, timestamps=rows.times, kind=kind, scale=options.scale if kind == "ratings" else None,
        titles=_titles(rows.titles, about_items), item_attributes=about_items.attributes,
        user_attributes=about_users.attributes, name=options.name or table.name, library=table.library,
    )  # fmt: skip


def _titles(beside: Array | None, about_items: Attached) -> Array | None:
    """(n_items,) those of the attached table, else those beside the ratings, None where an item has none."""
    if about_items.titles is not None or beside is None:
        return about_items.titles
    return np.append(beside, np.full(len(about_items.ids) - len(beside), None, object))
